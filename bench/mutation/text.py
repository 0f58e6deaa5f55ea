"""The files of an estate as text, read without the product: lines, records by their indentation, keys."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_RECORD = re.compile(r"^  ([A-Za-z0-9][^\s:#]*):")


@dataclass(frozen=True, slots=True)
class Block:
    """A record: its key, and its lines from `start` up to, and without, `end`, counted from 0."""

    key: str
    start: int
    end: int


def lines(data: bytes) -> list[str]:
    """The lines of a file with their ends; bytes that are no text are replaced."""
    # Not splitlines: git knows no other end of a line.
    return re.findall(r"[^\n]*\n|[^\n]+", data.decode("utf-8", "replace"))


def blocks(text: list[str]) -> list[Block]:
    """The records of a people or groups file, by two spaces before their key."""
    starts = [(at, found[1]) for at, line in enumerate(text) if (found := _RECORD.match(line))]
    ends = [at for at, _ in starts[1:]] + [len(text)] * bool(starts)
    return [Block(key, at, end) for (at, key), end in zip(starts, ends, strict=True)]


def client_of(name: str) -> str | None:
    """The client that a file belongs to."""
    parts = name.split("/")
    return parts[1] if parts[0] == "identities" and len(parts) > 2 else None


def is_people(name: str) -> bool:
    """Whether a file holds people: one of another name, or of a hidden one, says nothing of anybody."""
    parts = name.split("/")
    if client_of(name) is None or parts[-1][0] in "._" or not name.endswith(".yaml"):
        return False
    return parts[2:] == ["people.yaml"] or parts[2:-1] == ["people"]


def is_read(name: str) -> bool:
    """Whether the product reads a file of this name: in another one, a name is mentioned and not edited."""
    known = ("client.yaml", "groups.yaml", "overrides.yaml")
    return is_people(name) or (client_of(name) is not None and name.split("/", 2)[2] in known)


def clients(tree: Mapping[str, bytes]) -> list[str]:
    """The clients that have a folder, sorted."""
    return sorted({client for name in tree if (client := client_of(name))})


def files_of(tree: Mapping[str, bytes], client: str) -> list[str]:
    """The files in a client's folder, sorted."""
    return sorted(name for name in tree if client_of(name) == client)


def keys(tree: Mapping[str, bytes]) -> dict[str, set[str]]:
    """The keys of each client's people."""
    found: dict[str, set[str]] = {}
    for name, data in tree.items():
        client = client_of(name)
        if client is not None and is_people(name):
            found.setdefault(client, set()).update(block.key for block in blocks(lines(data)))
    return found
