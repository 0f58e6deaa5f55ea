"""The clock that the service acts by: this machine's, but never ahead of the directories' clocks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from leaver.model import Client
from leaver.notify import Kind
from leaver.service.bulletin import Bulletin
from leaver.service.clocks import TOLERANCE, JumpWatch

_WATCH_EVERY = 5.0
_CLOCK_EVERY = 3600.0

Ahead = Callable[[dict[str, Client]], Awaitable[float | None]]
"""Tells by how many seconds the directories' clocks are ahead of ours; None where that is unknown."""


class OwnClock:
    """This machine's clock, held against the directories'. `bulletin` is told when they differ."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        ahead: Ahead,
        clients: Callable[[], dict[str, Client]],
        bulletin: Bulletin,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._ahead = ahead
        self._clients = clients
        self._bulletin = bulletin
        self._behind = timedelta()
        self._jumps = JumpWatch(clock, monotonic)

    def now(self) -> datetime:
        """The moment to act by: the clock's, or the directories' where ours runs ahead of theirs: never early."""
        return self._clock() - self._behind

    async def settled(self) -> None:
        """Ask the directories for their clocks where ours was just set; nothing is done by it before."""
        if jump := self._jumps.jumped():
            self._bulletin.log("clock", f"the clock was set by {jump:+.1f} s", level="warning")
            await self.check()

    async def watch(self, wake: Callable[[], None]) -> None:
        """Say `wake` for ever, whenever the clock was set."""
        while True:
            await asyncio.sleep(_WATCH_EVERY)
            if self._jumps.differs():
                wake()

    async def ask(self) -> None:
        """Ask the directories for their clocks for ever, now and then."""
        while True:
            await asyncio.sleep(_CLOCK_EVERY)
            await self.check()

    async def check(self) -> None:
        """Ask the directories for their clocks, and go by them where ours is ahead."""
        try:
            ahead = await self._ahead(self._clients())
        except Exception as error:
            self._bulletin.mistake("clock", error)
            return
        if ahead is None:
            return
        self._behind = timedelta(seconds=max(0.0, -ahead)) if abs(ahead) > TOLERANCE else timedelta()
        if abs(ahead) <= TOLERANCE:
            self._bulletin.mended("clock")
            return
        word = "behind" if ahead > 0 else "ahead of"
        text = f"This machine's clock is {abs(ahead):.0f} s {word} the directories' clocks."
        effect = "departures happen late" if ahead > 0 else "departures go by the directories' clocks"
        self._bulletin.fault("clock", Kind.CLOCK, text, f"Set the clock (NTP); until then {effect}.")
