"""Changing one record in a file of people: only the lines that change, comments and layout of all others kept.

The section that changes is taken out by its lines, read and written back by a round-trip library, which keeps
its comments and quotes, and put back in its place. Every other byte of the file stays what it is, so that the
difference that a reviewer sees is the change, and ten thousand records cost no more than one.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.resolver import VersionedResolver
from ruamel.yaml.scalarstring import PlainScalarString, SingleQuotedScalarString

from leaver.errors import LeaverError
from leaver.source.block import Block, alone, find_entry, find_record
from leaver.source.reader import Bare, read

Fields = Mapping[str, Any]
"""Keys and what they become: a text, true, a list or mapping of texts, or None to remove the key. Others stay."""

_CONTENT = re.compile(r"^( *)[^ #\r\n]", re.MULTILINE)
_KEY = re.compile(r"^( *\S+ *:)")
_QUOTED = re.compile(r"""(?<![^\s{\[,:])(?:"(?:[^"\\]|\\.)*"|'[^']*')""")
_COMMENT = re.compile(r"(?:^|\s)(#.*?)\s*$")
_WIDE = 1_000_000


class _Texts(VersionedResolver):
    """Leaves every plain text the text it is; by YAML's own rules, a moment with seconds is a time stamp."""

    @property
    def versioned_resolver(self) -> Any:
        return {}


class EditRefused(LeaverError):
    """The record is written in a way that cannot be changed without touching something else."""


def set_departure(text: str, person: str, fields: Fields) -> str:
    """`text` with these fields of the person's departure, which is made when the record has none.

    The record's own `until` goes: a departure takes its place.

    Raises:
        EditRefused: the record is not there, or is written in a way that a machine should not touch.
    """
    return _edited(text, person, {"until": None, "departure": fields})


def change_record(text: str, person: str, fields: Fields) -> str:
    """`text` with these fields of the person's record; others stay. Raises EditRefused."""
    return _edited(text, person, fields)


def remove_departure(text: str, person: str) -> str:
    """`text` without the person's departure. Raises EditRefused."""
    return _edited(text, person, {"departure": None})


def _edited(text: str, person: str, changes: Fields) -> str:
    before = record_data(text, person)
    block = find_record(text, person)
    changed = _rewritten(text, block, changes) if block else text
    after = find_record(changed, person)
    wanted = _changed(before, changes)
    if after is None or _data(alone(changed, after), person) != wanted:
        raise EditRefused(
            f'person "{person}": the record could not be changed without changing more than that'
        )
    return changed


def record_data(text: str, person: str) -> dict[str, Any]:
    """The person's record in the text of a people file as plain data, nothing of it typed. Raises EditRefused."""
    block = find_record(text, person)
    if block is None:
        raise EditRefused(
            f'person "{person}": the record cannot be told apart from the rest of its file by its lines'
        )
    return _data(alone(text, block), person)


def _data(text: str, person: str) -> dict[str, Any]:
    """The record as plain data, words that readers disagree about as their texts."""
    document = read(text)
    people = document.data.get("people") if isinstance(document.data, dict) else None
    if document.whole and document.flaws:
        raise EditRefused(
            f'person "{person}": the record {document.flaws[0].fault}. {document.flaws[0].remedy}'
        )
    if not document.whole or not isinstance(people, dict) or not isinstance(people.get(person), dict):
        raise EditRefused(f'person "{person}": the record is not a mapping that can be read')
    found: dict[str, Any] = _plain(people[person])
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return str(value) if isinstance(value, Bare) else value


def _changed(record: dict[str, Any], changes: Fields) -> dict[str, Any]:
    found = dict(record)
    for key, value in changes.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(found.get(key, {}), dict):
            found[key] = _changed(found.get(key, {}), value)
        else:
            found[key] = dict(value) if isinstance(value, Mapping) else value
    return found


def _rewritten(text: str, record: Block, changes: Fields) -> str:
    head = text[record.start : record.end].partition("\n")[0]
    if not re.fullmatch(r" *\S+ *: *(?:#.*)?\r?", head):
        # `sam: {disabled: true}`: the whole record is one section.
        name = re.split(r" *:", head.strip(), maxsplit=1)[0].strip("\"'")
        return _round_trip(text, record, {name: changes})
    for key, value in changes.items():
        first = _CONTENT.search(text, record.start + len(head), record.end)
        if first is None:
            raise EditRefused(f"the record in line {record.line} is empty")
        section = find_entry(text, key, len(first[1]), first.start(), record.end)
        before = len(text)
        if section is not None and value is None:
            text = text[: section.start] + text[section.end :]
        elif section is not None:
            text = _round_trip(text, section, {key: value})
        elif value is not None:
            text = _inserted(text, record, len(first[1]), {key: value})
        record = Block(record.start, record.end + len(text) - before, record.indent, record.line)
    if _CONTENT.search(text, record.start + len(head), record.end) is None:
        # A key without a value is a fault; a record that says nothing is {}.
        return text[: record.start] + _KEY.sub(r"\1 {}", head, count=1) + text[record.start + len(head) :]
    return text


