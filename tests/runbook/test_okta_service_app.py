"""Dana leaves, and Leaver is a service application with scopes of its own: with all, with few, with one too few."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from leaver.actions import OktaCredentials, Secret, connect
from leaver.actions.call import Policy
from leaver.actions.connect import open_api
from leaver.actions.credentials import OKTA_SCOPES
from leaver.actions.granted import granted
from leaver.evidence import Outcome
from leaver.model import OktaSettings
from leaver.runbook.okta_transport import OktaTransport
from leaver.runbook.permissions import extra_scopes
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.leaving import QUICK
from tests.runbook.okta_leaver import Dana
from tests.sandbox.okta_api import code

pytestmark = pytest.mark.slow

KEY = rsa.generate_private_key(65537, 2048)
SETTINGS = OktaSettings(kind="okta", org="acme", domain="acme.example")
ALL = (*OKTA_SCOPES, *extra_scopes())


def number(value: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8)).rstrip(b"=").decode()


def pem() -> Secret:
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return Secret(KEY.private_bytes(serialization.Encoding.PEM, form, plain).decode())


class Served(Dana):
    """The organisation, in which Leaver is a service application that was granted `scopes`."""

    def __init__(self, box: Endpoint, *scopes: str) -> None:
        super().__init__(box, of_the_directory=False)
        public = KEY.public_key().public_numbers()
        jwk = {"kty": "RSA", "e": number(public.e), "n": number(public.n)}
        self.order("/service-app", client_id="0oaleaver", jwk=jwk, scopes=list(scopes))

    @property
    def held(self) -> OktaCredentials:
        return OktaCredentials(
            "acme", "okta.com", self.box.http, client_id="0oaleaver", private_key=pem(), extra=extra_scopes()
        )

    def transport(self, policy: Policy = QUICK) -> OktaTransport:
        return OktaTransport(
            open_api("acme", "okta", SETTINGS, sandbox=True, credentials=self.held, policy=policy)
        )

    def granted(self) -> frozenset[str]:
        async def run() -> frozenset[str]:
            api = open_api("acme", "okta", SETTINGS, sandbox=True, credentials=self.held, policy=QUICK)
            try:
                return (await granted(api, ALL, token_of_a_user=False)).permissions
            finally:
                await api.close()

        return asyncio.run(run())

    def cut(self) -> list[Any]:
        async def run() -> list[Any]:
            directory = connect("acme", "okta", SETTINGS, sandbox=True, credentials=self.held, policy=QUICK)
            try:
                return [await directory.disable(self.dana), await directory.revoke(self.dana)]
            finally:
                await directory.close()

        return asyncio.run(run())


def test_with_all_scopes_every_step_is_done(box: Endpoint) -> None:
    okta = Served(box, *ALL)
    receipts = okta.take()
    assert {name for name, receipt in receipts.items() if not receipt.outcome.good} == set()
    assert receipts["api-tokens"].outcome is Outcome.DONE


@pytest.mark.parametrize("missing", extra_scopes())
def test_a_missing_scope_of_a_step_fails_that_step_alone_and_never_the_cut(
    box: Endpoint, missing: str
) -> None:
    okta = Served(box, *(scope for scope in ALL if scope != missing))
    assert okta.granted() == set(ALL) - {missing}
    assert all(outcome.verified for outcome in okta.cut())
    step = {"apiTokens": "api-tokens", "apps": "apps", "devices": "devices", "roles": "admin-roles"}[
        missing.split(".")[1]
    ]
    receipts = okta.take("suspend", "sessions", "api-tokens", "admin-roles", "groups", "apps", "devices")
    assert {name for name, receipt in receipts.items() if not receipt.outcome.good} == {step}
    assert f"and {missing}" in receipts[step].why


def test_with_the_scopes_of_every_run_alone_the_cut_works(box: Endpoint) -> None:
    okta = Served(box, *OKTA_SCOPES)
    assert okta.granted() == set(OKTA_SCOPES)
    assert [outcome.result for outcome in okta.cut()] == ["done", "done"]
    assert okta.status(okta.dana) == "SUSPENDED"


def test_a_service_application_is_nobodys_account(box: Endpoint) -> None:
    okta = Served(box, *ALL)

    async def me() -> int:
        transport = okta.transport()
        api = transport.api
        try:
            header = await api._login.header()
        finally:
            await transport.close()
        answer = okta.get("/users/me", headers={"Authorization": header})
        assert code(answer) == (404, "E0000007")
        return answer.status_code

    assert asyncio.run(me()) == 404


@pytest.mark.parametrize("path", ["/.well-known/okta-organization", "/oauth2/v1/token"])
@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_sign_in_that_is_refused_is_not_taken_for_an_account_that_is_gone(
    box: Endpoint, path: str, status: int
) -> None:
    okta = Served(box, *ALL)
    box.fault("error", path=path, status=status, count=None)
    receipts = okta.take()
    assert {receipt.outcome for receipt in receipts.values()} <= {Outcome.FAILED, Outcome.UNVERIFIED}
    assert okta.status(okta.dana) == "ACTIVE"
    box.admin("DELETE", "/faults")
