"""Cursors and Link headers (Okta, Pagination): follow rel="next" until there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from leaver.sandbox.okta import errors

_LONGEST_COUNT = 12


@dataclass(frozen=True, slots=True)
class Page:
    """What part of a list was asked for: at most `limit` entries after the cursor `after`."""

    limit: int
    after: str | None

    @property
    def fetch(self) -> int:
        """One more than asked for tells whether a further page exists."""
        return self.limit + 1


def page_of(query: Mapping[str, str], *, default: int, largest: int) -> Page:
    """The page that a query string asks for; a `limit` above `largest` is cut to it."""
    given = query.get("limit")
    if given is None or given == "":
        return Page(default, query.get("after") or None)
    limit = count_of(given)
    if limit < 1:
        raise errors.bad_paging()
    return Page(min(limit, largest), query.get("after") or None)


def count_of(text: str) -> int:
    """A count in a query string; raises OktaError E0000029 when it is none."""
    if not text.isascii() or not text.isdigit() or len(text) > _LONGEST_COUNT:
        raise errors.bad_paging()
    return int(text)


def links(url: str, query: Mapping[str, str], page: Page, cursor: str | None) -> list[str]:
    """The Link headers: `self`, and `next` when `cursor` names where to go on."""
    kept = {name: value for name, value in query.items() if name not in ("after", "limit")}
    here = {"after": page.after} if page.after else {}
    found = [f'<{url}?{urlencode({**here, "limit": page.limit, **kept})}>; rel="self"']
    if cursor is not None:
        found.append(f'<{url}?{urlencode({"after": cursor, "limit": page.limit, **kept})}>; rel="next"')
    return found
