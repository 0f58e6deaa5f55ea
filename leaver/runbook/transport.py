"""Sending a step's calls: to Graph by the batch, to Okta many at a time, within what its rate limits leave."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from leaver.actions import entra, okta
from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.channel import Call
from leaver.actions.errors import CallFailed, Unauthorised
from leaver.actions.graph_batch import Batch
from leaver.runbook.step import Ask, Reply

Answered = Reply | CallFailed

_AT_ONCE = 8
_ALONE_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Sent:
    """An ask on its way: `subject` and `needs` (permissions) are for messages."""

    ask: Ask
    subject: str
    needs: str

    @property
    def call(self) -> Call:
        """The ask as a call; every ask of a step may be sent twice."""
        ask = self.ask
        return Call(
            ask.method, ask.path, self.subject, self.needs, json=ask.json, headers=dict(ask.headers) or None
        )


class Transport(Protocol):
    """Where asks go."""

    @property
    def count(self) -> int:
        """HTTP requests so far, tries included and sign-in not."""

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        """The reply to each ask, or what it failed with, by the mapping's key. Raises no `CallFailed`."""

    @property
    def settling(self) -> float:
        """Seconds for which a write is read back before it counts as unverified."""

    async def close(self) -> None:
        """Close the connections."""


class GraphTransport:
    """Microsoft Graph: batches of 20; what the batch endpoint does not carry goes alone."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._gate = asyncio.Semaphore(_ALONE_AT_ONCE)

    @property
    def count(self) -> int:
        return self._api.channel.requests

    @property
    def settling(self) -> float:
        return self._api.policy.settling

    async def close(self) -> None:
        await self._api.close()

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
        return {key: paged.get(key) or _reply(sent[key].ask, answers[key]) for key in sent}

    async def _batched(self, version: str, sent: Mapping[str, Sent]) -> dict[str, Answer | CallFailed]:
        needs = ", ".join(sorted({each.needs for each in sent.values() if each.needs}))
        batch = Batch(self._api, needs, version=version)
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
        return await batch.exchange(calls, _same_object(sent))

    async def _alone(self, key: str, sent: Sent) -> dict[str, Answer | CallFailed]:
        async with self._gate:
            return {key: await _tried(self._api, sent.call)}

    async def _listed(self, sent: Sent, first: Answer | CallFailed) -> Answered:
        """All rows of a list, of which the batch brought the first page."""
        if isinstance(first, CallFailed):
            return _reply(sent.ask, first)
        try:
            rows = self._rows(sent, first)
            last = first
            if url := entra.next_link(first):
                if not self._api.channel.same_origin(url):
                    raise self._api.channel.bad(sent.subject, "leads to another host", first)
                async for last in self._api.pages(
                    Call("GET", url, sent.subject, sent.needs, headers=dict(sent.ask.headers) or None),
                    entra.next_link,
                ):
                    rows += self._rows(sent, last)
        except CallFailed as error:
            return error
        return Reply(first.status, rows, last.request_id, last.date)

    def _rows(self, sent: Sent, answer: Answer) -> list[object]:
        rows = answer.data.get("value") if isinstance(answer.data, dict) else None
        if not isinstance(rows, list):
            raise self._api.channel.bad(sent.subject, "has no list in it", answer)
        return list(rows)


class OktaTransport:
    """Okta: single requests, several at a time, and none that its rate limit would refuse."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._gate = asyncio.Semaphore(_AT_ONCE)
        self._pace = Pace(api.policy.longest_wait)

    @property
    def count(self) -> int:
        return self._api.channel.requests

    @property
    def settling(self) -> float:
        return self._api.policy.settling

    async def close(self) -> None:
        await self._api.close()

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        chains = _same_object(sent)
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
                answer = await _tried(self._api, sent.call)
                if isinstance(answer, Answer):
                    self._pace.note(family, answer)
                return _reply(sent.ask, answer)
            rows: list[object] = []
            try:
                async for page in self._api.pages(sent.call, okta.next_link):
                    self._pace.note(family, page)
                    if not isinstance(page.data, list):
                        raise self._api.channel.bad(sent.subject, "is not a list", page)
                    rows += page.data
            except CallFailed as error:
                return _reply(sent.ask, error)
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


async def _tried(api: Api, call: Call) -> Answer | CallFailed:
    try:
        return await api.send(call)
    except CallFailed as error:
        return error


def _reply(ask: Ask, answer: Answer | CallFailed) -> Answered:
    if isinstance(answer, Answer):
        return Reply(answer.status, answer.data, answer.request_id, answer.date)
    status = answer.status
    # A refused sign-in has a status too, which says nothing of what was asked.
    if status is not None and status in ask.fine and not isinstance(answer, Unauthorised):
        return Reply(status, answer.data, answer.request_id, answer.date)
    return answer


def _same_object(sent: Mapping[str, Sent]) -> list[Sequence[str]]:
    """Writes to one and the same object, which must not overtake each other, as chains of keys."""
    by_path: dict[str, list[str]] = defaultdict(list)
    for key, each in sent.items():
        if each.ask.method != "GET" and not each.ask.alone:
            by_path[each.ask.path.split("?")[0]].append(key)
    return [keys for keys in by_path.values() if len(keys) > 1]
