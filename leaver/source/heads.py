"""About how many people a client has, and memberships: counted in the text of its files, without reading them.

A share of all clients' people needs a number for hundreds of clients of which nothing else is of interest. It is
on the low side: for every start, end and departure somebody is not counted. Where the number decides, the records
are read instead.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leaver.source.files import IDENTITIES

_PEOPLE = b"people:"
_BOUNDS = (b"disabled: true", b"departure:", b"until:", b"starts:")
_GROUPS = b"groups: ["


def heads(root: Path, clients: Iterable[str]) -> tuple[int, int]:
    """About the number of people with access at `clients`, and of memberships, both on the low side."""
    people = memberships = 0
    for key in clients:
        folder = root / IDENTITIES / key
        for path in (folder / "people.yaml", *sorted(folder.glob("people/*.yaml"))):
            try:
                found = count(path.read_bytes())
            except OSError:
                continue
            people += found[0]
            memberships += found[1]
    return people, memberships


def count(data: bytes) -> tuple[int, int]:
    """The same of the bytes of one file. Only plain searches: a pattern would take ten times as long."""
    at = data.find(_PEOPLE)
    indent = _indent(data, at) if at >= 0 else 0
    if not indent:
        return 0, 0
    start = b"\n" + b" " * indent
    # The lines that are indented just so far, without comments and items of lists.
    records = data.count(start, at) - sum(data.count(start + deeper, at) for deeper in (b" ", b"#", b"-"))
    people = max(0, records - sum(data.count(bound, at) for bound in _BOUNDS))
    lists = [part.partition(b"]")[0] for part in data[at:].split(_GROUPS)[1:]]
    members = sum(each.count(b",") + 1 for each in lists if each.strip())
    # Memberships of people who are not counted are not told apart: their share is taken off.
    return people, members * people // records if records else 0


def _indent(data: bytes, at: int) -> int:
    """How far the first line after `at` that says something is indented."""
    for line in data[at:].split(b"\n", 20)[1:20]:
        text = line.lstrip(b" ")
        if text.strip() and not text.startswith(b"#"):
            return len(line) - len(text)
    return 0
