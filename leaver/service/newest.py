"""The records in force: looked for again and again, and kept as they were where newer ones cannot be had."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from leaver.model import Client
from leaver.notify import Kind
from leaver.service.bulletin import Bulletin
from leaver.service.follow import FetchFailed, Follower
from leaver.service.records import Reader, Records, summary


class Newest:
    """The newest records that can be had. `changed` hears of the clients whose records changed."""

    def __init__(
        self, follower: Follower, read: Reader, bulletin: Bulletin, changed: Callable[[set[str]], None]
    ) -> None:
        self._follower = follower
        self._read = read
        self._bulletin = bulletin
        self._changed = changed
        self._looked = asyncio.Event()
        self._version = ""
        self.records: Records | None = None

    @property
    def clients(self) -> dict[str, Client]:
        return self.records.clients if self.records else {}

    def look(self) -> None:
        """Have `follow` look at once."""
        self._looked.set()

    async def refresh(self) -> None:
        """Look for newer records, and take up the clients whose records changed."""
        try:
            root = await asyncio.to_thread(self._follower.refresh)
        except FetchFailed as error:
            self._bulletin.fault(
                "fetch", Kind.RECORDS, str(error), "No departure happens before this is mended."
            )
            return
        if self._follower.fault:
            todo = "The last records are still in force; changes since then are not."
            self._bulletin.fault("fetch", Kind.RECORDS, self._follower.fault, todo)
        else:
            self._bulletin.mended("fetch")
        # Taken before the files are read: what changes in between is seen at the next look.
        version = await asyncio.to_thread(self._follower.version)
        if version == self._version:
            return
        self._version = version
        before = self.records
        records = await asyncio.to_thread(self._read, root, before)
        self.records = records
        if records.problems:
            todo = "Those clients keep the records they had. See: leaver check"
            self._bulletin.fault("records", Kind.RECORDS, summary(records.problems), todo)
        else:
            self._bulletin.mended("records")
        gone = set(before.clients) - set(records.clients) if before else set()
        self._bulletin.forget(f"work {client}" for client in gone)
        changed = records.changed_from(before) if before is not None else set(records.clients)
        if changed:
            people = sum(len(client.people) for client in records.clients.values())
            self._bulletin.log(
                "records",
                f"{len(records.clients)} clients, {people} people; changed: {len(changed)}",
                clients=len(records.clients),
                changed=len(changed),
            )
        self._changed(changed)

    async def follow(self) -> None:
        """Look for newer records for ever: every so often, and when somebody says `look`."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._looked.wait(), self._follower.every)
            self._looked.clear()
            try:
                await self.refresh()
            except Exception as error:
                self._version = ""
                self._bulletin.mistake("records", error)