def _round_trip(text: str, section: Block, changes: Fields) -> str:
    margin = " " * section.indent
    own = text[section.start : section.end].splitlines(keepends=True)
    lines = [line.rstrip("\r\n") for line in own]
    if any(line.strip() and not line.startswith(margin) for line in lines):
        raise EditRefused(f"line {section.line}: a line of the section is less indented than its key")
    inner = _CONTENT.search("\n".join(lines[1:]))
    step = len(inner[1]) - section.indent if inner else 2
    yaml = _yaml(step)
    try:
        data = yaml.load("".join(line[section.indent :] + "\n" for line in lines))
    except YAMLError as error:
        raise EditRefused(f"line {section.line}: {str(error).splitlines()[0]}") from None
    before = _dumped(yaml, data, section.indent)
    _apply(data, changes)
    after = _dumped(yaml, data, section.indent)
    return text[: section.start] + _joined(_merged(own, before, after), text, section) + text[section.end :]


def _merged(own: list[str], before: list[str], after: list[str]) -> list[str]:
    """The lines of `after`; each that the change left alone as it is in the file, with its spaces.

    `before` are the lines `own` as the library writes them.
    """
    if len(own) != len(before):
        # Braces over several lines come back as one: what was said between them goes above.
        margin = own[0][: len(own[0]) - len(own[0].lstrip(" "))]
        said = [found[1] for line in own if (found := _COMMENT.search(_QUOTED.sub("", line)))]
        return [f"{margin}{each}" for each in said if not any(each in line for line in after)] + after
    merged: list[str] = []
    for tag, start, end, first, last in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        merged += own[start:end] if tag == "equal" else after[first:last]
    return merged


def _inserted(text: str, record: Block, indent: int, changes: Fields) -> str:
    data = CommentedMap()
    _apply(data, changes)
    at = Block(record.end, record.end, indent, record.line)
    yaml = _yaml(max(indent - record.indent, 1))
    start = text[: record.end]
    if not start.endswith("\n"):
        start += _line_break(text)
    return start + _joined(_dumped(yaml, data, indent), text, at) + text[record.end :]


def _apply(data: Any, changes: Fields) -> None:
    for key, value in changes.items():
        if value is None:
            data.pop(key, None)
        elif isinstance(value, Mapping):
            if not isinstance(data.get(key), CommentedMap):
                data[key] = CommentedMap()
                if key == "hold":
                    data[key].fa.set_flow_style()
            _apply(data[key], value)
        else:
            data[key] = _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, bool):
        # The resolver knows texts only, and would mark anything else with a tag.
        return PlainScalarString(str(value).lower())
    if isinstance(value, list):
        found = CommentedSeq(_scalar(each) for each in value)
        found.fa.set_flow_style()
        return found
    if isinstance(value, Mapping):
        pairs = CommentedMap((key, _scalar(each)) for key, each in value.items())
        pairs.fa.set_flow_style()
        return pairs
    text = str(value)
    # The reader knows fewer plain texts than ruamel does, and fewer still between braces.
    plain = all(read(form).data == {"a": text} for form in (f"a: {text}", f"{{a: {text}}}"))
    return value if plain else SingleQuotedScalarString(text)


def _yaml(step: int) -> YAML:
    yaml = YAML(typ="rt")
    yaml.Resolver = _Texts
    yaml.preserve_quotes = True
    yaml.width = _WIDE
    yaml.indent(mapping=step, sequence=step + 2, offset=step)
    return yaml


def _dumped(yaml: YAML, data: Any, indent: int) -> list[str]:
    stream = io.StringIO()
    yaml.dump(data, stream)
    return [f"{' ' * indent}{line}".rstrip(" ") for line in stream.getvalue().splitlines()]


def _joined(lines: list[str], text: str, at: Block) -> str:
    """The lines in the place `at` of `text`, with its line breaks where they have none."""
    end = _line_break(text)
    whole = "".join(line if line.endswith("\n") else line + end for line in lines)
    is_last = at.end == len(text) and not text.endswith("\n")
    return whole.rstrip("\r\n") if is_last else whole


def _line_break(text: str) -> str:
    first = text.find("\n")
    return "\r\n" if first > 0 and text[first - 1] == "\r" else "\n"
