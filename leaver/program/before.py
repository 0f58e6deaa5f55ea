"""The before-image: what somebody has, in the evidence before the first of it is taken.

The engine takes managed groups and roles away before the runbook begins, so the image is made by the program, of
everybody whom this run is the first to let go; a preview makes none.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leaver.actions.live import Live
from leaver.desired import Desired
from leaver.evidence import Entry, Evidence
from leaver.model import Client
from leaver.program.plan import PlannedDeparture
from leaver.runbook.connection import open_transport
from leaver.runbook.departed import book_for, case_for, left
from leaver.runbook.mastered import master
from leaver.runbook.receipt import before
from leaver.runbook.transport import Transport
from leaver.runbook.watch import pictures
from leaver.source.asked import asked_for_person
from leaver.source.state import DEPARTURE_TYPE, StackState

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Images:
    """Makes the images of one client's run."""

    client: Client
    wanted: Desired
    live: Live
    state: StackState
    environ: Mapping[str, str]
    root: Path
    home: Path
    clock: Callable[[], datetime]

    def record(self, departures: Iterable[PlannedDeparture], evidence: Evidence) -> None:
        """Make the images that are due, and write them down.

        Raises a LeaverError when a directory cannot be signed in to or the evidence cannot be written: then
        nothing has been changed.
        """
        chosen = list(self._due(departures))
        if chosen:
            with ThreadPoolExecutor(1) as pool:
                # The SDK's own loop runs in this thread.
                entries = pool.submit(lambda: asyncio.run(self._entries(chosen))).result()
            evidence.append_all(entries)

    def _due(self, departures: Iterable[PlannedDeparture]) -> Iterator[PlannedDeparture]:
        for each in departures:
            known = self.state.inputs.get((DEPARTURE_TYPE, each.name), {})
            account = self.wanted.accounts[each.person, each.directory]
            first = known.get("cut") != each.inputs["cut"] or known.get("steps") != each.inputs["steps"]
            if not account.enabled and first:
                yield each

    async def _entries(self, chosen: list[PlannedDeparture]) -> list[Entry]:
        gate = asyncio.Semaphore(_AT_ONCE)
        transports: dict[str, Transport] = {}
        try:
            for name in sorted({each.directory for each in chosen}):
                transports[name] = open_transport(
                    self.client.key,
                    name,
                    self.client.settings.directories[name],
                    sandbox=self.client.settings.sandbox,
                    environ=self.environ,
                    home=self.home,
                )

            async def one(each: PlannedDeparture) -> Entry | None:
                async with gate:
                    return await self._entry(each, transports[each.directory])

            found = await asyncio.gather(*(one(each) for each in chosen))
            return [entry for entry in found if entry is not None]
        finally:
            await asyncio.gather(*(each.close() for each in transports.values()), return_exceptions=True)

    async def _entry(self, each: PlannedDeparture, transport: Transport) -> Entry | None:
        account = self.wanted.accounts[each.person, each.directory]
        cut = datetime.fromisoformat(each.inputs["cut"])
        gone = left(self.client, account, self.wanted.now, cut)
        if gone is None:
            return None
        id_ = str(each.inputs["account"])
        case = case_for(self.client, account, id_, gone, self.wanted.now)
        found = await pictures(book_for(self.client, each.directory, gone), case, transport)
        shown = self.live[each.directory].accounts[id_]
        attributes = {
            key: value for key, value in shown.attributes.items() if value not in (None, "", [], {})
        }
        image = before(case, {**found, "attributes": attributes}, self.clock())
        if by := master(self.client.settings.directories[each.directory], shown):
            # What comes back later has to come back there: `leaver reinstate` says so.
            image = replace(image, seen={**image.seen, "mastered": by.name})
        asked = asked_for_person(self.root, self.client.key, each.person, self.environ)
        return replace(image, asked_by=asked.by, approved_by=asked.approved, commit=asked.commit)
