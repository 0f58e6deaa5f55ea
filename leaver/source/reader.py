"""YAML text to plain data: mappings, lists, texts, true and false; and where each of them stands.

libyaml's events are turned into data here, not by PyYAML's constructor: that one keeps the last of two equal
keys silently and guesses types (docs/decisions/0002-yaml-reader.md has the measurements). What a text means
is decided by the type of the field that it is for; the only words with a meaning of their own are `true` and
`false`, and words that another YAML reader would take for something else are marked as `Bare`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import (
    AliasEvent,
    CSafeLoader,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from leaver.model.shown import quoted, shown
from leaver.source.syntax import flaw_of
from leaver.source.text import UNSEEN, Flaw, flaws

DEPTH_LIMIT = 20
"""Mappings and lists inside each other."""
VALUES_LIMIT = 1_000_000
"""Texts, mappings and lists in one file."""
TEXT_LIMIT = 4_096
"""Characters of one text; every field's own limit is lower."""
KEY_LIMIT = 128
FAULTS_LIMIT = 1_000
"""Problems of one file, or breaks of one rule, that are told; a file with more is not what it should be."""
Path = tuple[str | int, ...]

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_TRUTHS = frozenset(
    cased
    for word in ("yes", "no", "on", "off", "true", "false")
    for cased in (word, word.title(), word.upper())
) - {"true", "false"}
_UNSEEN_VALUE = re.compile(f"[{UNSEEN}]")


class Bare:
    """A word without quotes that YAML readers disagree about, such as `no`."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


_SPECIAL: dict[str, Any] = {"true": True, "false": False, **{word: Bare(word) for word in _TRUTHS | _NULLS}}
_NOT_KEYS = _SPECIAL.keys() | {"<<"}


@dataclass(slots=True)
class Places:
    """Line and column (from 1) of the keys of a document, and of its values.

    A text or list item stands where it begins; a mapping or list that belongs to a key, where the key does.
    """

    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """What a file says: `data`, the place of each key of the second level, and what is wrong with it.

    A flaw's `path` leads to the value that is not to be trusted; `whole` is False when reading stopped early.
    """

    data: Any = None
    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    whole: bool = True
    places: Places | None = None


class _Stop(Exception):
    """No more can be read; carries the flaw."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.fault)
        self.flaw = flaw


def read(text: str, places: Places | None = None) -> Document:
    """Read one YAML document. Never raises: whatever is wrong is in the answer.

    Keeping the place of every value doubles the time, so it is done only when `places` is given to fill.
    """
    document = Document(flaws=flaws(text), places=places)
    if document.flaws:
        document.whole = False
        return document
    try:
        document.data = _Reader(text, document).document()
    except _Stop as stop:
        document.flaws.append(stop.flaw)
        document.whole = False
    except yaml.YAMLError as error:
        document.flaws.append(flaw_of(text, error))
        document.whole = False
    return document


