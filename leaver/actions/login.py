"""Signing in: the Authorization header of each kind of credentials, fetched once and renewed in time."""

from __future__ import annotations

import asyncio
import base64
import json
import secrets
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from leaver.actions.answer import Answer
from leaver.actions.call import Call
from leaver.actions.channel import Channel
from leaver.actions.credentials import EntraCredentials, OktaCredentials
from leaver.actions.errors import Forbidden, Missing, Refused, Unauthorised
from leaver.actions.secret import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MARGIN = 120.0
_ASSERTION_SECONDS = 300


class Login(Protocol):
    """Where a directory's Authorization header comes from."""

    async def header(self) -> str:
        """The header's value, made anew when it is about to expire. Raises a `CallFailed`."""

    def forget(self, header: str) -> bool:
        """Called when the directory refused `header`; whether asking for another one makes sense."""

    async def granted(self) -> frozenset[str] | None:
        """The permissions that a sign-in gives (Graph roles, Okta scopes); None where nothing says them.

        Raises a `CallFailed`.
        """

    async def close(self) -> None:
        """Close the connections."""


class ApiToken:
    """Okta's API token: sent as it is, never renewed."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    async def header(self) -> str:
        return f"SSWS {self._token.reveal()}"

    def forget(self, header: str) -> bool:  # noqa: ARG002 - a token stays what it is
        return False

    async def granted(self) -> frozenset[str] | None:
        return None

    async def close(self) -> None:
        pass


class _Exchanged(ABC):
    """An access token from a token endpoint, shared by all calls until shortly before it expires."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = asyncio.Lock()
        self._header: Secret | None = None
        self._answer: Any = None
        self._renew_at = 0.0

    async def header(self) -> str:
        async with self._lock:
            if self._header is None or time.monotonic() >= self._renew_at:
                await self._fetch()
            assert self._header is not None  # noqa: S101 - _fetch sets it or raises
            return self._header.reveal()

    def forget(self, header: str) -> bool:
        if self._header is not None and self._header.reveal() == header:
            self._header = None
        return True

    async def close(self) -> None:
        await self._channel.close()

    @abstractmethod
    async def _exchange(self) -> Answer:
        """The token endpoint's answer. Raises a `CallFailed`."""

    async def _fetch(self) -> None:
        asked = time.monotonic()
        answer = await self._exchange()
        token, lifetime = _token(answer.data)
        if token is None:
            raise self._channel.bad("sign-in", "has no access_token and expires_in", answer)
        self._channel.hide(Secret(token))
        self._header = Secret(f"Bearer {token}")
        self._answer = answer.data
        self._renew_at = asked + max(lifetime - _MARGIN, lifetime / 2)

    async def _post(self, url: str, form: dict[str, str]) -> Answer:
        return await self._send(Call("POST", url, "sign-in", form=form))

    async def _send(self, call: Call) -> Answer:
        try:
            return await self._channel.send(call)
        except (Refused, Missing, Forbidden) as error:
            # Token endpoints answer 400 to bad credentials (RFC 6749 5.2). A 403 or 404 here says nothing of what
            # the caller asks about, and must not be taken for that.
            raise Unauthorised(
                error.place,
                error.subject,
                error.fault,
                "Check that the credentials are this directory's and have not expired.",
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                date=error.date,
            ) from None


def _token(data: Any) -> tuple[str | None, float]:
    try:
        token, lifetime = data["access_token"], float(data["expires_in"])
    except (TypeError, KeyError, ValueError):
        return None, 0.0
    sound = isinstance(token, str) and token.isascii() and token.isprintable() and 0 < lifetime < 1e7
    return (token, lifetime) if sound else (None, 0.0)


