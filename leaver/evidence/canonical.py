"""The one form in which a piece of evidence is hashed: RFC 8785 (JSON Canonicalization Scheme), without floats.

No spaces, keys sorted by their UTF-16 code units, UTF-8, and nothing escaped that JSON lets stand. What JSON or this
form has no place for is told as a text (a float, an integer beyond 2^53, a moment) rather than refused: evidence
of something that happened must be kept.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

_LARGEST = 2**53 - 1
"""Past it, readers that keep numbers as doubles (JavaScript) would read another number."""
_DEEPEST = 40


def canonical(value: Any) -> bytes:
    """The canonical JSON of `value`, which is `plain`."""
    found = _dumped(value, sort_keys=True)
    if found.isascii() or max(found) <= "\uffff":
        # Without characters past 16 bits, sorting by characters is sorting by UTF-16 code units.
        return found.encode()
    return _dumped(_ordered(value), sort_keys=False).encode()


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as JSON that has one canonical form: no floats, no lone surrogates, moments in UTC."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, int):
        return int(value) if abs(value) <= _LARGEST else str(int(value))
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if depth >= _DEEPEST:
        return "nested too deeply"
    if isinstance(value, Mapping):
        return {text(str(key)): plain(each, depth + 1) for key, each in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(each, depth + 1) for each in value), key=repr)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [plain(each, depth + 1) for each in value]
    # Neither the value nor its repr: nobody knows what is in it.
    return f"({type(value).__name__})"


def text(value: str) -> str:
    """A text that UTF-8 can hold: lone surrogates, which no character is, become the replacement character."""
    if value.isascii():
        # Of an enumeration or another kind of text, the text.
        return str.__str__(value)
    return str.encode(value, "utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def moment(value: datetime) -> str:
    """A moment in UTC, always with microseconds: `2026-11-27T22:00:00.000000Z`. Raises ValueError for a naive one."""
    if value.tzinfo is None:
        raise ValueError("a moment without a zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_moment(value: Any) -> datetime:
    """The reverse of `moment`. Raises ValueError for anything that `moment` would not have written."""
    if not isinstance(value, str) or moment(found := datetime.fromisoformat(value)) != value:
        raise ValueError("not a moment in UTC with microseconds")
    return found.astimezone(UTC)


def _dumped(value: Any, *, sort_keys: bool) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=sort_keys)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    return value
