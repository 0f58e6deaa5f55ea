"""Sending a step's calls to Okta: many at a time, within what its rate limits leave."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from leaver.actions import okta
from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.errors import CallFailed
from leaver.runbook.api_transport import ApiTransport, reply_to, same_object, tried
from leaver.runbook.step import Reply
from leaver.runbook.transport import Answered, Sent

_AT_ONCE = 8


class OktaTransport(ApiTransport):
    """Okta: single requests, several at a time, and none that its rate limit would refuse."""

    def __init__(self, api: Api) -> None:
        super().__init__(api)
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._pace = Pace(api.policy.longest_wait)

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        chains = same_object(sent)
        chained = {key for chain in chains for key in chain}
        lines = [*chains, *([key] for key in sent if key not in chained)]
        found = await asyncio.gather(*(self._line(line, sent) for line in lines))
        return {key: answer for share in found for key, answer in share.items()}

    async def _line(self, keys: Iterable[str], sent: Mapping[str, Sent]) -> dict[str, Answered]:
        return {key: await self._one(sent[key]) for key in keys}

    async def _one(self, sent: Sent) -> Answered:
        async with self._gate:
            family = "/".join(sent.ask.path.split("?")[0].split("/")[:4])
            await self._pace.wait(family)
            if not sent.ask.paged:
                answer = await tried(self.api, sent.call)
                if isinstance(answer, Answer):
                    self._pace.note(family, answer)
                return reply_to(sent.ask, answer)
            rows: list[object] = []
            try:
                async for page in self.api.pages(sent.call, okta.next_link):
                    self._pace.note(family, page)
                    if not isinstance(page.data, list):
                        raise self.api.channel.bad(sent.subject, "is not a list", page)
                    rows += page.data
            except CallFailed as error:
                return reply_to(sent.ask, error)
            return Reply(page.status, rows, page.request_id, page.date)


class Pace:
    """Holds calls back while Okta's headers say that the rest of a minute's calls is nearly used up.

    X-Rate-Limit-Remaining and X-Rate-Limit-Reset (seconds since 1970, by the answer's own Date) are of a family
    of paths. A wait longer than `longest` seconds is not made: the call then learns it by a 429.
    """

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._until: dict[str, float] = {}

    def note(self, family: str, answer: Answer) -> None:
        """Remember what an answer says of the calls that are left."""
        left, limit = (_number(answer, name) for name in ("x-rate-limit-remaining", "x-rate-limit-limit"))
        reset = _number(answer, "x-rate-limit-reset")
        if left is None or reset is None or answer.date is None:
            return
        # Whoever else uses the organisation keeps something: a tenth, at most as much as we have in flight.
        spare = min(_AT_ONCE, (limit or 0) // 10)
        if left > spare:
            self._until.pop(family, None)
            return
        wait = (datetime.fromtimestamp(reset, UTC) - answer.date).total_seconds()
        self._until[family] = time.monotonic() + min(max(0.0, wait), self._longest)

    async def wait(self, family: str) -> None:
        """Sleep until a call of this family may be made."""
        pause = self._until.get(family, 0.0) - time.monotonic()
        if pause > 0:
            await asyncio.sleep(pause)


def _number(answer: Answer, name: str) -> int | None:
    text = answer.headers.get(name, "").strip()
    return int(text) if text.isdigit() and len(text) < 12 else None
