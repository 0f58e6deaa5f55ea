"""The limits over all clients: judged when every client is previewed, and held to when the first is applied.

What each client lost is in its own stack. Of those that a run does not touch, this machine remembers what it
took away itself in the last day, in one small file (docs/decisions/0019-limits-in-the-stack.md).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from leaver.errors import EXIT_PROBLEMS, LeaverError
from leaver.fleet.reports import PreviewReport
from leaver.limits import Judgement, Ledger, Loss, Part, Size, judge_all
from leaver.model import Client
from leaver.source import Estate, all_limits, client_keys, load


class Bounds:
    """Judges runs over clients of the project at `root`; `home` is the folder of run-time files."""

    def __init__(self, root: Path, estate: Estate, home: Path) -> None:
        self._root = root
        self._estate = estate
        self._home = home
        project = sha256(str(root.resolve()).encode()).hexdigest()[:16]
        self._file = home / "limits" / f"{project}.json"
        self._size: Size | None = None

    def judged(self, reports: Sequence[PreviewReport], now: datetime) -> list[PreviewReport]:
        """The previews; those that take something away are refused when all together would take too much."""
        return self._told(reports, self._judge(reports, now, self._remembered()))

    def begun(self, reports: Sequence[PreviewReport], now: datetime) -> list[PreviewReport]:
        """The same, before the first of them is applied: what they take away is remembered."""
        if not _counted(reports):
            return list(reports)
        with self._alone():
            earlier = self._remembered()
            judgement = self._judge(reports, now, earlier)
            if judgement is None or judgement.allowed:
                self._remember(earlier, _counted(reports), now)
        return self._told(reports, judgement)

    def _judge(
        self, reports: Sequence[PreviewReport], now: datetime, remembered: Mapping[str, Ledger]
    ) -> Judgement | None:
        if not _counted(reports):
            return None
        parts = [
            Part(self._estate.clients[report.client], report.limits)
            for report in reports
            if report.limits is not None and report.ok
        ]
        earlier = {loss for ledger in remembered.values() for loss in ledger.since(now)}
        earlier |= {loss for part in parts for loss in part.judgement.ledger.since(now)}
        return judge_all(parts, all_limits(self._root), self._whole(), now, earlier)

    def _told(self, reports: Sequence[PreviewReport], judgement: Judgement | None) -> list[PreviewReport]:
        if judgement is None or judgement.allowed:
            return list(reports)
        refused = [report.client for report in reports if _takes(report)]
        text = "\n".join(judgement.refusals)
        also = f"nothing is taken away here, since all clients together exceed a limit: see {refused[0]}"
        return [
            replace(report, error=text if report.client == refused[0] else also, exit_code=EXIT_PROBLEMS)
            if report.client in refused
            else report
            for report in reports
        ]

    def _whole(self) -> Size:
        """How much there is at all clients, by their records."""
        if self._size is None:
            clients: Mapping[str, Client] = self._estate.clients
            if set(clients) != set(client_keys(self._root)):
                try:
                    clients = load(self._root, cache=self._home / "cache" / "records").clients
                except LeaverError:
                    # Another client's records have a fault: the bound is that of the clients at hand, and lower.
                    clients = self._estate.clients
            everyone = [person for client in clients.values() for person in client.people.values()]
            groups = sum(
                len(person.group_keys or ()) + len(person.roles) + len(person.licences) for person in everyone
            )
            self._size = Size(len(everyone), {"": groups})
        return self._size

    def _remembered(self) -> dict[str, Ledger]:
        """What this machine took away lately, by client; a file that is lost or broken says nothing."""
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return {client: Ledger.from_json(client, ledger) for client, ledger in found.items()}
        except (OSError, ValueError, LookupError, TypeError, AttributeError):
            return {}

    def _remember(self, earlier: Mapping[str, Ledger], lost: Sequence[Loss], now: datetime) -> None:
        ledgers = {client: ledger for client, ledger in earlier.items() if ledger.since(now)}
        for client in sorted({loss.client for loss in lost}):
            own = [loss for loss in lost if loss.client == client]
            ledgers[client] = ledgers.get(client, Ledger()).taking(own, now)
        text = json.dumps({client: ledger.to_json() for client, ledger in sorted(ledgers.items())})
        temporary = self._file.with_suffix(".new")
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._file)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process judges meanwhile: two halves would each be within the limit."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.with_suffix(".lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _takes(report: PreviewReport) -> bool:
    return report.ok and report.limits is not None and bool(report.limits.counted)


def _counted(reports: Sequence[PreviewReport]) -> list[Loss]:
    return [
        loss
        for report in reports
        if report.ok and report.limits is not None
        for loss in report.limits.counted
    ]
