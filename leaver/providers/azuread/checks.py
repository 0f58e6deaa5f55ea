"""Format rules of the inputs, as the real plugin's schema has them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

Rule = Callable[[Any], str | None]

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")


def is_uuid(text: object) -> bool:
    """Whether `text` is a UUID in its usual form."""
    return isinstance(text, str) and _UUID.fullmatch(text) is not None


def uuid(name: str) -> Rule:
    """An object ID, or a list of them."""

    def rule(value: Any) -> str | None:
        for entry in value if isinstance(value, list) else [value]:
            if not is_uuid(entry):
                return f'expected "{name}" to be a valid UUID, got {entry}'
        return None

    return rule


def address(name: str) -> Rule:
    """A name at a domain, as a user principal name is."""
    return lambda value: (
        None
        if _ADDRESS.fullmatch(str(value))
        else f'expected "{name}" to be a valid email address, got {value}'
    )


def not_empty(name: str) -> Rule:
    """A text with something in it."""
    return lambda value: None if str(value) else f'expected "{name}" to not be an empty string, got {value}'


def length(name: str, least: int, most: int) -> Rule:
    """A text of `least` to `most` characters; the text itself is not repeated: it may be a password."""
    return lambda value: (
        None
        if least <= len(str(value)) <= most
        else f"expected length of {name} to be in the range ({least} - {most})"
    )


def one_of(name: str, *choices: str) -> Rule:
    """One of a few words, or a list of them."""

    def rule(value: Any) -> str | None:
        for entry in value if isinstance(value, list) else [value]:
            if entry not in choices:
                listed = " ".join(f'"{choice}"' for choice in choices)
                return f"expected {name} to be one of [{listed}], got {entry}"
        return None

    return rule


def moment(name: str) -> Rule:
    """A date and time of RFC 3339."""

    def rule(value: Any) -> str | None:
        try:
            parsed = datetime.fromisoformat(str(value))
        except ValueError:
            parsed = None
        if parsed is None or parsed.tzinfo is None:
            return f'expected "{name}" to be a valid RFC3339 date, got {value}'
        return None

    return rule
