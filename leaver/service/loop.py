"""The service: sleep to the next moment, end access, have the rest done, and go on.

It keeps no truth of its own. What must be so follows from the records and the clock, what is so is read from the
directories; everything here is a cache of the two that a restart may lose.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from leaver.errors import LeaverError
from leaver.model import Client
from leaver.notify import Kind
from leaver.schedule import (
    Due,
    EventKind,
    Urgency,
    alarms,
    changing,
    events,
    looks,
    next_moment,
    overdue_or_due,
)
from leaver.service.arming import Arming
from leaver.service.bulletin import Bulletin
from leaver.service.cutter import Cutter
from leaver.service.dispatch import Dispatch
from leaver.service.endings import Endings
from leaver.service.follow import Follower
from leaver.service.newest import Newest
from leaver.service.own_clock import Ahead, OwnClock
from leaver.service.queue import Jobs
from leaver.service.records import Reader, Records
from leaver.service.work import Worked

READY = timedelta(minutes=10)
STANDBY_WAITS = timedelta(seconds=60)
"""A process that does not lead ends access itself when the leader has not so long after the moment."""
_LOOK_EVERY = 60.0
_RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the service gets from outside.

    `ahead` tells by how many seconds the directories' clocks are ahead of `clock` (None: unknown), `leads`
    whether this process leads; it blocks, and raises a LeaverError when the database does not answer.
    """

    clock: Callable[[], datetime]
    read: Reader
    ahead: Ahead
    leads: Callable[[], bool] = lambda: True
    shared: bool = False
    """Whether there may be other processes, on other machines."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds that pass, whatever somebody sets the clock to."""


