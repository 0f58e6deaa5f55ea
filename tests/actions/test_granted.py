"""Which permissions Leaver has: by the access token, by the scopes that were given, by what an API token may read."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from leaver.actions import Credentials, EntraCredentials, OktaCredentials, Secret, Unauthorised
from leaver.actions.connect import open_api
from leaver.actions.granted import Granted, granted

from .script import ENTRA, HASTY, OKTA, TENANT, Script, answer
from .test_login import pem

TOKEN = "POST /oauth2/v1/token"
KEY = pem(rsa.generate_private_key(65537, 2048))
CORE = ("okta.users.manage", "okta.groups.manage")


def ask(script: Script, credentials: Credentials, *wanted: str) -> Granted:
    async def run() -> Granted:
        settings = ENTRA if isinstance(credentials, EntraCredentials) else OKTA
        api = open_api(
            "acme",
            settings.kind,
            settings,
            sandbox=False,
            credentials=credentials,
            policy=HASTY,
            transport=httpx.MockTransport(script),
        )
        by_user = isinstance(credentials, OktaCredentials) and credentials.api_token is not None
        try:
            return await granted(api, wanted, token_of_a_user=by_user)
        finally:
            await api.close()

    return asyncio.run(run())


def token_of(claims: Any) -> str:
    parts = [json.dumps({"alg": "none"}).encode(), json.dumps(claims).encode(), b"signature"]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def service(*extra: str) -> OktaCredentials:
    address = "https://acme.okta.com"
    return OktaCredentials("acme", "okta.com", address, client_id="0oa1", private_key=KEY, extra=extra)


def scoped(script: Script, *given: str) -> None:
    """An organisation that granted the application these scopes, and refuses whoever asks for more."""

    def exchange(request: httpx.Request) -> httpx.Response:
        asked = parse_qs(request.content.decode())["scope"][0].split()
        if not set(asked) <= set(given):
            return answer(
                400, {"error": "invalid_scope", "error_description": "One or more scopes are not configured"}
            )
        return answer(200, {"access_token": "at", "expires_in": 3600, "scope": " ".join(asked)})

    script.on("GET /.well-known/okta-organization", lambda _: answer(200, {}))
    script.on(TOKEN, exchange)


def asked(script: Script) -> list[str]:
    return [
        parse_qs(each.content.decode())["scope"][0]
        for each in script.seen
        if each.url.path == "/oauth2/v1/token"
    ]


def test_entras_token_names_the_application_permissions(script: Script) -> None:
    token = token_of({"roles": ["User.Read.All", "Group.ReadWrite.All"]})
    script.on(f"POST /{TENANT}/oauth2/v2.0/token", answer(200, {"access_token": token, "expires_in": 3600}))
    found = ask(
        script, EntraCredentials(TENANT, "app", client_secret=Secret("s")), "User.Read.All", "Device.Read.All"
    )
    assert found == Granted(
        frozenset({"User.Read.All", "Group.ReadWrite.All"}),
        frozenset({"Device.Read.All"}),
        "by the access token",
    )


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", "a.e30.c", token_of(["roles"]), token_of({"roles": "User"})]
)
def test_a_token_that_does_not_say_is_no_refusal(script: Script, token: str) -> None:
    script.on(f"POST /{TENANT}/oauth2/v2.0/token", answer(200, {"access_token": token, "expires_in": 3600}))
    found = ask(script, EntraCredentials(TENANT, "app", client_secret=Secret("s")), "User.Read.All")
    assert found == Granted(frozenset(), frozenset(), "the access token does not say")


def test_all_scopes_are_asked_for_at_once(script: Script) -> None:
    scoped(script, *CORE, "okta.apps.manage")
    found = ask(script, service("okta.apps.manage"), "okta.apps.manage")
    assert asked(script) == ["okta.users.manage okta.groups.manage okta.apps.manage"]
    assert found.permissions == {*CORE, "okta.apps.manage"}


def test_a_scope_that_was_not_granted_is_done_without(script: Script) -> None:
    scoped(script, *CORE, "okta.apps.manage")
    found = ask(
        script, service("okta.apps.manage", "okta.roles.manage"), "okta.apps.manage", "okta.roles.manage"
    )
    assert found.permissions == {*CORE, "okta.apps.manage"}
    assert found.refused == {"okta.roles.manage"}
    assert asked(script)[-1] == "okta.users.manage okta.groups.manage okta.apps.manage"
    assert len(asked(script)) == 4


def test_scopes_that_every_run_needs_are_not_done_without(script: Script) -> None:
    scoped(script, "okta.users.manage", "okta.apps.manage")
    with pytest.raises(Unauthorised, match="invalid_scope"):
        ask(script, service("okta.apps.manage"))


def test_another_refusal_is_not_taken_for_one_of_scopes(script: Script) -> None:
    scoped(script)
    script.on(
        TOKEN, answer(401, {"error": "invalid_client", "error_description": "The signature is invalid."})
    )
    with pytest.raises(Unauthorised, match="invalid_client"):
        ask(script, service("okta.apps.manage"))
    assert len(asked(script)) == 1


def an_api_token(script: Script, roles: Any) -> OktaCredentials:
    script.on("GET /api/v1/users/me", answer(200, {"id": "00u1"}))
    script.on("GET /api/v1/users/00u1/roles", roles)
    script.on("GET /api/v1/users", answer(200, []))
    script.on("GET /api/v1/apps", answer(403, {"errorCode": "E0000006"}))
    return OktaCredentials("acme", "okta.com", "https://acme.okta.com", api_token=Secret("s"))


WANTED = ("okta.users.read", "okta.users.manage", "okta.apps.manage")


def test_a_super_administrators_token_may_do_what_it_can_read(script: Script) -> None:
    held = an_api_token(script, answer(200, [{"id": "ra1", "type": "SUPER_ADMIN"}]))
    assert ask(script, held, *WANTED) == Granted(
        frozenset({"okta.users.read", "okta.users.manage"}),
        frozenset({"okta.apps.manage"}),
        "by trying to read, and by the API token's owner, who is SUPER_ADMIN",
    )
    assert {each.method for each in script.seen} == {"GET"}


@pytest.mark.parametrize(
    ("roles", "said"),
    [
        (
            answer(200, [{"id": "r", "type": "ORG_ADMIN"}, {"id": "s", "type": "APP_ADMIN"}]),
            "who is APP_ADMIN and ORG_ADMIN",
        ),
        (answer(200, []), "who has no administrator role"),
        (answer(403, {"errorCode": "E0000006"}), "whose administrator roles cannot be read"),
    ],
)
def test_of_any_other_owner_only_reading_is_known(script: Script, roles: Any, said: str) -> None:
    assert ask(script, an_api_token(script, roles), *WANTED) == Granted(
        frozenset({"okta.users.read"}),
        frozenset({"okta.apps.manage"}),
        f"by trying to read, and by the API token's owner, {said}",
    )