class EntraLogin(_Exchanged):
    """Client credentials of Microsoft's identity platform: with a secret or a federated token."""

    def __init__(self, channel: Channel, credentials: EntraCredentials) -> None:
        super().__init__(channel)
        self._credentials = credentials

    async def granted(self) -> frozenset[str] | None:
        header = await self.header()
        # Microsoft asks nobody to look into its tokens: this is for telling people, and decides nothing.
        roles = _claims(header).get("roles")
        return frozenset(map(str, roles)) if isinstance(roles, list) else None

    async def _exchange(self) -> Answer:
        stated = self._credentials
        form = {
            "grant_type": "client_credentials",
            "client_id": stated.client_id,
            "scope": f"{stated.graph}/.default",
        }
        if stated.client_secret:
            form["client_secret"] = stated.client_secret.reveal()
        else:
            form |= {"client_assertion_type": _BEARER, "client_assertion": self._federated()}
        return await self._post(f"/{stated.tenant}/oauth2/v2.0/token", form)

    def _federated(self) -> str:
        stated = self._credentials
        if stated.oidc_token:
            return stated.oidc_token.reveal()
        try:
            token = Secret(Path(stated.oidc_token_file or "").read_text(encoding="ascii").strip())
        except (OSError, ValueError):
            fault = f"{stated.oidc_token_file} cannot be read"
            remedy = "Name a readable file with the federated token."
            raise Unauthorised(self._channel.place, "sign-in", fault, remedy) from None
        self._channel.hide(token)
        return token.reveal()


class OktaLogin(_Exchanged):
    """Client credentials of an Okta service application, signed with its private key (RFC 7523).

    Okta refuses a sign-in that asks for one scope too many, and a cut must not fail because a step of some runbook
    lacks a scope: the extra ones that are not granted are found once, and left out.
    """

    def __init__(self, channel: Channel, credentials: OktaCredentials) -> None:
        super().__init__(channel)
        self._credentials = credentials
        self._extra = credentials.extra
        self._key: RSAPrivateKey | None = None

    async def granted(self) -> frozenset[str] | None:
        await self.header()
        scope = self._answer.get("scope")
        return frozenset(scope.split()) if isinstance(scope, str) else None

    async def _exchange(self) -> Answer:
        try:
            return await self._ask(self._extra)
        except Unauthorised as error:
            if error.code != "invalid_scope" or not self._extra:
                raise
        found = await asyncio.gather(*(self._is_granted(scope) for scope in self._extra))
        self._extra = tuple(scope for scope, good in zip(self._extra, found, strict=True) if good)
        return await self._ask(self._extra)

    async def _is_granted(self, scope: str) -> bool:
        try:
            await self._ask((scope,))
        except Unauthorised as error:
            if error.code != "invalid_scope":
                raise
            return False
        return True

    async def _ask(self, extra: tuple[str, ...]) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "scope": " ".join((*self._credentials.scopes, *extra)),
            "client_assertion_type": _BEARER,
            "client_assertion": await self._assertion(),
        }
        return await self._post("/oauth2/v1/token", form)

    async def _assertion(self) -> str:
        stated = self._credentials
        # The organisation's own clock: an assertion dated by a clock that is wrong here would be refused.
        known = await self._send(Call("GET", "/.well-known/okta-organization", "sign-in"))
        if known.date is None:
            raise self._channel.bad("sign-in", "has no Date", known)
        issued = int(known.date.timestamp())
        claims = {
            "iss": stated.client_id,
            "sub": stated.client_id,
            "aud": f"{stated.address}/oauth2/v1/token",
            "iat": issued,
            "exp": issued + _ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": "RS256"} | ({"kid": stated.private_key_id} if stated.private_key_id else {})
        signed = f"{_encode(json.dumps(header).encode())}.{_encode(json.dumps(claims).encode())}"
        return f"{signed}.{_encode(self._sign(signed.encode()))}"

    def _sign(self, text: bytes) -> bytes:
        # Only this one way of signing in needs the library, which takes long to import.
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256

        # Reading a key checks its primes, which takes longer than the sign-in itself.
        self._key = self._key or self._read_key()
        return self._key.sign(text, PKCS1v15(), SHA256())

    def _read_key(self) -> RSAPrivateKey:
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        assert self._credentials.private_key is not None  # noqa: S101 - credentials() saw to it
        pem = self._credentials.private_key.reveal().replace("\\n", "\n").encode()
        try:
            key = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey):
            fault = "the private key is not an RSA key in PEM without a passphrase"
            remedy = "Use the key that Okta showed when it was made."
            raise Unauthorised(self._channel.place, "sign-in", fault, remedy)
        return key


def _claims(header: str) -> dict[str, Any]:
    """What the token of an Authorization header says (RFC 7519), unchecked; empty when it is no such token."""
    parts = header.removeprefix("Bearer ").split(".")
    try:
        payload = parts[1] + "=" * (-len(parts[1]) % 4)
        found = json.loads(base64.urlsafe_b64decode(payload))
    except (IndexError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