class Service:
    """One `leaver run`. Lives in one event loop; `wake`, `look` and `worked` may be called from any thread."""

    def __init__(
        self,
        follower: Follower,
        cutter: Cutter,
        jobs: Jobs,
        bulletin: Callable[[Callable[[], dict[str, Client]]], Bulletin],
        outside: Surroundings,
    ) -> None:
        self._cutter = cutter
        self._outside = outside
        self.bulletin = bulletin(lambda: self.clients)
        self._newest = Newest(follower, outside.read, self.bulletin, self._on_changed)
        self._clock = OwnClock(
            outside.clock, outside.ahead, lambda: self.clients, self.bulletin, outside.monotonic
        )
        self.endings = Endings(cutter, self.bulletin, self._is_due, self.wake, jobs.at_work)
        self._arming = Arming(cutter, self.bulletin, self.wake)
        self._dispatch = Dispatch(
            jobs, self.endings, self.bulletin, held=lambda: self.records.held if self.records else ()
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._wake = asyncio.Event()
        self.stopping = False
        self._leading: bool | None = None
        self._until: datetime | None = None
        self._own_changes: dict[str, datetime] = {}
        self._changed: set[str] = set()
        self._everything = True

    @property
    def clients(self) -> dict[str, Client]:
        return self._newest.clients

    @property
    def healthy(self) -> bool:
        """Whether the last round of everything went well."""
        return self.records is not None and not self.bulletin.failing

    def now(self) -> datetime:
        """The moment to act by: the clock's, or the directories' where ours runs ahead of theirs: never early."""
        return self._clock.now()

    @property
    def records(self) -> Records | None:
        """The records of now, for whoever does the work on a client; None before they were first read."""
        return self._newest.records

    def wake(self) -> None:
        """Have the service look at its clock and plan again."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake.set)

    def look(self) -> None:
        """Have the service look for newer records at once."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._newest.look)

    def stop(self) -> None:
        """End `run` soon."""
        self.stopping = True
        self.wake()

    def worked(self, worked: Worked, attempt: int) -> None:
        """Hear of an end of the work on a client."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._on_worked, worked, attempt)

    async def begin(self) -> None:
        """Read the records and the clocks, and start the queue; before the first round."""
        self._loop = asyncio.get_running_loop()
        self._dispatch.start()
        await self._check_leadership()
        await self.refresh()
        await self._clock.check()

    async def run(self) -> None:
        """Serve until `stop`."""
        await self.begin()
        watches = [
            self._newest.follow(),
            self._clock.watch(self._wake.set),
            self._clock.ask(),
            self._look_again(),
        ]
        if self._outside.shared:
            watches.append(self._watch_leadership())
        watchers = [asyncio.ensure_future(each) for each in watches]
        try:
            while not self.stopping:
                self._wake.clear()
                pause = await self.step()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), pause)
        finally:
            for each in watchers:
                each.cancel()
            await asyncio.gather(*watchers, return_exceptions=True)
            await self.close()

    async def close(self) -> None:
        """Give up what is under way in this process; the next start finds it again."""
        await self._dispatch.close()
        await self._arming.close()
        await self.endings.close()
        await self._cutter.close()

    async def step(self) -> float | None:
        """Begin whatever has to be done now; seconds until there is something to do again (None: nothing comes)."""
        await self._clock.settled()
        return self._round()

    def _round(self) -> float | None:
        now = self.now()
        since = self._until if self._until is not None else now
        clients = self.clients
        if self._leading and self._changed:
            self._take_up(now)
        if self._leading:
            self.endings.begin(clients, self._overdue(now), fresh_since=since)
        else:
            self.endings.begin(clients, self._overdue(now - STANDBY_WAITS), fresh_since=now)
        if self._leading:
            # The first hour of an expired hold is among its alarms, too.
            told = [each for each in events(clients, since, now) if each.kind is not EventKind.HOLD_EXPIRES]
            for event in sorted([*told, *alarms(clients, since, now)]):
                self.bulletin.event(event)
            moved = changing(clients, since, now)
            for client in [key for key, moment in self._own_changes.items() if moment <= now]:
                del self._own_changes[client]
                moved.setdefault(client, Urgency.REST)
            self._dispatch.put(moved)
        self._arming.begin(clients, now)
        self._until = max(now, since)
        return self._pause(now)

    def _overdue(self, now: datetime) -> list[Due]:
        done = self.endings.done
        return sorted(
            due
            for key, client in self.clients.items()
            for due in overdue_or_due(client, now, done.get(key, {}))
        )

    def _is_due(self, due: Due) -> bool:
        client = self.clients.get(due.client)
        return client is not None and due in overdue_or_due(client, self.now())

    def _pause(self, now: datetime) -> float | None:
        moments = [next_moment(self.clients, now, ready=READY), *self._own_changes.values()]
        moments.append(self._arming.next_try(now))
        if not self._leading:
            standby = next_moment(self.clients, now - STANDBY_WAITS)
            moments.append(standby + STANDBY_WAITS if standby else None)
        coming = [(moment - now).total_seconds() for moment in moments if moment is not None]
        # A timer may ring a little early; the moment itself is compared by the clock, so it is set again then.
        return max(0.001, min(coming)) if coming else None

    def _on_worked(self, worked: Worked, attempt: int) -> None:
        self.bulletin.worked(worked, attempt)
        client = self.clients.get(worked.client)
        if client is None:
            return
        if worked.next_change is not None:
            self._own_changes[worked.client] = worked.next_change
        # An update that was under way at the moment of the cut may have written what was true before it.
        now = self.now()
        recent = [due for due in overdue_or_due(client, now) if due.at > now - _RECENT]
        self.endings.recheck(client, recent)
        self._wake.set()

    async def refresh(self) -> None:
        """Look for newer records, and take up the clients whose records changed."""
        await self._newest.refresh()

    def _on_changed(self, clients: set[str]) -> None:
        self._changed |= clients
        self._wake.set()

    def _take_up(self, now: datetime) -> None:
        """Have clients brought up to their records; at the start, only where the directories disagree."""
        work = {}
        for key in self._changed & set(self.clients):
            overdue = overdue_or_due(self.clients[key], now, self.endings.done.get(key, {}))
            work[key] = overdue[0].urgency if overdue and not self._everything else Urgency.REST
        self.endings.begin(self.clients, self._overdue(now), fresh_since=now)
        self._dispatch.put(work, only_differences=self._everything)
        self._changed = set()
        self._everything = False

    async def _look_again(self) -> None:
        """Have the directories asked whether those who left are still gone; what is not so is mended."""
        since = self.now()
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            since = self.look_again(since)

    def look_again(self, since: datetime) -> datetime:
        """Queue the looks that were due since then; until when they are queued."""
        now = self.now()
        if self._leading and now > since:
            due = looks(self.clients, since, now)
            self._dispatch.put(dict.fromkeys(due, Urgency.REST), only_differences=True)
        return max(since, now)

    async def _watch_leadership(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            await self._check_leadership()
            if self._leading:
                await self._dispatch.adopt()

    async def _check_leadership(self) -> None:
        try:
            leads = await asyncio.to_thread(self._outside.leads)
        except LeaverError as error:
            # Nobody can tell who leads. Ending access twice does no harm; ending it never does.
            self.bulletin.fault("database", Kind.FAILED, str(error), "Access is ended all the same.")
            leads = True
        else:
            self.bulletin.mended("database")
        if leads == self._leading:
            return
        first, self._leading = self._leading is None, leads
        self.bulletin.log("leader" if leads else "standby", "leads" if leads else "another process leads")
        if leads and not first and self.records is not None:
            self.endings.done.clear()
            self._changed, self._everything = set(self.clients), True
        self._wake.set()
