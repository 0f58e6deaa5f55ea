"""Collections: $filter, $search, $orderby, $top, $skiptoken, $count.

Pages hold 100 objects unless $top says otherwise, at most 999 (learn.microsoft.com/graph/api/user-list).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import advanced_query_needed, bad_request
from leaver.sandbox.graph.filters import Filter, parse_filter
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.views import check_selected, document, expanded, selected, view

DEFAULT_PAGE = 100
MAX_PAGE = 999
_SEARCH = re.compile(r'"(\w+):([^"]*)"')


@dataclass(frozen=True)
class Source:
    """Where a collection's objects come from.

    `rows(after, ids, keys)` yields objects after a `seq`, narrowed where the filter allows it;
    `total` counts all of them without reading them; `key` is the property that `keys` narrows by.
    """

    rows: Callable[[int, list[str] | None, list[str] | None], Iterator[Obj]]
    total: Callable[[], int] | None = None
    key: str = ""


def answer(
    call: Call, context: str, source: Source, *, kind: str | None = None, typed: bool = False
) -> Answer:
    """A page of a collection. `kind` is its object type when it has one, `typed` marks mixed collections."""
    names = selected(call)
    if kind is not None:
        check_selected(names, kind)
        context = f"{context}({','.join(names)})" if names else context
    size = _page_size(call)
    wanted = _wanted(call)
    body: dict[str, Any] = {"@odata.context": call.context(context)}
    counted = call.eventual and (call.option("$count") or "").lower() == "true"
    if counted:
        body["@odata.count"] = _total(call, source, wanted)
    page, token = (
        _ordered(call, source, wanted, size)
        if call.option("$orderby")
        else _in_sequence(call, source, wanted, size)
    )
    if token is not None:
        pairs = [pair for pair in call.pairs if pair[0] not in ("$skiptoken", "skiptoken")]
        body["@odata.nextLink"] = call.link([*pairs, ("$skiptoken", token)])
    body["value"] = [expanded(call, obj, view(call, obj, names, typed=typed)) for obj in page]
    return Answer(200, body)


def count(call: Call, source: Source) -> Answer:
    """The plain-text answer of a `/$count` segment, which needs ConsistencyLevel: eventual."""
    if not call.eventual:
        raise bad_request("$count is not currently supported.")
    return Answer(200, str(_total(call, source, _wanted(call))))


def _page_size(call: Call) -> int:
    option = call.option("$top")
    if option is None:
        return DEFAULT_PAGE
    size = int(option) if option.isdigit() else 0
    if not 1 <= size <= MAX_PAGE:
        raise bad_request(
            f"Invalid page size specified: '{option}'. Must be between 1 and {MAX_PAGE} inclusive."
        )
    return size


def _wanted(call: Call) -> Filter | None:
    advanced = call.eventual and (call.option("$count") or "").lower() == "true"
    advanced = advanced or (call.eventual and call.path.endswith("/$count"))
    text = call.option("$filter")
    found = parse_filter(text, advanced=advanced) if text is not None else None
    search = call.option("$search")
    if search is None:
        return found
    if not call.eventual:
        raise advanced_query_needed("Search")
    terms = [(name, value.lower().split()) for name, value in _SEARCH.findall(search)]
    if not terms:
        raise bad_request(f"Syntax error: character '{search[:1]}' is not valid at position 0 in '{search}'.")

    def matches(doc: dict[str, Any]) -> bool:
        hit = any(_contains(doc.get(name), words) for name, words in terms)
        return hit and (found is None or found.matches(doc))

    return Filter(matches, found.exact if found else {})


def _contains(value: Any, words: list[str]) -> bool:
    tokens = re.split(r"[\s@._-]+", value.lower()) if isinstance(value, str) else []
    return all(any(token.startswith(word) for token in tokens) or word in tokens for word in words)


def _matching(call: Call, source: Source, wanted: Filter | None, after: int) -> Iterator[Obj]:
    if wanted is None:
        return source.rows(after, None, None)
    ids = wanted.exact.get("id")
    # Only ids that are UUIDs compare without regard to case.
    if ids is not None and any(len(each) != 36 for each in ids):
        ids = None
    rows = source.rows(after, ids, wanted.exact.get(source.key) if source.key else None)
    derived = "icense" in (call.option("$filter") or "")
    return (obj for obj in rows if wanted.matches(document(call, obj, derived=derived)))


def _total(call: Call, source: Source, wanted: Filter | None) -> int:
    if wanted is None and source.total is not None:
        return source.total()
    return sum(1 for _ in _matching(call, source, wanted, 0))


def _token(call: Call, prefix: str) -> int:
    token = call.option("$skiptoken")
    if token is None:
        return 0
    if not token.startswith(prefix) or not token[len(prefix) :].isdigit():
        raise bad_request("The specified page token value is not valid.")
    return int(token[len(prefix) :])


def _in_sequence(
    call: Call, source: Source, wanted: Filter | None, size: int
) -> tuple[list[Obj], str | None]:
    page: list[Obj] = []
    for obj in _matching(call, source, wanted, _token(call, "s")):
        if len(page) == size:
            return page, f"s{page[-1].seq}"
        page.append(obj)
    return page, None


def _ordered(call: Call, source: Source, wanted: Filter | None, size: int) -> tuple[list[Obj], str | None]:
    rows = list(_matching(call, source, wanted, 0))
    for clause in reversed((call.option("$orderby") or "").split(",")):
        name, _, direction = clause.strip().partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise bad_request(f"Invalid $orderby clause '{clause}'.")
        rows.sort(
            key=lambda obj, name=name: str(document(call, obj, derived=False).get(name) or "").lower(),  # type: ignore[misc]
            reverse=direction.strip().lower() == "desc",
        )
    start = _token(call, "o")
    following = f"o{start + size}" if start + size < len(rows) else None
    return rows[start : start + size], following
