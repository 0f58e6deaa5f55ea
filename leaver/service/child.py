"""What the child process of one client does: take the lease, preview, apply, read back."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from leaver.desired import next_change
from leaver.errors import LeaverError
from leaver.fleet import Fleet, PreviewReport, engine_environment
from leaver.model import Client
from leaver.service.lease import Leases, client_lease, take_within, watch
from leaver.service.work import Outcome, Worked
from leaver.source import load
from leaver.source.state import export

_WAIT = 2.0
_TIME_TO_END = 10.0


def bring_about(
    root: Path,
    home: Path,
    key: str,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    leases: Leases,
    *,
    only_differences: bool,
) -> Worked:
    """Bring one client to what its records want at `clock()`; never raises a LeaverError."""
    try:
        lease = take_within(leases, client_lease(key), _WAIT)
        if lease is None:
            return Worked(key, "busy", error=f"{key}: somebody else works on it.")
        unwatch = watch(lease, end_group)
        try:
            client = load(root, [key], cache=home / "cache" / "records").clients[key]
            return _work(root, home, client, environ, clock, only_differences)
        finally:
            unwatch()
            lease.release()
    except LeaverError as error:
        return Worked(key, "failed", error=str(error))


def _work(
    root: Path,
    home: Path,
    client: Client,
    environ: Mapping[str, str],
    clock: Callable[[], datetime],
    only_differences: bool,
) -> Worked:
    from leaver.source import Estate

    fleet = Fleet(root, Estate({client.key: client}), home=home, environ=environ, clock=clock)
    now = clock()
    if only_differences and fleet.verify([client.key], now)[0].ok:
        state = export(root, client.key, engine_environment(root, home, client, environ))
        return Worked(client.key, "verified", next_change=next_change(client, now, state.memory))
    (preview,) = fleet.preview([client.key], now)
    moment = preview.changes.next_change if preview.changes else None
    after = datetime.fromisoformat(moment) if moment else None
    if _nothing_to_do(preview):
        (found,) = fleet.verify([client.key], now)
        fault = "" if found.ok else _fault(found.error, found.differences)
        fault = " ".join([*([fault] if fault else []), *found.evidence.faults])
        return Worked(client.key, "partial" if fault else "verified", next_change=after, error=fault)
    (report,) = fleet.apply([preview], now)
    fault = report.error
    if report.verification is not None and not report.ok:
        fault = fault or _fault(report.verification.error, report.verification.differences)
    changes = len(preview.changes.changes) if preview.changes else 0
    outcome: Outcome = report.outcome
    if not report.evidence.ok:
        # Done, and nobody could prove it.
        outcome = "partial" if report.ok else outcome
        fault = " ".join([*([fault] if fault else []), *report.evidence.faults])
    return Worked(
        client.key, outcome, changes, after, "" if outcome == "verified" else _placed(client.key, fault)
    )


def _nothing_to_do(preview: PreviewReport) -> bool:
    if preview.changes is None or preview.changes.changes or preview.changes.stale:
        return False
    return set(preview.steps) <= {"same"}


def _fault(error: str, differences: tuple[object, ...]) -> str:
    return error or "; ".join(str(each) for each in differences[:5])


def _placed(key: str, fault: str) -> str:
    return fault if fault.startswith((f"{key}:", f"{key}/", "identities/")) else f"{key}: {fault}"


def end_group() -> None:
    """End this process and the engine under it: the lease is lost, and somebody else may work on the client.

    The engine gets the time to finish the call that is under way, and to write its state.
    """
    if os.getpgrp() != os.getpid():
        os._exit(1)
    os.killpg(0, signal.SIGINT)
    time.sleep(_TIME_TO_END)
    os.killpg(0, signal.SIGKILL)
