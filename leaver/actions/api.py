"""Signed-in calls and paged lists, the same for both vendors."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import Any

from leaver.actions.answer import Answer
from leaver.actions.call import Call
from leaver.actions.channel import Channel
from leaver.actions.errors import BadAnswer, Unauthorised
from leaver.actions.login import Login
from leaver.escape import line

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Api:
    """One directory's API: its channel, and its login."""

    def __init__(self, channel: Channel, login: Login) -> None:
        self.channel = channel
        self.policy = channel.policy
        self._login = login

    async def close(self) -> None:
        await self.channel.close()
        await self._login.close()

    async def granted(self) -> frozenset[str] | None:
        """The permissions that signing in gives; None where nothing says them. Raises a `CallFailed`."""
        return await self._login.granted()

    async def send(self, call: Call, *, seconds: float | None = None) -> Answer:
        """Do a signed-in call; a refused token is renewed once. Raises a `CallFailed`."""
        header = await self._login.header()
        try:
            return await self.channel.send(call, header, seconds=seconds)
        except Unauthorised:
            if not self._login.forget(header):
                raise
        return await self.channel.send(call, await self._login.header(), seconds=seconds)

    async def look(self, call: Call, left: float) -> Answer:
        """Read something once more while there are `left` seconds, or one at least. Raises a `CallFailed`."""
        return await self.send(call, seconds=max(left, min(1.0, self.policy.call)))

    async def pages(self, call: Call, follow: Callable[[Answer], str | None]) -> AsyncIterator[Answer]:
        """The pages of a list, the first one by `call` and each next one by the address that `follow` finds.

        Raises BadAnswer when the addresses lead to another host or in a circle, or never end.
        """
        started = time.monotonic()
        seen: set[str] = set()
        while True:
            answer = await self.send(call)
            yield answer
            url = follow(answer)
            if url is None:
                return
            if not self.channel.same_origin(url):
                raise self.channel.bad(call.subject, f"leads to another host: {line(url, 120)}", answer)
            if url in seen or len(seen) >= self.policy.pages:
                raise self.channel.bad(call.subject, f"has no last page (after {len(seen) + 1})", answer)
            if time.monotonic() - started > self.policy.listing:
                raise self.channel.bad(call.subject, f"takes over {self.policy.listing:g} s", answer)
            seen.add(url)
            call = replace(call, url=url, params=None, json=None)

    def row(self, row: Any, subject: str, answer: Answer, *texts: str) -> Mapping[str, Any]:
        """A JSON object with a sound `id` and these other texts in it. Raises BadAnswer."""
        if not isinstance(row, dict):
            raise self.channel.bad(subject, "has something else than an object in its list", answer)
        if not isinstance(row.get("id"), str) or not _ID.fullmatch(row["id"]):
            raise self.channel.bad(
                subject, f"has an object with the id {line(repr(row.get('id')), 60)}", answer
            )
        for name in texts:
            if not isinstance(row.get(name), str) or not row[name]:
                raise self.missing(subject, row["id"], name, answer)
        return row

    def missing(self, subject: str, id: str, name: str, answer: Answer) -> BadAnswer:
        """The error for an object that lacks what nobody may guess."""
        return self.channel.bad(subject, f"has no {name} for {id}", answer)
