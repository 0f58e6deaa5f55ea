"""Getting ready: ten minutes before a departure everything it needs has been tried, and is kept warm."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from leaver.desired import desired
from leaver.errors import LeaverError
from leaver.lifecycle import effective_end
from leaver.model import Client
from leaver.schedule import Due, urgency
from leaver.service.bulletin import Bulletin
from leaver.service.cutter import Cutter

BEFORE = timedelta(minutes=10)
AGAIN = timedelta(minutes=1)
WARM = timedelta(seconds=4)
"""Connections are used once more so shortly before the moment, as both sides close idle ones after seconds."""


class Arming:
    """Which departures are armed; forgotten when their moment or record changes.

    `armed` is called when a try is over, as `next_try` may answer otherwise then.
    """

    def __init__(self, cutter: Cutter, bulletin: Bulletin, armed: Callable[[], None]) -> None:
        self._cutter = cutter
        self._bulletin = bulletin
        self._armed = armed
        self._told: set[Due] = set()
        self._tried: dict[Due, datetime] = {}
        self._stopped: set[Due] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, clients: Mapping[str, Client], now: datetime) -> None:
        """Try what the departures of the next ten minutes need, where that was not done lately."""
        known = _coming(clients, now)
        coming = {due for due in known if self._is_time(due, now)}
        for due in set(self._tried) - set(known):
            # Its moment has come, or its record says something else now.
            self._tried.pop(due)
            self._told.discard(due)
            self._stopped.discard(due)
            self._bulletin.forget([_key(due)])
        for key in sorted({due.client for due in coming}):
            dues = sorted(due for due in coming if due.client == key)
            again = all(due in self._told for due in dues)
            for due in dues:
                self._tried[due] = now
            # To keep the connections warm one account is enough; all of them would be in the cuts' way.
            task = asyncio.ensure_future(self._arm(clients[key], dues[:1] if again else dues))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def next_try(self, now: datetime) -> datetime | None:
        """When to call `begin` again, other than at the moments of the records; None when nothing is armed."""
        moments = []
        for due, tried in self._tried.items():
            if due in self._stopped:
                moments.append(tried + AGAIN)
            elif tried < due.at - WARM:
                moments.append(due.at - WARM)
        return min((moment for moment in moments if moment > now), default=None)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_time(self, due: Due, now: datetime) -> bool:
        tried = self._tried.get(due)
        if tried is None or (due in self._stopped and now >= tried + AGAIN):
            return True
        return now >= due.at - WARM > tried

    async def _arm(self, client: Client, dues: list[Due]) -> None:
        stops: dict[Due, str] = {}
        for moment in sorted({due.at for due in dues}):
            try:
                desired(client, moment)
            except LeaverError as error:
                stops |= {due: str(error) for due in dues if due.at == moment}
        try:
            stops |= await self._cutter.arm(client, dues)
        except Exception as error:
            self._bulletin.mistake(f"ready {client.key}", error)
        else:
            self._bulletin.mended(f"ready {client.key}")
        for due in dues:
            if due in stops:
                if due not in self._stopped:
                    self._bulletin.stopper(due, stops[due])
                self._stopped.add(due)
                self._bulletin.failing[_key(due)] = stops[due]
                continue
            self._stopped.discard(due)
            self._bulletin.mended(_key(due))
            if due not in self._told:
                self._told.add(due)
                self._bulletin.coming(due)
        self._armed()


def _key(due: Due) -> str:
    return f"stopper {due.client}/{due.person}"


def _coming(clients: Mapping[str, Client], now: datetime) -> list[Due]:
    """The departures in the next ten minutes, those on hold included: the word may come."""
    found = []
    for client in clients.values():
        for key, person in client.people.items():
            at = effective_end(person) or (person.departure.at if person.departure else None)
            if at is not None and now < at <= now + BEFORE and not person.disabled:
                found.append(Due(urgency(person), at, client.key, key))
    return found
