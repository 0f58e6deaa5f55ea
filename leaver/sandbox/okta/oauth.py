"""The org authorization server: access tokens for service apps with private_key_jwt (RFC 7523)."""

from __future__ import annotations

import base64
import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leaver.sandbox import tokens
from leaver.sandbox.settings import base_url, sandbox
from leaver.sandbox.tenants import withheld

TOKEN_PATH = "/oauth2/v1/token"  # noqa: S105
_LIFETIME = 3600
# An assertion may live for an hour at most (Okta, Client authentication methods).
_LONGEST_ASSERTION = 3600
_ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class _Refused(Exception):
    def __init__(self, status: int, error: str, description: str) -> None:
        super().__init__(description)
        self.status, self.error, self.description = status, error, description


def register(
    db: sqlite3.Connection, org: str, client_id: str, jwk: Mapping[str, str], scopes: list[str]
) -> None:
    """Make a service app known: its RSA public key as a JWK, and the scopes it was granted."""
    db.execute(
        "INSERT OR REPLACE INTO okta_service_apps VALUES (?,?,?,?)",
        (client_id, org, json.dumps(dict(jwk)), json.dumps(sorted(scopes))),
    )


async def _token(request: Request) -> Response:
    box = sandbox(request)
    form = dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
    try:
        now = box.clock()
        with box.store.read() as db:
            app = _authenticated(db, form, now)
            kept_back = withheld(db, "okta", app["org"])
        scopes = _granted(app, form.get("scope", ""), kept_back)
        claims = {
            "org": app["org"],
            "cid": app["client_id"],
            "sub": app["client_id"],
            "scp": scopes,
            "iat": int(now.timestamp()),
            "exp": int(now.timestamp()) + _LIFETIME,
        }
    except _Refused as refused:
        body = {"error": refused.error, "error_description": refused.description}
        return JSONResponse(body, refused.status)
    return JSONResponse(
        {
            "token_type": "Bearer",
            "expires_in": _LIFETIME,
            "access_token": tokens.issue(box.settings.signing_key, claims),
            "scope": " ".join(scopes),
        }
    )


def _authenticated(db: sqlite3.Connection, form: Mapping[str, str], now: datetime) -> sqlite3.Row:
    if form.get("grant_type") != "client_credentials":
        raise _Refused(400, "unsupported_grant_type", "The authorization grant type is not supported.")
    if form.get("client_assertion_type") != _ASSERTION_TYPE:
        raise _Refused(401, "invalid_client", "A client_assertion of type jwt-bearer is required.")
    head, claims, signed, signature = _split(form.get("client_assertion", ""))
    app: sqlite3.Row | None = db.execute(
        "SELECT * FROM okta_service_apps WHERE client_id = ?", (str(claims.get("iss")),)
    ).fetchone()
    if app is None or claims.get("sub") != claims.get("iss"):
        raise _Refused(401, "invalid_client", "Invalid value for 'client_id' parameter.")
    if head.get("alg") != "RS256" or not _verified(json.loads(app["jwk"]), signed, signature):
        raise _Refused(401, "invalid_client", "The client_assertion signature is invalid.")
    if urlsplit(str(claims.get("aud"))).path != TOKEN_PATH:
        raise _Refused(
            401, "invalid_client", "The audience claim for client_assertion must be the endpoint invoked."
        )
    expires = claims.get("exp")
    if (
        not isinstance(expires, int | float)
        or not now.timestamp() < expires <= now.timestamp() + _LONGEST_ASSERTION
    ):
        raise _Refused(401, "invalid_client", "The client_assertion token is expired or lives too long.")
    return app


def _granted(app: sqlite3.Row, asked: str, kept_back: frozenset[str]) -> list[str]:
    granted = set(json.loads(app["scopes"])) - kept_back
    scopes = asked.split()
    if not scopes or not set(scopes) <= granted:
        raise _Refused(
            400, "invalid_scope", "One or more scopes are not configured for the authorization server."
        )
    return sorted(scopes)


def _split(assertion: str) -> tuple[dict[str, Any], dict[str, Any], bytes, bytes]:
    try:
        signed, _, signature = assertion.rpartition(".")
        head, payload = (json.loads(_decode(part)) for part in signed.split("."))
        return dict(head), dict(payload), signed.encode(), _decode(signature)
    except (ValueError, TypeError) as fault:
        raise _Refused(401, "invalid_client", "The client_assertion token is malformed.") from fault


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _verified(jwk: Mapping[str, str], signed: bytes, signature: bytes) -> bool:
    exponent, modulus = (int.from_bytes(_decode(jwk[name])) for name in ("e", "n"))
    try:
        RSAPublicNumbers(exponent, modulus).public_key().verify(signature, signed, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True


async def _organization(request: Request) -> Response:
    """What everybody may know of an organisation; its Date is what a client dates an assertion by.

    The path says nothing of which one: all organisations of the sandbox share an address.
    """
    here = base_url(request)
    return JSONResponse({"pipeline": "idx", "_links": {"organization": {"href": here}}, "settings": {}})


def routes() -> list[Route]:
    return [
        Route(TOKEN_PATH, _token, methods=["POST"]),
        Route("/.well-known/okta-organization", _organization, methods=["GET"]),
    ]
