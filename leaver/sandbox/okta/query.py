"""The filter language of Okta's lists (SCIM, RFC 7644 section 3.4.2.2), compiled to SQL.

`search` knows every attribute, compares without regard to case and reads arrays element by element;
`filter` knows a few attributes, compares exactly and has `eq` only, but for dates (Okta, List all users).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import errors

_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<paren>[()])|(?P<word>[^\s()"]+))')
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_MAX_DEPTH = 40
_COMPARE = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_TEXT = {"sw", "co", "ew"}

Value = str | int | float | bool | None
Kind = Literal["text", "key", "date", "profile"]


@dataclass(frozen=True, slots=True)
class Field:
    """Where an attribute is kept, and which operators may be used on it.

    `key` columns hold lowered text. A `profile` attribute is looked up in the JSON column.
    """

    column: str
    kind: Kind = "text"
    operators: frozenset[str] = frozenset({*_COMPARE, *_TEXT, "pr"})


EQUAL_ONLY = frozenset({"eq"})
DATE_OPERATORS = frozenset(_COMPARE)


@dataclass(frozen=True, slots=True)
class Language:
    """The attributes of one list. `profile` names the JSON column of all other `profile.*` attributes."""

    fields: Mapping[str, Field]
    profile: str | None = None
    exact_case: bool = False

    def field(self, name: str) -> Field:
        known = self.fields.get(name)
        if known is not None:
            return known
        if self.profile and name.startswith("profile.") and name.count(".") == 1:
            return Field(self.profile, "profile")
        raise errors.bad_search(f"Unsupported attribute: {name}")


@dataclass(frozen=True, slots=True)
class Condition:
    """A SQL condition and what is bound to its question marks."""

    sql: str
    bound: tuple[Value, ...] = ()


def compile_expression(text: str, language: Language) -> Condition:
    """The SQL condition of a filter or search expression; raises OktaError E0000031 when it is none."""
    parser = _Parser(_tokens(text), language)
    condition = parser.alternatives(0)
    if not parser.at_end:
        raise errors.bad_search(f"Unexpected: {parser.take()[1]}")
    return condition


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise errors.bad_search(f"Unexpected character at {position}")
        found.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        position = match.end()
    return found


class _Parser:
    """Recursive descent: `or` binds weaker than `and`."""

    def __init__(self, tokens: list[tuple[str, str]], language: Language) -> None:
        self._tokens = tokens
        self._next = 0
        self._language = language

    @property
    def at_end(self) -> bool:
        return self._next >= len(self._tokens)

    def take(self) -> tuple[str, str]:
        if self.at_end:
            raise errors.bad_search("Unexpected end")
        self._next += 1
        return self._tokens[self._next - 1]

    def _word(self, word: str) -> bool:
        if not self.at_end and self._tokens[self._next] == ("word", self._tokens[self._next][1]):
            if self._tokens[self._next][1].lower() != word:
                return False
            self._next += 1
            return True
        return False

    def alternatives(self, depth: int) -> Condition:
        parts = [self._conjunction(depth)]
        while self._word("or"):
            parts.append(self._conjunction(depth))
        return _join(parts, " OR ")

    def _conjunction(self, depth: int) -> Condition:
        parts = [self._atom(depth)]
        while self._word("and"):
            parts.append(self._atom(depth))
        return _join(parts, " AND ")

    def _atom(self, depth: int) -> Condition:
        if depth > _MAX_DEPTH:
            raise errors.bad_search("Nested too deeply")
        kind, text = self.take()
        if (kind, text) == ("paren", "("):
            inside = self.alternatives(depth + 1)
            if self.take() != ("paren", ")"):
                raise errors.bad_search("Missing )")
            return inside
        if kind != "word" or not _NAME.fullmatch(text):
            raise errors.bad_search(f"Attribute expected, not {text}")
        field = self._language.field(text)
        operator = self.take()[1].lower()
        if operator not in field.operators:
            raise errors.bad_search(f"Operator not supported for {text}: {operator}")
        if operator == "pr":
            return _present(field, text)
        return _compare(field, text, operator, _value(*self.take()), self._language.exact_case)


def _join(parts: list[Condition], word: str) -> Condition:
    if len(parts) == 1:
        return parts[0]
    bound = tuple(value for part in parts for value in part.bound)
    return Condition("(" + word.join(part.sql for part in parts) + ")", bound)


def _value(kind: str, text: str) -> Value:
    try:
        found: Value = json.loads(text)
    except ValueError as fault:
        raise errors.bad_search(f"Value expected, not {text}") from fault
    if kind == "paren" or isinstance(found, list | dict) or not _storable(found):
        raise errors.bad_search(f"Value expected, not {text}")
    return found


def _storable(value: Value) -> bool:
    """Whether SQLite can compare with it: whole numbers of 64 bits, text without half surrogate pairs."""
    if isinstance(value, str):
        return value.isprintable() or not any("\ud800" <= each <= "\udfff" for each in value)
    return not isinstance(value, int) or abs(value) < 1 << 63


def _json_path(name: str) -> str:
    return f'$."{name.removeprefix("profile.")}"'


def _present(field: Field, name: str) -> Condition:
    if field.kind == "profile":
        return Condition(f"json_extract({field.column}, ?) IS NOT NULL", (_json_path(name),))
    return Condition(f"{field.column} IS NOT NULL")


def _compare(field: Field, name: str, operator: str, value: Value, exact_case: bool) -> Condition:
    if field.kind == "date":
        return Condition(f"{field.column} {_COMPARE[operator]} ?", (_moment(value),))
    if field.kind == "key":
        value = str(value).lower()
    collate = "" if exact_case or not isinstance(value, str) else " COLLATE NOCASE"
    column = "one.value" if field.kind == "profile" else field.column
    if operator in _TEXT:
        test, value = f"{column} LIKE ? ESCAPE '\\'", _pattern(operator, str(value))
    else:
        test = f"{column} {_COMPARE[operator]} ?{collate}"
    if field.kind == "profile":
        # json_each gives a scalar as one row and an array as one row an element: any element may match.
        return Condition(
            f"EXISTS (SELECT 1 FROM json_each({field.column}, ?) AS one WHERE {test})",  # noqa: S608
            (_json_path(name), value),
        )
    return Condition(test, (value,))


def _pattern(operator: str, text: str) -> str:
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    return ("" if operator == "sw" else "%") + escaped + ("" if operator == "ew" else "%")


def _moment(value: Value) -> str:
    try:
        moment = datetime.fromisoformat(str(value))
        return iso_millis(moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC))
    except (ValueError, OverflowError) as fault:
        raise errors.bad_search(f"Not a date: {value}") from fault
