"""Keeping secrets out of the evidence, whoever hands them in.

Steps are written so that they never pick up a secret. This is the net below them: a value whose name says that it
is one, and a text that looks like one, are blotted out before anything is hashed, as the chain cannot be corrected
afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from leaver.evidence.entry import Entry

BLOT = "***"
_SHORTEST = 8
"""A known secret that is shorter would blot out parts of ordinary words."""
_NAMES = (
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "secret",
    "apitoken",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "bearertoken",
    "clientassertion",
    "privatekey",
    "apikey",
    "authorization",
    "recoveryanswer",
    "cookie",
)
_ITSELF = {"token", "tokens", "pin", "assertion", "credential", "credentials", "seed", "totp"}
# What is told about a secret (when it was set, which rule it follows) is none.
_ABOUT = re.compile(
    r"(date|time|at|id|ids|type|types|name|names|count|policies|policy|changed|expires|expiry|hint|method|methods"
    r"|signin|mfa|expiration|lifetime|valid|revoked|reset|number)$"
)
_SHAPES = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        # PEM blocks, to the end where the block is cut off.
        (r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL),
        # JSON Web Tokens (RFC 7519).
        (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{4,}(?:\.[A-Za-z0-9_-]*)?", 0),
        # Authorization header values: Bearer (RFC 6750), Basic (RFC 7617), Okta's SSWS.
        (r"\b(?:Bearer|Basic|SSWS)\s+[A-Za-z0-9._~+/=-]{8,}", re.IGNORECASE),
        # Microsoft Entra client secrets: three characters, a digit, Q, a tilde.
        (r"[A-Za-z0-9_~.-]{3}\dQ~[A-Za-z0-9_~.-]{20,}", 0),
        # Okta API tokens.
        (r"\b00[A-Za-z0-9_-]{40}\b", 0),
        # Tokens of the forges.
        (r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})", 0),
        # An address with a password in it: the host stays.
        (r"(?<=://)[^/@\s:]*:[^/@\s]+(?=@)", 0),
        # `client_secret=…` in a query or a form.
        (
            r"(?<![A-Za-z])(?:password|passwd|passphrase|client_secret|client_assertion|access_token|refresh_token"
            r"|api_token|apikey|api_key)\s*[=:]\s*[^\s&,;\"']+",
            re.IGNORECASE,
        ),
    )
)


def without_secrets(entry: Entry, known: Collection[str] = ()) -> Entry:
    """`entry` with everything secret replaced by `***`; `known` are values that are secret for certain."""
    secrets = _longest_first(known)
    return replace(
        entry,
        why=blot(entry.why, secrets),
        asked_by=None if entry.asked_by is None else blot(entry.asked_by, secrets),
        approved_by=tuple(blot(each, secrets) for each in entry.approved_by),
        step=None if entry.step is None else blot(entry.step, secrets),
        request_id=None if entry.request_id is None else blot(entry.request_id, secrets),
        seen=_inside(entry.seen, secrets),
    )


def blot(text: str, secrets: Collection[str] = ()) -> str:
    """`text` without what is, or looks like, a secret."""
    for each in secrets:
        if each in text:
            text = text.replace(each, BLOT)
    for shape in _SHAPES:
        text = shape.sub(BLOT, text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is a secret: `clientSecret` is, `lastPasswordChangeDateTime` is not."""
    bare = re.sub(r"[^a-z0-9]", "", name.lower())
    if _ABOUT.search(bare) and bare not in _ITSELF:
        return False
    return bare in _ITSELF or bare.endswith(("token", "tokens")) or any(word in bare for word in _NAMES)


def _inside(value: Any, secrets: Collection[str], hidden: bool = False) -> Any:
    """`hidden`: its own name, or that of what it stands in, says that it is a secret."""
    if isinstance(value, Mapping):
        return {
            blot(str(key), secrets): _inside(
                each, secrets, _hides(str(key), hidden) and not _counts(key, each)
            )
            for key, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_inside(each, secrets, hidden) for each in value]
    if value is None or isinstance(value, bool):
        return value
    if hidden:
        return BLOT
    return blot(value, secrets) if isinstance(value, str) else value


def _hides(name: str, hidden: bool) -> bool:
    return is_secret_name(name) or (hidden and not _ABOUT.search(name.lower()))


def _counts(name: Any, value: Any) -> bool:
    """Whether it is said how many there are: `tokens: 3`."""
    return isinstance(value, int) and str(name).lower().endswith("s")


def _longest_first(known: Collection[str]) -> list[str]:
    return sorted({each for each in known if len(each) >= _SHORTEST}, key=len, reverse=True)
