"""Microsoft Graph's JSON batching: up to 20 calls in one request, reads and writes.

A batch is either fully parallel or fully sequential: Graph takes no other pattern of `dependsOn`. So calls that
must follow each other go as chains, and chains never share a batch with calls that need not wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Any

from leaver.actions.answer import Answer
from leaver.actions.api import Api
from leaver.actions.call import Call
from leaver.actions.errors import CallFailed, Failing, Throttled

SIZE = 20
"""Requests in one batch, at most (Microsoft Graph: JSON batching)."""

_AT_ONCE = 4
_TRIES = 6
_DEPENDENCY_FAILED = 424

Answered = Answer | CallFailed


class Batch:
    """Calls by the batch. Each one inside is throttled on its own, and tried again on its own.

    `version` is the API's: v1.0 or beta.
    """

    def __init__(self, api: Api, needs: str, *, version: str = "v1.0") -> None:
        self._api = api
        self._needs = needs
        self._version = version
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def get(self, calls: Mapping[str, Call]) -> dict[str, Answer]:
        """The answer of every call, by its key; URLs are relative to the version. Raises the first `CallFailed`."""
        found: dict[str, Answer] = {}
        for key, answer in (await self.exchange(calls)).items():
            if isinstance(answer, CallFailed):
                raise answer
            found[key] = answer
        return found

    async def exchange(
        self, calls: Mapping[str, Call], chains: Sequence[Sequence[str]] = ()
    ) -> dict[str, Answered]:
        """Every call's answer, or what it failed with, by its key. Raises nothing that a directory does.

        The calls of a chain are done one after the other; one that failed for good holds up no later one.
        """
        chained = {key for chain in chains for key in chain}
        free = [key for key in calls if key not in chained]
        shares = [free[at : at + SIZE] for at in range(0, len(free), SIZE)]
        found = await asyncio.gather(
            *(self._share({key: calls[key] for key in share}, sequential=False) for share in shares),
            *(self._chain({key: calls[key] for key in chain}) for chain in chains),
        )
        return {key: answer for share in found for key, answer in share.items()}

    async def _chain(self, calls: Mapping[str, Call]) -> dict[str, Answered]:
        found: dict[str, Answered] = {}
        keys = list(calls)
        for at in range(0, len(keys), SIZE):
            found |= await self._share({key: calls[key] for key in keys[at : at + SIZE]}, sequential=True)
        return found

    async def _share(self, calls: Mapping[str, Call], *, sequential: bool) -> dict[str, Answered]:
        done: dict[str, Answered] = {}
        perhaps: set[str] = set()
        for attempt in range(_TRIES):
            pending = {key: call for key, call in calls.items() if key not in done}
            try:
                async with self._gate:
                    answers = await self._post(pending, sequential=sequential)
            except CallFailed as error:
                # The channel has tried the whole batch again and again.
                return done | dict.fromkeys(pending, error)
            late = self._judge(pending, answers, done, perhaps)
            if not late:
                return done
            pause = self._pause(list(late.values()), attempt)
            if pause is None or attempt + 1 == _TRIES:
                return done | late
            await asyncio.sleep(pause)
        return done

    def _judge(
        self,
        pending: Mapping[str, Call],
        answers: Mapping[str, Answer],
        done: dict[str, Answered],
        perhaps: set[str],
    ) -> dict[str, CallFailed]:
        """Move what is final to `done`; answer what is worth another try. `perhaps`: keys that may be done."""
        late: dict[str, CallFailed] = {}
        for key, answer in answers.items():
            error = self._api.channel.failure(pending[key], answer)
            if error is None:
                done[key] = answer
                continue
            if isinstance(error, Failing):
                perhaps.add(key)
            error.maybe_done = key in perhaps
            if isinstance(error, Throttled | Failing) or answer.status == _DEPENDENCY_FAILED:
                late[key] = error
            else:
                done[key] = error
        return late

    def _pause(self, late: list[CallFailed], attempt: int) -> float | None:
        """Seconds until the next try; None when a directory asks for more than may be waited."""
        waits = [
            error.wait for error in late if isinstance(error, Throttled | Failing) and error.wait is not None
        ]
        longest = max(waits, default=self._api.policy.pause * 2**attempt)
        return None if longest > self._api.policy.longest_wait else longest

    async def _post(self, calls: Mapping[str, Call], *, sequential: bool) -> dict[str, Answer]:
        keys = list(calls)
        requests = [
            _request(str(number), calls[key], str(number - 1) if sequential and number else None)
            for number, key in enumerate(keys)
        ]
        subject = f"{len(keys)} calls at once"
        call = Call("POST", f"/{self._version}/$batch", subject, self._needs, json={"requests": requests})
        outer = await self._api.send(call)
        rows = outer.data.get("responses") if isinstance(outer.data, dict) else None
        rows = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        by_id = {str(row.get("id")): row for row in rows}
        found: dict[str, Answer] = {}
        for number, key in enumerate(keys):
            row = by_id.get(str(number))
            if row is None or not isinstance(row.get("status"), int):
                raise self._lacking(subject, calls[key], outer)
            found[key] = _inner(row, outer)
        return found

    def _lacking(self, subject: str, call: Call, outer: Answer) -> CallFailed:
        error = self._api.channel.bad(subject, f"lacks the answer for {call.subject}", outer)
        error.maybe_done = True
        return error


def _request(number: str, call: Call, after: str | None) -> dict[str, Any]:
    request: dict[str, Any] = {"id": number, "method": call.method, "url": call.url}
    headers = dict(call.headers or {})
    if call.json is not None:
        request["body"] = call.json
        headers.setdefault("Content-Type", "application/json")
    if headers:
        request["headers"] = headers
    if after is not None:
        request["dependsOn"] = [after]
    return request


def _inner(row: dict[str, Any], outer: Answer) -> Answer:
    stated = row.get("headers")
    headers = {k.lower(): v for k, v in outer.headers.items() if k.lower() in ("date", "request-id")}
    if isinstance(stated, dict):
        headers |= {str(name).lower(): str(value) for name, value in stated.items()}
    return Answer(row["status"], headers, row.get("body"), time.monotonic())
