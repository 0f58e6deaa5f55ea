"""What the request log must never hold: passwords, secrets and tokens."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

REDACTED = "<redacted>"
_SECRET_WORDS = ("password", "secret", "token", "assertion", "credential", "passcode", "answer", "privatekey")
# Names that contain a secret word but hold no secret.
_HARMLESS = {
    "passwordpolicies",
    "forcechangepasswordnextsignin",
    "forcechangepasswordnextsigninwithmfa",
    "passwordprofile",
    "credentials",
    "lastpasswordchangedatetime",
    "passwordchanged",
    "client_assertion_type",
    "oauthtokens",
    "token_type",
    "requested_token_type",
    "tokentype",
}


def redact(value: Any, name: str = "") -> Any:
    """A copy of a JSON value with everything secret replaced."""
    lowered = name.lower()
    if lowered not in _HARMLESS and any(word in lowered for word in _SECRET_WORDS) and value is not None:
        # A nested object keeps its names, so that a test sees what was sent without its values.
        if isinstance(value, dict):
            return {key: redact(each, "secret") for key, each in value.items()}
        return REDACTED
    if isinstance(value, dict):
        return {key: redact(each, key) for key, each in value.items()}
    if isinstance(value, list):
        return [redact(each, name) for each in value]
    return value


def parsed_body(content_type: str, body: bytes) -> Any:
    """A request body as the log keeps it: JSON or form fields, redacted; None when empty."""
    if not body:
        return None
    if "x-www-form-urlencoded" in content_type:
        return redact(dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)))
    try:
        return redact(json.loads(body))
    except ValueError:
        return f"<{len(body)} bytes>"


def redacted_query(query: str) -> str:
    """A query string with the values of secret names replaced."""
    if not any(word in query.lower() for word in _SECRET_WORDS):
        return query
    kept = []
    for pair in query.split("&"):
        name, equals, value = pair.partition("=")
        kept.append(f"{name}{equals}{redact(value, name)}")
    return "&".join(kept)
