"""The chain: each line holds the hash of the line before it, and the head says how many lines there are.

A line is canonical JSON with these fields, in this order:

    entry, format, key, number, previous, sha256, signature

`sha256` is the SHA-256, in hex, of the canonical JSON of the line without `sha256` and `signature`, which are its
last two fields; so that is the line up to `,"sha256":"`, and a closing brace. `signature` is Ed25519 over the 64
characters of `sha256`, in base64; it and `key` are null where no key was configured.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leaver.evidence.canonical import canonical
from leaver.evidence.entry import Entry
from leaver.evidence.form import entry_from_json, entry_to_json
from leaver.evidence.keys import SigningKey

FORMAT = 1
START = "0" * 64
"""What the first line has as `previous`."""
_FIELDS = {"entry", "format", "key", "number", "previous", "sha256", "signature"}
_HEAD_FIELDS = {"client", "count", "format", "key", "sha256", "signature"}
_LAST = b',"sha256":"'
"""Where what is hashed ends: behind it there are only the hash and the signature."""
_HEX = frozenset("0123456789abcdef")


@dataclass(frozen=True, slots=True)
class Stored:
    """One entry in its place in a client's chain."""

    entry: Entry
    number: int
    """From 1."""
    previous: str
    sha256: str
    key: str | None
    """The ID of the key that signed it."""
    signature: str | None
    line: bytes
    """The line itself, without its line break: what was hashed, stored and handed out."""


@dataclass(frozen=True, slots=True)
class Head:
    """The checkpoint of a chain: so many lines, and the hash of the last. Without lines `sha256` is START."""

    client: str
    count: int
    sha256: str
    key: str | None = None
    signature: str | None = None

    @property
    def text(self) -> bytes:
        """The checkpoint as it is stored."""
        return canonical({**self._content(), "signature": self.signature})

    @property
    def signed(self) -> bytes:
        """What is signed."""
        return canonical(self._content())

    def _content(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "count": self.count,
            "format": FORMAT,
            "key": self.key,
            "sha256": self.sha256,
        }


def seal(entry: Entry, number: int, previous: str, key: SigningKey | None) -> Stored:
    """Give an entry its place in a chain. The entry that comes back is as a reader will find it.

    Raises ValueError when the entry has a moment without a zone.
    """
    content = {
        "entry": entry_to_json(entry),
        "format": FORMAT,
        "key": key.id if key else None,
        "number": number,
        "previous": previous,
    }
    sha256 = hashlib.sha256(canonical(content)).hexdigest()
    signature = key.sign(sha256.encode()) if key else None
    line = canonical({**content, "sha256": sha256, "signature": signature})
    kept = entry_from_json(content["entry"])
    return Stored(kept, number, previous, sha256, key.id if key else None, signature, line)


def head_of(client: str, count: int, sha256: str, key: SigningKey | None) -> Head:
    """The checkpoint of a chain, signed when there is a key."""
    bare = Head(client, count, sha256, key.id if key else None)
    return Head(client, count, sha256, bare.key, key.sign(bare.signed) if key else None)


def parse_line(line: bytes) -> Stored:
    """A line, whose hash is right. Signatures and its place in the chain are not looked at.

    Raises:
        ValueError: it is no line as `seal` makes them; says why.
    """
    data = _canonical_object(line, _FIELDS)
    number, key, signature = data["number"], data["key"], data["signature"]
    if data["format"] != FORMAT:
        raise ValueError(f"is of format {data['format']}, and this Leaver knows {FORMAT}")
    if type(number) is not int or number < 1:
        raise ValueError("has no number")
    _check_signed(key, signature)
    if not _is_hash(data["previous"]) or not _is_hash(data["sha256"]):
        raise ValueError("was changed: its hashes are none")
    content = line[: line.rindex(_LAST)] + b"}"
    if hashlib.sha256(content).hexdigest() != data["sha256"]:
        raise ValueError("was changed: its content does not have the hash it states")
    try:
        entry = entry_from_json(data["entry"])
    except ValueError as fault:
        raise ValueError(f"has an entry that {fault}") from None
    return Stored(entry, number, data["previous"], data["sha256"], key, signature, line)


def parse_head(text: bytes) -> Head:
    """A checkpoint; its signature is not looked at. Raises ValueError."""
    data = _canonical_object(text, _HEAD_FIELDS)
    if data["format"] != FORMAT or not isinstance(data["client"], str) or not _is_hash(data["sha256"]):
        raise ValueError("is no checkpoint that this Leaver knows")
    if type(data["count"]) is not int or data["count"] < 0:
        raise ValueError("has no count")
    _check_signed(data["key"], data["signature"])
    return Head(data["client"], data["count"], data["sha256"], data["key"], data["signature"])


def _check_signed(key: Any, signature: Any) -> None:
    for value in (key, signature):
        if value is not None and not isinstance(value, str):
            raise ValueError("has a signature that is no text")
    if (key is None) != (signature is None):
        raise ValueError("has a signature without a key, or a key without a signature")


def _canonical_object(text: bytes, fields: set[str]) -> Mapping[str, Any]:
    try:
        data = json.loads(text.decode("utf-8"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise ValueError("is not readable") from None
    if not isinstance(data, dict) or data.keys() != fields:
        raise ValueError("has not the fields of a line of evidence")
    try:
        same = canonical(data) == text
    except (ValueError, RecursionError):
        same = False
    if not same:
        raise ValueError("was changed: it is not in canonical form")
    return data


def _refuse(_: str) -> None:
    raise ValueError


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= _HEX
