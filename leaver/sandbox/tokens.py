"""Access tokens: JSON Web Tokens signed with HMAC-SHA256 (RFC 7519, RFC 7515)."""

from __future__ import annotations

import base64
import hmac
import json
import re
from datetime import datetime
from typing import Any

# Okta's Python SDK 3 leaves the space out; the service takes it.
_AUTHORIZATION = re.compile(r"(ssws|bearer)\s*(\S+)\s*", re.IGNORECASE)


class TokenInvalid(Exception):
    """The token is not one of ours: malformed, or its signature does not match."""


class TokenExpired(TokenInvalid):
    """The token's `exp` has passed."""


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


_HEADER = _encode(json.dumps({"typ": "JWT", "alg": "HS256", "kid": "sandbox"}).encode())


def issue(key: bytes, claims: dict[str, Any]) -> str:
    """A signed token with these claims; times are whole seconds since 1970."""
    signed = f"{_HEADER}.{_encode(json.dumps(claims, separators=(',', ':')).encode())}"
    return f"{signed}.{_encode(hmac.digest(key, signed.encode(), 'sha256'))}"


def read(key: bytes, token: str, now: datetime) -> dict[str, Any]:
    """The claims of a token that we signed and that has not expired.

    Raises TokenExpired or TokenInvalid.
    """
    try:
        signed, _, signature = token.rpartition(".")
        if not hmac.compare_digest(_decode(signature), hmac.digest(key, signed.encode(), "sha256")):
            raise TokenInvalid("signature")
        claims: dict[str, Any] = json.loads(_decode(signed.split(".")[1]))
    except (ValueError, IndexError) as fault:
        raise TokenInvalid("malformed") from fault
    if claims["exp"] <= now.timestamp():
        raise TokenExpired("expired")
    return claims


def scheme_and_value(authorization: str) -> tuple[str, str]:
    """An Authorization header's scheme (`ssws` or `bearer`) and token; two empty strings when it is neither."""
    match = _AUTHORIZATION.fullmatch(authorization)
    return (match[1].lower(), match[2]) if match else ("", "")
