"""OData $filter: parsed once into a predicate over documents.

The part that Microsoft Graph supports for directory objects
(learn.microsoft.com/graph/filter-query-parameter): comparison, and/or/not, in, startswith, endswith,
any over a collection, parentheses. Strings compare without regard to case, as in the directory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leaver.sandbox.graph.errors import advanced_query_needed, bad_request

Predicate = Callable[[dict[str, Any]], bool]

_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^']|'')*')|(?P<punct>[(),:])|(?P<word>[^\s(),':]+(?::\d\d:\d\d[^\s(),']*)?))"
)
_COMPARISONS = {"eq", "ne", "gt", "ge", "lt", "le"}


@dataclass(frozen=True)
class Filter:
    """`matches` decides; `exact` gives, per property, the only lower-case values that can match."""

    matches: Predicate
    exact: dict[str, list[str]]


def parse_filter(text: str, *, advanced: bool) -> Filter:
    """Parse a $filter; `advanced` says that $count=true and ConsistencyLevel: eventual were sent.

    Raises GraphError for syntax errors and for operators that need the advanced capabilities.
    """
    parser = _Parser(text, advanced)
    found = parser.disjunction()
    parser.expect_end()
    return found


class _Parser:
    def __init__(self, text: str, advanced: bool) -> None:
        self._text = text
        self._advanced = advanced
        self._tokens: list[str] = []
        self._next = 0
        position = 0
        while position < len(text.rstrip()):
            match = _TOKEN.match(text, position)
            if match is None:
                raise self._invalid()
            self._tokens.append(match.group().strip())
            position = match.end()

    def _invalid(self) -> Exception:
        return bad_request(f"Invalid filter clause: Syntax error at position {self._next} in '{self._text}'.")

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _take(self, wanted: str | None = None) -> str:
        token = self._peek()
        if not token or (wanted is not None and token.lower() != wanted):
            raise self._invalid()
        self._next += 1
        return token

    def expect_end(self) -> None:
        if self._next != len(self._tokens):
            raise self._invalid()

    def disjunction(self, variable: str = "") -> Filter:
        parts = [self._conjunction(variable)]
        while self._peek().lower() == "or":
            self._take()
            parts.append(self._conjunction(variable))
        if len(parts) == 1:
            return parts[0]
        tests = [part.matches for part in parts]
        shared = set.intersection(*(set(part.exact) for part in parts))
        exact = {name: [value for part in parts for value in part.exact[name]] for name in shared}
        return Filter(lambda doc: any(test(doc) for test in tests), exact)

    def _conjunction(self, variable: str) -> Filter:
        parts = [self._negation(variable)]
        while self._peek().lower() == "and":
            self._take()
            parts.append(self._negation(variable))
        if len(parts) == 1:
            return parts[0]
        tests = [part.matches for part in parts]
        exact: dict[str, list[str]] = {}
        for part in parts:
            exact.update(part.exact)
        return Filter(lambda doc: all(test(doc) for test in tests), exact)

    def _negation(self, variable: str) -> Filter:
        if self._peek().lower() == "not":
            self._take()
            if not self._advanced:
                raise advanced_query_needed("Not")
            inner = self._negation(variable)
            return Filter(lambda doc: not inner.matches(doc), {})
        if self._peek() == "(":
            self._take()
            inside = self.disjunction(variable)
            self._take(")")
            return inside
        return self._term(variable)

    def _term(self, variable: str) -> Filter:
        word = self._take()
        lowered = word.lower()
        if self._peek() == "(" and lowered in ("startswith", "endswith", "contains"):
            return self._function(lowered, variable)
        if self._peek() == "(" and lowered.endswith("/any"):
            return self._any(word[: -len("/any")])
        name = _property(word, variable)
        operator = self._take().lower()
        if operator == "in":
            return self._membership(name)
        if operator not in _COMPARISONS:
            raise self._invalid()
        if operator == "ne" and not self._advanced:
            raise advanced_query_needed("NotEqualsMatch")
        value = _literal(self._take())
        test = _comparison(operator)
        exact = {name: [value]} if operator == "eq" and isinstance(value, str) else {}
        return Filter(lambda doc: test(_value(doc, name), value), exact)

    def _function(self, function: str, variable: str) -> Filter:
        self._take("(")
        name = _property(self._take(), variable)
        self._take(",")
        value = _literal(self._take())
        self._take(")")
        if self._peek().lower() == "eq":
            self._take()
            if self._take().lower() != "true":
                raise self._invalid()
        if not isinstance(value, str):
            raise self._invalid()
        if function != "startswith" and not self._advanced:
            raise advanced_query_needed(function.capitalize())
        method = {"startswith": str.startswith, "endswith": str.endswith, "contains": str.__contains__}[
            function
        ]

        def matches(doc: dict[str, Any]) -> bool:
            found = _value(doc, name)
            return isinstance(found, str) and bool(method(found.lower(), value))

        return Filter(matches, {})

    def _any(self, collection: str) -> Filter:
        self._take("(")
        if self._peek() == ")":
            self._take()
            return Filter(lambda doc: bool(_value(doc, collection)), {})
        variable = self._take()
        self._take(":")
        inner = self.disjunction(variable)
        self._take(")")

        def matches(doc: dict[str, Any]) -> bool:
            found = _value(doc, collection)
            items = found if isinstance(found, list) else []
            return any(inner.matches(item if isinstance(item, dict) else {"": item}) for item in items)

        return Filter(matches, {})

    def _membership(self, name: str) -> Filter:
        self._take("(")
        values = [_literal(self._take())]
        while self._peek() == ",":
            self._take()
            values.append(_literal(self._take()))
        self._take(")")
        exact = (
            {name: [v for v in values if isinstance(v, str)]}
            if all(isinstance(v, str) for v in values)
            else {}
        )
        return Filter(lambda doc: _folded(_value(doc, name)) in values, exact)


def _property(word: str, variable: str) -> str:
    if variable:
        return "" if word == variable else word.removeprefix(f"{variable}/")
    return word


def _literal(token: str) -> Any:
    if token.startswith("'"):
        return token[1:-1].replace("''", "'").lower()
    simple = {"true": True, "false": False, "null": None}
    if token.lower() in simple:
        return simple[token.lower()]
    try:
        return int(token)
    except ValueError:
        return token.lower()


def _value(doc: dict[str, Any], name: str) -> Any:
    found: Any = doc
    for part in name.split("/") if name else [""]:
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _folded(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _comparison(operator: str) -> Callable[[Any, Any], bool]:
    if operator == "eq":
        return lambda found, value: bool(_folded(found) == value)
    if operator == "ne":
        return lambda found, value: bool(_folded(found) != value)

    def ordered(found: Any, value: Any) -> bool:
        if found is None or value is None:
            return False
        left, right = str(_folded(found)), str(value)
        return {"gt": left > right, "ge": left >= right, "lt": left < right, "le": left <= right}[operator]

    return ordered
