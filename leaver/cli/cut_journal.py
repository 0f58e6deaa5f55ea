"""The evidence of a release's cuts: each directory's is on the disk as soon as that one has ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from leaver.cli.session import Session

if TYPE_CHECKING:
    from leaver.actions import CutReport
    from leaver.evidence.journal import Journal
    from leaver.evidence.keep import Kept
    from leaver.model import Client

PATIENCE = 5.0
"""Seconds for which the disk is waited for before the cut is told of; a disk takes milliseconds."""
_LOOK_EVERY = 0.5


class CutJournal:
    """Notes in a thread of its own: no call to a directory waits for the disk, for git or for the store.

    `by` answers who gives the word, `clients` the clients that are known by now; `now` is when it was given.
    """

    def __init__(
        self,
        session: Session,
        by: Callable[[], str],
        reason: str | None,
        now: datetime,
        clients: Callable[[], Iterable[Client]],
    ) -> None:
        self._session = session
        self._by = by
        self._reason = reason
        self._now = now
        self._clients = clients
        self._thread = ThreadPoolExecutor(1, "evidence")
        self._notes: list[asyncio.Future[None]] = []
        self._faults: list[str] = []

    @cached_property
    def _journal(self) -> Journal:
        from leaver.evidence.journal import Journal

        return Journal(self._session.home, self._session.environ)

    def ended(self, found: CutReport) -> None:
        """Have a directory's end noted; in the event loop, returns at once."""
        loop = asyncio.get_running_loop()
        self._notes.append(loop.run_in_executor(self._thread, self._note, found))

    async def write_during(self, cutting: asyncio.Task[Any], shout: Callable[[Kept], None]) -> None:
        """Until `cutting` is over, write what is noted into the store; `shout` hears of what cannot be written."""
        while not (await asyncio.wait({cutting}, timeout=_LOOK_EVERY))[0]:
            if self._notes and all(each.done() for each in self._notes) and self._journal.fresh:
                kept = await asyncio.to_thread(self._write)
                if not kept.ok:
                    shout(kept)

    async def noted(self, shout: Callable[[Kept], None]) -> None:
        """Wait until all is on the disk; where that does not answer, `shout` hears of it."""
        from leaver.evidence.keep import Kept

        if self._notes and (await asyncio.wait(self._notes, timeout=PATIENCE))[1]:
            late = f"the disk has not answered for {PATIENCE:g} s: nothing says yet what is cut now."
            shout(Kept(faults=(late,)))

    async def written(self) -> Kept:
        """Write the rest into the store; what became of all."""
        await asyncio.gather(*self._notes)
        return await asyncio.to_thread(self._write)

    def _write(self) -> Kept:
        from leaver.evidence.keep import Kept, both

        return both(Kept(faults=tuple(self._faults)), self._journal.write())

    def _note(self, found: CutReport) -> None:
        from leaver.actions.cut_evidence import cut_entries
        from leaver.evidence.keep import told
        from leaver.source.asked import from_forge

        try:
            entries = cut_entries(
                found,
                agreed=self._agreed(found),
                now=self._session.now(),
                asked_by=self._by(),
                reason=self._reason,
                approved_by=from_forge(self._session.environ),
            )
            self._journal.note(entries)
        except Exception as error:
            self._faults.append(told(error))

    def _agreed(self, found: CutReport) -> datetime:
        """When the access should have ended: at the agreed moment where that has come, else with the word itself,
        as the record will say it."""
        from leaver.lifecycle import effective_end

        client = next((each for each in self._clients() if each.key == found.client), None)
        record = client.people.get(found.person) if client else None
        end = effective_end(record) if record else None
        return end if end is not None and end <= self._now else self._now.replace(microsecond=0)
