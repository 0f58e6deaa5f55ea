"""Handing the long part of the work to the queue, after the cuts of the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

from leaver.errors import LeaverError
from leaver.notify import Kind
from leaver.schedule import Urgency
from leaver.service.bulletin import Bulletin
from leaver.service.endings import Endings
from leaver.service.queue import Jobs

CUTS_FIRST = 20.0
"""Seconds for which the long part of the work waits for the cuts of the same moment."""
_RETRY = 30.0
_TODO = "Access is ended all the same; groups and licences wait for the database."


class Dispatch:
    """The way into the queue. A database that is down delays it, and nothing else.

    `held` answers the clients at which nothing is done for now.
    """

    def __init__(
        self,
        jobs: Jobs,
        endings: Endings,
        bulletin: Bulletin,
        *,
        retry: float = _RETRY,
        held: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        self._held = held
        self._jobs = jobs
        self._endings = endings
        self._bulletin = bulletin
        self._retry = retry
        self._ready = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Start the queue, as soon as its database answers."""
        self._keep(asyncio.ensure_future(self._start()))

    def put(self, work: Mapping[str, Urgency], *, only_differences: bool = False) -> None:
        """Queue work at these clients, the most urgent first."""
        held = self._held()
        work = {client: urgency for client, urgency in work.items() if client not in held}
        if work:
            self._keep(asyncio.ensure_future(self._put(work, only_differences)))

    async def adopt(self) -> None:
        """Take over what processes that are gone have left."""
        if not self._ready.is_set():
            return
        with suppress(LeaverError):
            adopted = await asyncio.to_thread(self._jobs.adopt)
            if adopted:
                self._bulletin.log("adopted", f"{adopted} jobs of a process that is gone")

    async def close(self) -> None:
        """Give up what has not reached the queue; the next start finds it again."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _start(self) -> None:
        while not self._ready.is_set():
            try:
                await asyncio.to_thread(self._jobs.start)
            except LeaverError as error:
                await self._failed(error)
            else:
                self._bulletin.mended("queue")
                self._ready.set()

    async def _put(self, work: Mapping[str, Urgency], only_differences: bool) -> None:
        await self._ready.wait()
        await self._endings.settled(work, CUTS_FIRST)
        for client, urgency in sorted(work.items(), key=lambda item: (item[1], item[0])):
            while True:
                try:
                    await asyncio.to_thread(
                        self._jobs.put, client, int(urgency), only_differences=only_differences
                    )
                except LeaverError as error:
                    await self._failed(error)
                else:
                    break
        self._bulletin.mended("queue")

    async def _failed(self, error: LeaverError) -> None:
        self._bulletin.fault("queue", Kind.FAILED, str(error), _TODO)
        await asyncio.sleep(self._retry)
