"""Ending access: each person in a task of their own, tried until it is done."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from leaver.errors import LeaverError
from leaver.model import Client
from leaver.schedule import Due
from leaver.service.bulletin import Bulletin
from leaver.service.cutter import Cutter

_TICK = timedelta(microseconds=1)
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
_GUARD_EVERY = 2.0
Key = tuple[str, str]


class Endings:
    """Everybody whose access must have ended.

    `done` is what the directories were seen to show since this process started; nothing of it is kept. `due`
    answers whether an ending is still wanted: a record may change while a directory is down. `looked` is called
    when a look at a client's directories is over, as others of its people may wait for the next. `at_work` answers
    whether an update of a client is under way: it may write what was true before the cut.
    """

    def __init__(
        self,
        cutter: Cutter,
        bulletin: Bulletin,
        due: Callable[[Due], bool],
        looked: Callable[[], None],
        at_work: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._cutter = cutter
        self._bulletin = bulletin
        self._due = due
        self._looked = looked
        self._at_work = at_work
        self._guards: set[asyncio.Task[None]] = set()
        self.done: dict[str, dict[str, datetime]] = {}
        self._tasks: dict[Key, asyncio.Task[None]] = {}
        self._checks: dict[str, asyncio.Task[None]] = {}

    def begin(self, clients: Mapping[str, Client], wanted: Iterable[Due], *, fresh_since: datetime) -> None:
        """End the access of everybody in `wanted`, most urgent first, unless that is under way.

        Whose moment was before `fresh_since` is looked up first: it may have been done by an earlier process.
        """
        old: dict[str, list[Due]] = {}
        for each in _in_turns(wanted):
            if (each.client, each.person) in self._tasks:
                continue
            if each.at > fresh_since:
                self._end(clients[each.client], each, unseen=False)
            else:
                old.setdefault(each.client, []).append(each)
        for client, dues in old.items():
            if client not in self._checks:
                self._start_check(clients[client], dues)

    def recheck(self, client: Client, wanted: Iterable[Due]) -> None:
        """Look again at people whose access had ended, after something else wrote to their directories."""
        dues = [each for each in wanted if (each.client, each.person) not in self._tasks]
        for each in dues:
            self.done.get(client.key, {}).pop(each.person, None)
        if dues and client.key not in self._checks:
            self._start_check(client, dues)

    async def settled(self, clients: Iterable[str], seconds: float) -> None:
        """Wait until the endings under way of these clients are over, for at most `seconds`."""
        chosen = set(clients)
        deadline = asyncio.get_running_loop().time() + seconds
        while (left := deadline - asyncio.get_running_loop().time()) > 0:
            tasks = [task for name, task in self._checks.items() if name in chosen]
            tasks += [task for (name, _), task in self._tasks.items() if name in chosen]
            if not tasks:
                return
            await asyncio.wait(tasks, timeout=left)

    @property
    def busy(self) -> bool:
        """Whether any ending is under way."""
        return bool(self._tasks or self._checks)

    async def close(self) -> None:
        """Give up what is under way; the next start finds it again."""
        tasks = [*self._tasks.values(), *self._checks.values(), *self._guards]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _start_check(self, client: Client, dues: list[Due]) -> None:
        task = asyncio.ensure_future(self._check(client, dues))
        self._checks[client.key] = task

        def over(_: asyncio.Task[None]) -> None:
            self._checks.pop(client.key, None)
            self._looked()

        task.add_done_callback(over)

    async def _check(self, client: Client, dues: list[Due]) -> None:
        try:
            still = await self._cutter.still_open(client, dues)
        except LeaverError as error:
            # Who cannot be looked up is cut: doing it again does no harm.
            self._bulletin.log("check", str(error), level="warning", client=client.key)
            still = dues
        except Exception as error:
            # A mistake of Leaver's own must cost nobody their departure.
            self._bulletin.mistake(f"check {client.key}", error)
            still = dues
        else:
            self._bulletin.mended(f"check {client.key}")
        for each in dues:
            if self.done.get(each.client, {}).get(each.person, each.at - _TICK) >= each.at:
                # Done by a task that began after the look did.
                continue
            if each in still:
                self._end(client, each, unseen=True)
            else:
                self._bulletin.found_ended(each)
                self._mark(each)

    def _end(self, client: Client, due: Due, *, unseen: bool) -> None:
        key = (due.client, due.person)
        if key in self._tasks:
            return
        task = asyncio.ensure_future(self._until_done(client, due, unseen))
        self._tasks[key] = task
        task.add_done_callback(lambda _: self._tasks.pop(key, None))

    async def _until_done(self, client: Client, due: Due, unseen: bool) -> None:
        pause = _FIRST_PAUSE
        while self._due(due):
            if await self._try(client, due, unseen):
                self._mark(due)
                if self._at_work(client.key):
                    guard = asyncio.ensure_future(self._guard(client, due))
                    self._guards.add(guard)
                    guard.add_done_callback(self._guards.discard)
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._bulletin.forget([f"cut {due.client}/{due.person}"])

    async def _guard(self, client: Client, due: Due) -> None:
        """Look again and again while an update is under way; its end has everybody looked at once more."""
        while self._at_work(client.key) and self._due(due):
            await asyncio.sleep(_GUARD_EVERY)
            self.recheck(client, [due])

    async def _try(self, client: Client, due: Due, unseen: bool) -> bool:
        """Whether nothing is left to do."""
        try:
            report = await self._cutter.cut(
                client,
                due.person,
                lambda trouble: self._bulletin.trouble(due, trouble),
                lambda found: self._bulletin.directory_ended(due, found),
            )
            await self._bulletin.noted(due)
        except Exception as error:
            self._bulletin.mistake(f"cut {due.client}/{due.person}", error)
            return False
        return self._bulletin.cut(due, report, unseen=unseen)

    def _mark(self, due: Due) -> None:
        self.done.setdefault(due.client, {})[due.person] = max(
            due.at, self.done.get(due.client, {}).get(due.person, due.at)
        )


def _in_turns(dues: Iterable[Due]) -> list[Due]:
    """Most urgent first; of the same moment one of each client by turns.

    A directory throttles who asks too much at once, and a connection that was just used is faster than a new one.
    """
    seen: Counter[tuple[int, datetime, str]] = Counter()
    turns = []
    for each in sorted(dues):
        seen[each.urgency, each.at, each.client] += 1
        turns.append((each.urgency, each.at, seen[each.urgency, each.at, each.client], each))
    return [each for *_, each in sorted(turns)]
