"""One record's own lines in a file of people, found without parsing the rest of the file.

For the call at night: it takes as long for ten people as for ten thousand, and a fault in another record, or in
another file, does not stand in its way. It answers only where there is no doubt; anything unusual is left to
the loader.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPELLED = ("people", '"people"', "'people'")
_PEOPLE = re.compile(r"(?:people|\"people\"|'people') *:[ ]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_COLON = re.compile(r" *:(?=[ \r\n]|\Z)")
_CONTENT = re.compile(r"^( *)[^ #\r\n]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """The lines from the key to the last one that says something: `text[start:end]`.

    `indent` is the key's, in spaces; `line` the key's, from 1. The last line may lack its line break.
    """

    start: int
    end: int
    indent: int
    line: int


def find_record(text: str, key: str) -> Block | None:
    """The record of the person `key` in the text of a people file; None when it is not there beyond doubt."""
    head = people_head(text)
    if head is None:
        return None
    after = head.end()
    first = _CONTENT.search(text, after)
    if first is None or not first[1]:
        return None
    return find_entry(text, key, len(first[1]), after, len(text))


def people_head(text: str) -> re.Match[str] | None:
    """The line `people:` below which the records stand; None when it is not the only one beyond doubt."""
    heads = [_PEOPLE.match(text, at) for key in _SPELLED for at in _line_starts(text, key, 0, len(text))]
    return heads[0] if len(heads) == 1 else None


def find_entry(text: str, key: str, indent: int, start: int, end: int) -> Block | None:
    """The entry `key` of the block mapping whose keys are indented by `indent`, between `start` and `end`.

    `start` is the beginning of a line.
    """
    found = [
        (at, colon.end())
        for spelled in (key, f'"{key}"', f"'{key}'")
        for at in _line_starts(text, " " * indent + spelled, start, end)
        if (colon := _COLON.match(text, at + indent + len(spelled), end))
    ]
    if len(found) != 1:
        return None
    at, after = found[0]
    following = re.compile(rf"^ {{0,{indent}}}[^ #\r\n]", re.MULTILINE).search(text, after, end)
    stop = following.start() if following else end
    last = at
    for match in _CONTENT.finditer(text, at, stop):
        last = match.start()
    line_end = text.find("\n", last, end)
    return Block(at, end if line_end < 0 else line_end + 1, indent, text.count("\n", 0, at) + 1)


def _line_starts(text: str, beginning: str, start: int, end: int) -> Iterator[int]:
    """Where lines begin with `beginning`; a plain search, as a pattern takes fifty times as long."""
    if text.startswith(beginning, start, end):
        yield start
    at = text.find(f"\n{beginning}", start, end)
    while at >= 0:
        yield at + 1
        at = text.find(f"\n{beginning}", at + 1, end)


def alone(text: str, block: Block) -> str:
    """A file of people with this one record, which stands in the same line as in `text`."""
    return "\n" * (block.line - 2) + "people:\n" + text[block.start : block.end]
