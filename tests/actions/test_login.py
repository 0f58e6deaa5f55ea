from __future__ import annotations

import asyncio
import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

from leaver.actions import EntraCredentials, OktaCredentials, Secret, Unauthorised, connect

from .script import ENTRA, HASTY, OKTA, TENANT, Script, answer

TOKEN = f"POST /{TENANT}/oauth2/v2.0/token"


def read(script: Script, settings: Any, credentials: Any, times: int = 1) -> None:
    async def run() -> None:
        directory = connect(
            "acme",
            settings.kind,
            settings,
            sandbox=False,
            credentials=credentials,
            policy=HASTY,
            transport=httpx.MockTransport(script),
        )
        await asyncio.gather(*(directory.accounts() for _ in range(times)))
        await directory.close()

    asyncio.run(run())


def form(request: httpx.Request) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(request.content.decode()).items()}


def test_one_token_serves_all_calls(script: Script) -> None:
    script.on("GET /beta/users", answer(200, {"value": []}))
    read(script, ENTRA, EntraCredentials(TENANT, "app", client_secret=Secret("shh")), times=5)
    asked = [each for each in script.seen if each.method == "POST"]
    assert [form(each) for each in asked] == [
        {
            "grant_type": "client_credentials",
            "client_id": "app",
            "scope": "https://graph.microsoft.com/.default",
            "client_secret": "shh",
        }
    ]
    assert asked[0].url.host == "login.microsoftonline.com"


def test_a_federated_token_is_read_anew_for_each_token(script: Script, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    held = EntraCredentials(TENANT, "app", oidc_token_file=file)

    def refuse(_: httpx.Request) -> httpx.Response:
        file.write_text("second\n")
        return answer(401)

    script.on("GET /beta/users", refuse, answer(200, {"value": []}))
    read(script, ENTRA, held)
    asked = [form(each) for each in script.seen if each.method == "POST"]
    assert [each["client_assertion"] for each in asked] == ["first", "second"]
    assert asked[0]["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in asked[0]


def test_a_federated_token_that_is_not_there_is_named(script: Script, tmp_path: Path) -> None:
    held = EntraCredentials(TENANT, "app", oidc_token_file=tmp_path / "gone")
    with pytest.raises(Unauthorised, match=r"acme/entra: sign-in: .*gone cannot be read"):
        read(script, ENTRA, held)


def pem(key: Any) -> Secret:
    form = serialization.PrivateFormat.PKCS8
    return Secret(key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode())


def decoded(part: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def test_an_okta_key_signs_an_assertion_dated_by_the_organisation(script: Script) -> None:
    key = rsa.generate_private_key(65537, 2048)
    held = OktaCredentials(
        "acme",
        "okta.com",
        "https://acme.okta.com",
        client_id="0oa1",
        private_key=pem(key),
        private_key_id="kid-1",
        scopes=("okta.users.manage", "okta.groups.read"),
    )
    script.on("GET /.well-known/okta-organization", answer(200, {}))
    script.on("POST /oauth2/v1/token", answer(200, {"access_token": "at", "expires_in": 3600}))
    script.on("GET /api/v1/users", answer(200, []))
    read(script, OKTA, held)
    asked = form(script.seen[1])
    head, claims, signature = asked["client_assertion"].split(".")
    issued = int(datetime(2026, 11, 22, 14, 0, 10, tzinfo=UTC).timestamp())
    assert asked["scope"] == "okta.users.manage okta.groups.read"
    assert decoded(head) == {"alg": "RS256", "kid": "kid-1"}
    assert decoded(claims) | {"jti": ""} == {
        "iss": "0oa1",
        "sub": "0oa1",
        "aud": "https://acme.okta.com/oauth2/v1/token",
        "iat": issued,
        "exp": issued + 300,
        "jti": "",
    }
    raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
    key.public_key().verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256())
    assert script.seen[-1].headers["Authorization"] == "Bearer at"


@pytest.mark.parametrize("key", [Secret("not a key"), pem(ec.generate_private_key(ec.SECP256R1()))])
def test_a_key_that_okta_would_not_take_is_refused(script: Script, key: Secret) -> None:
    held = OktaCredentials("acme", "okta.com", "https://acme.okta.com", client_id="0oa1", private_key=key)
    script.on("GET /.well-known/okta-organization", answer(200, {}))
    with pytest.raises(Unauthorised, match="the private key is not an RSA key in PEM") as raised:
        read(script, OKTA, held)
    assert key.reveal() not in str(raised.value)


def test_the_credentials_of_another_tenant_are_not_used(script: Script) -> None:
    other = EntraCredentials(TENANT.replace("1", "2"), "app", client_secret=Secret("shh"))
    with pytest.raises(ValueError, match="acme/entra: the credentials are of another tenant"):
        read(script, ENTRA, other)
    with pytest.raises(ValueError, match="of another kind of directory"):
        read(script, OKTA, other)


@pytest.mark.parametrize("status", [403, 404])
def test_an_organisation_that_is_not_there_is_no_account_that_is_not_there(
    script: Script, status: int
) -> None:
    """A 404 of the sign-in taken for one of the account would call a leaver absent."""
    held = OktaCredentials(
        "acme",
        "okta.com",
        "https://acme.okta.com",
        client_id="0oa1",
        private_key=pem(rsa.generate_private_key(65537, 2048)),
    )
    script.on("GET /.well-known/okta-organization", answer(status))

    async def look() -> None:
        transport = httpx.MockTransport(script)
        directory = connect(
            "acme", "okta", OKTA, sandbox=False, credentials=held, policy=HASTY, transport=transport
        )
        try:
            await directory.account("00u1")
        finally:
            await directory.close()

    with pytest.raises(Unauthorised, match=f"^acme/okta: sign-in: {status}"):
        asyncio.run(look())
