"""Ask the directories whether every step is still true of everybody who has left."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from leaver.actions.live import Live
from leaver.desired import Desired, DesiredAccount
from leaver.fleet.reports import Difference
from leaver.model import Client
from leaver.runbook.connection import open_transport
from leaver.runbook.departed import Left, book_for, case_for, left
from leaver.runbook.transport import Transport
from leaver.runbook.watch import Finding, look_over
from leaver.source.state import DEPARTURE_TYPE, StackState

_AT_ONCE = 4
_SIGN_IN = ("disable", "suspend")


@dataclass(frozen=True, slots=True)
class LookedOver:
    """What is no longer so: as differences, and as steps by the logical name of the departure."""

    differences: tuple[Difference, ...]
    untrue: Mapping[str, tuple[str, ...]]


async def look_over_departed(
    client: Client,
    wanted: Desired,
    live: Live,
    state: StackState,
    *,
    environ: Mapping[str, str],
    home: Path,
) -> LookedOver:
    """Look over all accounts of `client` whose people have left and whose departure was carried out once.

    Steps of somebody who has left since the last run are that run's to take, and no difference here. What
    `compare` tells of an account anyway (that it can sign in) is not told again. Raises a LeaverError when a
    directory cannot be signed in to.
    """
    gate = asyncio.Semaphore(_AT_ONCE)
    chosen = [
        found
        for account in wanted.accounts.values()
        if (found := _gone(client, account, wanted, live, state))
    ]
    transports: dict[str, Transport] = {}
    try:
        for each in chosen:
            name = each.account.directory
            if name not in transports:
                settings = client.settings.directories[name]
                transports[name] = open_transport(
                    client.key, name, settings, sandbox=client.settings.sandbox, environ=environ, home=home
                )

        async def one(each: _Gone) -> tuple[Finding, ...]:
            book = book_for(client, each.account.directory, each.left)
            case = case_for(client, each.account, each.id, each.left, wanted.now)
            async with gate:
                return await look_over(book, case, transports[each.account.directory])

        looked = await asyncio.gather(*(one(each) for each in chosen))
    finally:
        await asyncio.gather(*(each.close() for each in transports.values()), return_exceptions=True)
    differences: list[Difference] = []
    untrue: dict[str, tuple[str, ...]] = {}
    for each, findings in zip(chosen, looked, strict=True):
        bad = [finding for finding in findings if not finding.good]
        if steps := tuple(finding.step for finding in bad if finding.left):
            untrue[each.name] = steps
        shown = live[each.account.directory].accounts[each.id]
        differences += [
            _difference(each.account, finding)
            for finding in bad
            if not (shown.enabled and finding.step in _SIGN_IN and finding.left)
        ]
    return LookedOver(tuple(sorted(differences, key=str)), untrue)


@dataclass(frozen=True, slots=True)
class _Gone:
    account: DesiredAccount
    id: str
    left: Left

    @property
    def name(self) -> str:
        return f"{self.account.person}/{self.account.directory}/departure"


def _gone(
    client: Client, account: DesiredAccount, wanted: Desired, live: Live, state: StackState
) -> _Gone | None:
    name = (DEPARTURE_TYPE, f"{account.person}/{account.directory}/departure")
    if name not in state.ids or account.directory not in live:
        return None
    remembered = state.memory.accounts.get((account.person, account.directory))
    if remembered is None or remembered.id not in live[account.directory].accounts:
        return None
    before = state.inputs.get(name, {}).get("cut")
    known = datetime.fromisoformat(before) if isinstance(before, str) else None
    found = left(client, account, wanted.now, known)
    return None if found is None else _Gone(account, remembered.id, found)


def _difference(account: DesiredAccount, finding: Finding) -> Difference:
    shown = ", ".join(finding.left) if finding.left else f"unknown, as it cannot be read: {finding.trouble}"
    return Difference(account.person, account.directory, f"runbook, {finding.title}", "done", shown)
