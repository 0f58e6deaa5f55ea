"""Sending a step's calls to Microsoft Graph, by the batch."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping

from leaver.actions import graph_pages
from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.call import Call
from leaver.actions.errors import CallFailed
from leaver.actions.graph_batch import Batch
from leaver.runbook.api_transport import ApiTransport, reply_to, same_object, tried
from leaver.runbook.step import Reply
from leaver.runbook.transport import Answered, Sent

_ALONE_AT_ONCE = 4


class GraphTransport(ApiTransport):
    """Microsoft Graph: batches of 20; what the batch endpoint does not carry goes alone."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._gate = asyncio.Semaphore(_ALONE_AT_ONCE)

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        by_version: dict[str, dict[str, Sent]] = defaultdict(dict)
        alone: dict[str, Sent] = {}
        for key, each in sent.items():
            if each.ask.alone:
                alone[key] = each
            else:
                by_version[each.ask.path.split("/", 2)[1]][key] = each
        shares = await asyncio.gather(
            *(self._batched(version, each) for version, each in by_version.items()),
            *(self._alone(key, each) for key, each in alone.items()),
        )
        answers = {key: answer for share in shares for key, answer in share.items()}
        pages = await asyncio.gather(
            *(self._listed(sent[key], answer) for key, answer in answers.items() if sent[key].ask.paged)
        )
        paged = dict(zip([key for key in answers if sent[key].ask.paged], pages, strict=True))
        return {key: paged.get(key) or reply_to(sent[key].ask, answers[key]) for key in sent}

    async def _batched(self, version: str, sent: Mapping[str, Sent]) -> dict[str, Answer | CallFailed]:
        needs = ", ".join(sorted({each.needs for each in sent.values() if each.needs}))
        batch = Batch(self.api, needs, version=version)
        calls = {
            key: Call(
                each.ask.method,
                each.ask.path.removeprefix(f"/{version}"),
                each.subject,
                each.needs,
                json=each.ask.json,
                headers=dict(each.ask.headers) or None,
            )
            for key, each in sent.items()
        }
        return await batch.exchange(calls, same_object(sent))

    async def _alone(self, key: str, sent: Sent) -> dict[str, Answer | CallFailed]:
        async with self._gate:
            return {key: await tried(self.api, sent.call)}

    async def _listed(self, sent: Sent, first: Answer | CallFailed) -> Answered:
        """All rows of a list, of which the batch brought the first page."""
        if isinstance(first, CallFailed):
            return reply_to(sent.ask, first)
        try:
            rows = self._rows(sent, first)
            last = first
            if url := graph_pages.next_link(first):
                if not self.api.channel.same_origin(url):
                    raise self.api.channel.bad(sent.subject, "leads to another host", first)
                async for last in self.api.pages(
                    Call("GET", url, sent.subject, sent.needs, headers=dict(sent.ask.headers) or None),
                    graph_pages.next_link,
                ):
                    rows += self._rows(sent, last)
        except CallFailed as error:
            return error
        return Reply(first.status, rows, last.request_id, last.date)

    def _rows(self, sent: Sent, answer: Answer) -> list[object]:
        rows = answer.data.get("value") if isinstance(answer.data, dict) else None
        if not isinstance(rows, list):
            raise self.api.channel.bad(sent.subject, "has no list in it", answer)
        return list(rows)