class _Reader:
    def __init__(self, text: str, document: Document) -> None:
        self._get: Callable[[], Any] = CSafeLoader(text).get_event
        self._document = document
        self._places = document.places
        self._values = 0

    def document(self) -> Any:
        self._get()
        first = self._get()
        if isinstance(first, StreamEndEvent):
            raise _Stop(
                Flaw(0, 0, "the file is empty", "Restore it, or delete it if it is meant to be gone.")
            )
        if first.tags:
            self._flaw(first, (), "has a %TAG directive", "Remove it.")
        data = self._value(self._get(), ())
        self._get()
        after = self._get()
        if not isinstance(after, StreamEndEvent):
            raise _Stop(
                self._at(after, "begins a second document", "Keep one document, without `---`, a file.")
            )
        return data

    def _value(self, event: Any, path: Path) -> Any:
        kind = event.__class__
        if kind is ScalarEvent:
            return self._scalar(event, path)
        if kind is AliasEvent:
            self._flaw(
                event, path, f'has the alias "*{shown(event.anchor)}"', "Write the value out.", spoils=True
            )
            return None
        if event.anchor is not None or event.tag is not None:
            self._marked(event, path)
        if len(path) >= DEPTH_LIMIT:
            raise _Stop(
                self._at(event, f"nests deeper than {DEPTH_LIMIT} levels", "Records are five levels deep.")
            )
        return self._mapping(path) if kind is MappingStartEvent else self._list(path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        # The plain and harmless case stands in the loop itself: this is where the time of a load goes.
        get, places = self._get, self._places
        event: Any
        records = self._document.records if len(path) == 1 else None
        data: dict[str, Any] = {}
        value: Any
        while True:
            event = get()
            if event.__class__ is MappingEndEvent:
                return data
            if event.__class__ is ScalarEvent and event.implicit[0] and event.anchor is None:
                key: str | None = event.value
                if event.value in _NOT_KEYS or len(event.value) > KEY_LIMIT:
                    key = self._key(event, path)
            else:
                key = self._key(event, path)
            value = get()
            self._values += 1
            if self._values > VALUES_LIMIT:
                raise self._too_many(value)
            if key is None or key in data:
                if key is not None:
                    self._flaw(event, path, f"has the key {quoted(key)} twice", "Keep one of them.")
                self._value(value, (*path, "?"))
                continue
            if records is not None:
                mark = event.start_mark
                records[key] = (mark.line + 1, mark.column + 1)
            if places is not None:
                here, mark = (*path, key), event.start_mark
                places.keys[here] = (mark.line + 1, mark.column + 1)
                if value.__class__ is ScalarEvent:
                    mark = value.start_mark
                places.values[here] = (mark.line + 1, mark.column + 1)
            if value.__class__ is ScalarEvent and value.implicit[0] and value.anchor is None:
                text = value.value
                if text not in _SPECIAL and len(text) <= TEXT_LIMIT:
                    data[key] = text
                    continue
            data[key] = self._value(value, (*path, key))

    def _list(self, path: Path) -> list[Any]:
        get, places = self._get, self._places
        event: Any
        data: list[Any] = []
        while True:
            event = get()
            if event.__class__ is SequenceEndEvent:
                return data
            self._values += 1
            if self._values > VALUES_LIMIT:
                raise self._too_many(event)
            if places is not None:
                here = (*path, len(data))
                places.values[here] = (event.start_mark.line + 1, event.start_mark.column + 1)
            if event.__class__ is ScalarEvent and event.implicit[0] and event.anchor is None:
                text = event.value
                if text not in _SPECIAL and len(text) <= TEXT_LIMIT:
                    data.append(text)
                    continue
            data.append(self._value(event, (*path, len(data))))

    def _scalar(self, event: Any, path: Path) -> Any:
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._marked(event, path)
        elif event.implicit[0]:
            if text in _SPECIAL:
                if text in _NULLS:
                    self._flaw(
                        event,
                        path,
                        f"is empty ({text})" if text else "is empty",
                        "Write a value, [] for an empty list or {} for no records, or remove the key.",
                        spoils=True,
                    )
                return _SPECIAL[text]
        elif event.style == '"' and (unseen := _UNSEEN_VALUE.search(text)):
            self._flaw(event, path, _unseen(unseen[0]), "Remove it.", spoils=True)
        if len(text) > TEXT_LIMIT:
            fault = f"is {len(text)} characters long"
            self._flaw(event, path, fault, f"{TEXT_LIMIT} is the most.", spoils=True)
        return text

    def _key(self, event: Any, path: Path) -> str | None:
        """The key that `event` is, or None after saying why it is none."""
        if event.__class__ is not ScalarEvent:
            raise _Stop(self._at(event, "has a key that is no plain text", "Write a word as the key."))
        text: str = event.value
        if event.anchor is not None or event.tag is not None:
            self._marked(event, path)
        if event.implicit[0] and text == "<<":
            self._flaw(event, path, "has the merge key `<<`", "Write the keys out.")
        elif event.implicit[0] and text in _SPECIAL:
            said = f'"{text}"' if text else "nothing"
            self._flaw(event, path, f"has {said} as a key", "Write a word, in quotes if it is meant.")
        elif len(text) > KEY_LIMIT:
            self._flaw(event, path, f"has a key of {len(text)} characters", f"{KEY_LIMIT} is the most.")
        elif event.style == '"' and (unseen := _UNSEEN_VALUE.search(text)):
            self._flaw(event, path, f"{_unseen(unseen[0])} in a key", "Remove it.")
        else:
            return text
        return None

    def _too_many(self, event: Any) -> _Stop:
        return _Stop(self._at(event, f"is one of more than {VALUES_LIMIT} values", "Split the file."))

    def _marked(self, event: Any, path: Path) -> None:
        if event.anchor is not None:
            self._flaw(
                event, path, f'has the anchor "&{shown(event.anchor)}"', "Remove it; write values out."
            )
        if event.tag is not None:
            self._flaw(event, path, f'has the tag "{shown(event.tag)}"', "Remove it; the field has a type.")

    def _flaw(self, event: Any, path: Path, fault: str, remedy: str, *, spoils: bool = False) -> None:
        self._document.flaws.append(self._at(event, fault, remedy, path, spoils))
        if len(self._document.flaws) == FAULTS_LIMIT:
            raise _Stop(
                self._at(event, f"is the {FAULTS_LIMIT}th fault of this file", "Correct these first.")
            )

    def _at(self, event: Any, fault: str, remedy: str, path: Path = (), spoils: bool = False) -> Flaw:
        mark = event.start_mark
        return Flaw(mark.line + 1, mark.column + 1, fault, remedy, path, spoils)


def _unseen(character: str) -> str:
    return f"has the invisible character U+{ord(character):04X}"
