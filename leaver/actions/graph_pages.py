"""Lists of Microsoft Graph: where the next page is, and the rows of all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.call import Call


def next_link(answer: Answer) -> str | None:
    """The address of a list's next page."""
    url = answer.data.get("@odata.nextLink") if isinstance(answer.data, dict) else None
    return str(url) if url is not None else None


def rows_of(api: Api, answer: Answer, subject: str) -> list[Any]:
    """The rows of one page. Raises BadAnswer where it has no list."""
    rows = answer.data.get("value") if isinstance(answer.data, dict) else None
    if not isinstance(rows, list):
        raise api.channel.bad(subject, "has no list in it", answer)
    return rows


async def listed(api: Api, call: Call) -> AsyncIterator[tuple[Any, Answer]]:
    """Every row of every page, with the answer that it is from. Raises a `CallFailed`."""
    async for answer in api.pages(call, next_link):
        for row in rows_of(api, answer, call.subject):
            yield row, answer
