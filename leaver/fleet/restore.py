"""Restore deleted accounts ahead of the engine, which can only import what is there.

Each is restored by the runbook's own step, read back, and found or made disabled: the engine enables it, with its
groups. What will be asked for is in the evidence before it is, so that a run after a kill knows whose account it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from leaver.desired import Restored
from leaver.errors import LeaverError
from leaver.evidence import Entry, Evidence, Kind, Outcome, configured
from leaver.model import Client
from leaver.runbook.book import Runbook
from leaver.runbook.conductor import conduct
from leaver.runbook.connection import open_transport
from leaver.runbook.entra import RESTORE
from leaver.runbook.entra.access import Disable
from leaver.runbook.receipt import Receipt
from leaver.runbook.step import Case
from leaver.source.asked import asked_for_person


def restore(
    root: Path,
    client: Client,
    wanted: Sequence[Restored],
    now: datetime,
    *,
    environ: Mapping[str, str],
    home: Path,
    clock: Callable[[], datetime],
    plan: str | None = None,
) -> tuple[str, ...]:
    """Restore accounts one after another; what went wrong, a line each. `plan` is the hash of what was approved.

    A fault stops no other one, nor the run: what is not restored is left out of it, and found missing afterwards.
    """
    faults: list[str] = []
    for each in wanted:
        subject = f"{client.key}: {each.person} in {each.directory}: the deleted account {each.account}"
        asked = asked_for_person(root, client.key, each.person, environ)
        whole = Entry(
            kind=Kind.RETURN,
            client=client.key,
            person=each.person,
            directory=each.directory,
            step=RESTORE.name,
            at=clock(),
            asked_by=asked.by,
            approved_by=asked.approved,
            commit=asked.commit,
            plan=plan,
            seen={"account": each.account, "username": each.username},
        )
        try:
            with configured(home, environ) as evidence:
                evidence.append(whole)
                receipts = asyncio.run(_restored(client, each, now, whole, evidence, environ, home, clock))
        except LeaverError as fault:
            faults.append(f"{subject} may not be restored: {fault}")
            continue
        faults += [f"{subject}: {receipt}" for receipt in _bad(receipts)]
    return tuple(faults)


async def _restored(
    client: Client,
    wanted: Restored,
    now: datetime,
    whole: Entry,
    evidence: Evidence,
    environ: Mapping[str, str],
    home: Path,
    clock: Callable[[], datetime],
) -> list[Receipt]:
    case = Case(
        client=client.key,
        person=wanted.person,
        directory=wanted.directory,
        account=wanted.account,
        username=wanted.username,
        cut=now,
        now=now,
        departure=False,
    )
    settings = client.settings.directories[wanted.directory]
    transport = open_transport(
        client.key,
        wanted.directory,
        settings,
        sandbox=client.settings.sandbox,
        environ=environ,
        home=home,
    )

    def record(told: Entry) -> None:
        evidence.append(
            replace(
                told,
                kind=Kind.RETURN,
                asked_by=whole.asked_by,
                approved_by=whole.approved_by,
                commit=whole.commit,
                plan=whole.plan,
                seen={**told.seen, **whole.seen},
            )
        )

    receipts: list[Receipt] = []
    try:
        for step in (RESTORE, Disable()):
            receipts += await conduct(
                Runbook(steps=(step,)), case, transport, clock=clock, record=record, image=False
            )
            if receipts[-1].outcome is not Outcome.DONE:
                # Somebody else restored it meanwhile, and may have enabled it; or it is not there.
                break
    finally:
        await transport.close()
    return receipts


def _bad(receipts: Iterable[Receipt]) -> list[Receipt]:
    return [each for each in receipts if not each.outcome.good]
