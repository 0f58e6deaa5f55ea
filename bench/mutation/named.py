"""Whom a change names, by git's diff of it alone: nothing of the product decides this.

A person is named when a line of their own record was added, removed or changed, or when such a line of another
record or file of the client holds their key. Who stood in a file that is gone or has no record left is named in bulk
only: the author may have meant the file, and not the people.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bench.mutation import text

_FILE = re.compile(r'^diff --git "?a/(.+?)"? "?b/.+$')
_HUNK = re.compile(r"^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_WORD = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")

Who = tuple[str, str]
"""A client, and the key of one of its people."""


@dataclass(slots=True)
class Named:
    """The people of a diff: `people` by a line, `bulk` only as part of a file that went."""

    people: set[Who] = field(default_factory=set)
    bulk: set[Who] = field(default_factory=set)


@dataclass(slots=True)
class _File:
    old: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    words: set[str] = field(default_factory=set)


def named(diff: str, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> Named:
    """Whom `git diff --unified=0 --no-renames` between the two states names."""
    known: dict[str, set[str]] = text.keys(before)
    for owner, more in text.keys(after).items():
        known.setdefault(owner, set()).update(more)
    found = Named()
    for name, changed in _parsed(diff).items():
        client = text.client_of(name)
        if client is None or not text.is_read(name):
            continue
        mine = known.get(client, set())
        old = text.blocks(text.lines(before.get(name, b""))) if text.is_people(name) else []
        new = text.blocks(text.lines(after.get(name, b""))) if text.is_people(name) else []
        if old and not new:
            found.bulk.update((client, block.key) for block in old)
            continue
        for touched, records in ((changed.old, old), (changed.new, new)):
            found.people.update(
                (client, block.key)
                for block in records
                if not touched.isdisjoint(range(block.start, block.end))
            )
        found.people.update((client, word) for word in changed.words & mine)
    found.bulk -= found.people
    return found


def _parsed(diff: str) -> dict[str, _File]:
    """The lines that changed, counted from 0, and the words in them, by file."""
    files: dict[str, _File] = {}
    current = _File()
    for line in diff.split("\n"):
        if header := _FILE.match(line):
            current = files.setdefault(header[1], _File())
        elif hunk := _HUNK.match(line):
            current.old.update(_span(hunk[1], hunk[2]))
            current.new.update(_span(hunk[3], hunk[4]))
        elif line[:1] in "+-" and not line.startswith(("+++ ", "--- ")):
            current.words.update(_WORD.findall(line[1:]))
    return files


def _span(start: str, count: str | None) -> range:
    first = int(start) - 1
    return range(first, first + (1 if count is None else int(count)))
