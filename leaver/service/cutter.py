"""The service's own hands: connections that are kept warm, and as many cuts at a time as are good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from leaver.actions import (
    Account,
    CallFailed,
    CutReport,
    Directory,
    Ended,
    Opener,
    Trouble,
    cut,
    nothing_ended,
)
from leaver.errors import LeaverError
from leaver.model import Client
from leaver.schedule import Due

AT_ONCE = 48
"""Cuts under way at a time, of all clients."""
OF_A_CLIENT = 8
"""Of them, those of one client."""
SLOW = 6.0
"""Seconds after which a cut no longer counts among them: a directory that hangs must hold up nobody else's."""
PATIENCE = 30.0
FEW = 20
"""Up to so many accounts of a directory are read one by one, more in one list."""
REVOKE_AGAIN = timedelta(days=30)
"""Okta lists nobody's sessions; after a restart those of people who left so recently are ended once more."""
GRAIN = timedelta(seconds=2)
"""A directory's clock may be so far from ours, and its time stamps are cut to whole seconds."""
_ENDED_IN_OKTA = ("SUSPENDED", "DEPROVISIONED")
_T = TypeVar("_T")


class Cutter:
    """Cuts, and reads what is already cut. One for all clients; each client's connections are its own."""

    def __init__(
        self,
        open_directory: Opener,
        clock: Callable[[], datetime],
        *,
        at_once: int = AT_ONCE,
        patience: float = PATIENCE,
    ) -> None:
        self._open = open_directory
        self._clock = clock
        self._patience = patience
        self._gate = asyncio.Semaphore(at_once)
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._directories: dict[str, dict[str, Directory]] = {}
        self._settings: dict[str, object] = {}

    async def cut(
        self, client: Client, person: str, tell: Callable[[Trouble], None], ended: Ended = nothing_ended
    ) -> CutReport:
        """End the person's access everywhere at this client; never raises for what a directory does.

        `ended` hears of each directory as soon as it has ended.
        """
        directories, faults = self._connected(client)

        async def work() -> CutReport:
            return await cut(
                client,
                person,
                directories,
                clock=self._clock,
                patience=self._patience,
                tell=tell,
                ended=ended,
            )

        report = await self._gated(client, work())
        if report.failed or faults:
            # The credentials or the address may have changed: the next try reads them again.
            await self.forget(client.key)
        return report

    async def still_open(self, client: Client, dues: Iterable[Due]) -> list[Due]:
        """Those of `dues`, all of this client, whose access the directories do not show as ended since then.

        Raises:
            LeaverError: a directory cannot be reached or read.
        """
        wanted = list(dues)
        directories, faults = self._connected(client)
        if faults:
            raise next(iter(faults.values()))
        found = await self._gated(client, self._read(client, directories, wanted))
        return [each for each in wanted if each in found]

    async def _read(self, client: Client, directories: Mapping[str, Directory], dues: list[Due]) -> set[Due]:
        still: set[Due] = set()
        for name, directory in directories.items():
            here = [each for each in dues if name in client.accounts(each.person)]
            usernames = {each: client.username(each.person, name) or "" for each in here}
            if len(here) > FEW:
                listed = await directory.accounts()
                shown = {account.username.casefold(): account for account in listed.values()}
                accounts = [shown.get(usernames[each].casefold()) for each in here]
            else:
                accounts = list(await asyncio.gather(*(directory.find(usernames[each]) for each in here)))
            for each, account in zip(here, accounts, strict=True):
                if account is not None and not await self._is_over(directory, account, each):
                    still.add(each)
        return still

    async def _is_over(self, directory: Directory, account: Account, due: Due) -> bool:
        if account.status == "disabled":
            since = account.sessions_valid_from
            return since is not None and since >= due.at - GRAIN
        if account.status not in _ENDED_IN_OKTA:
            return False
        if self._clock() - due.at > REVOKE_AGAIN:
            return True
        return (await directory.revoke(account.id)).verified

    async def arm(self, client: Client, dues: Iterable[Due]) -> dict[Due, str]:
        """Connect, sign in and find the accounts; what would stop each departure, in words, where something would."""
        directories, faults = self._connected(client)
        stops: dict[Due, list[str]] = {}
        for each in dues:
            for name in client.accounts(each.person):
                fault = str(faults[name]) if name in faults else None
                if fault is None:
                    fault = await self._findable(client, each.person, name, directories[name])
                if fault is not None:
                    stops.setdefault(each, []).append(fault)
        if stops:
            await self.forget(client.key)
        return {each: " ".join(texts) for each, texts in stops.items()}

    async def _findable(self, client: Client, person: str, name: str, directory: Directory) -> str | None:
        username = client.username(person, name)
        if username is None:
            return f"{client.key}/{name}: the record has no username for this directory."
        try:
            account, own = await asyncio.gather(directory.find(username), directory.own_account())
        except CallFailed as error:
            return str(error)
        if account is None:
            return f"{client.key}/{name}: there is no account {username}. Correct the record's username."
        if account.id == own:
            return (
                f"{client.key}/{name}: {username} is the user whose API token Leaver signs in with. "
                "Give Leaver a token of its own."
            )
        return None

    async def _gated(self, client: Client, work: Coroutine[Any, Any, _T]) -> _T:
        own = self._gates.setdefault(client.key, asyncio.Semaphore(OF_A_CLIENT))
        async with own:
            await self._gate.acquire()
            task = asyncio.ensure_future(work)
            try:
                await asyncio.wait({task}, timeout=SLOW)
            finally:
                self._gate.release()
        return await task

    def _connected(self, client: Client) -> tuple[dict[str, Directory], dict[str, LeaverError]]:
        """The client's directories that can be opened, and why the others cannot."""
        if self._settings.get(client.key) != client.settings:
            self._directories.pop(client.key, None)
            self._settings[client.key] = client.settings
        opened = self._directories.setdefault(client.key, {})
        faults: dict[str, LeaverError] = {}
        for name in client.settings.directories:
            if name not in opened:
                try:
                    opened[name] = self._open(client, name)
                except LeaverError as fault:
                    faults[name] = fault
        return dict(opened), faults

    async def forget(self, client: str) -> None:
        """Close a client's connections; the next use opens them again, with the credentials of then."""
        for directory in self._directories.pop(client, {}).values():
            with suppress(Exception):
                await directory.close()

    async def close(self) -> None:
        """Close every connection."""
        for client in list(self._directories):
            await self.forget(client)
