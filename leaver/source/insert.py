"""Putting one more record into a file of people: every other byte of the file stays what it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from leaver.source.block import find_record, people_head
from leaver.source.edit import EditRefused, change_record, record_data

_CONTENT = re.compile(r"^( *)[^ #\r\n]", re.MULTILINE)
_PLACEHOLDER = "name"


def insert_record(text: str, person: str, record: str) -> str:
    """`text` with the record of `person` as the people file `record` has it, after all others, indented as they are.

    Raises:
        EditRefused: `record` lacks it, or one of the two is written in a way that a machine should not touch.
    """
    wanted = record_data(record, person)
    block = find_record(record, person)
    assert block is not None  # noqa: S101 - record_data has found it
    at, indent = _end(text, person)
    margin, end = " " * indent, "\r\n" if "\r\n" in text else "\n"
    lines = record[block.start : block.end].splitlines()
    if any(line.strip() and not line.startswith(" " * block.indent) for line in lines):
        raise EditRefused(f'person "{person}": a line of the record is less indented than its key')
    inserted = "".join(f"{margin}{line[block.indent :]}".rstrip(" \t") + end for line in lines)
    head = text[:at] if text[:at].endswith("\n") else text[:at] + end
    changed = head + inserted + text[at:]
    if record_data(changed, person) != wanted:
        raise EditRefused(f'person "{person}": the record cannot be put back without changing it')
    return changed


def new_record(person: str, fields: Mapping[str, Any]) -> str:
    """A people file with one record that says `fields`, in their order. Raises EditRefused."""
    skeleton = f"people:\n  {person}:\n    {_PLACEHOLDER}: x\n"
    own = {key: value for key, value in fields.items() if value is not None}
    # The first line is there to be filled; a record without a name loses it again.
    return change_record(skeleton, person, own if _PLACEHOLDER in own else {**own, _PLACEHOLDER: None})


def _end(text: str, person: str) -> tuple[int, int]:
    """Where the people of a file end, and how far their keys are indented."""
    head = people_head(text)
    first = _CONTENT.search(text, head.end()) if head else None
    if first is None or not first[1]:
        raise EditRefused(
            f'person "{person}": the file has no list of people, one below another, to put the record into. '
            "Put it there by hand"
        )
    following = re.compile(r"^[^ #\r\n]", re.MULTILINE).search(text, first.end())
    last = first.start()
    for match in _CONTENT.finditer(text, first.start(), following.start() if following else len(text)):
        last = match.start()
    line_end = text.find("\n", last)
    return (len(text) if line_end < 0 else line_end + 1), len(first[1])
