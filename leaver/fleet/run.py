"""Preview, apply and verify clients."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from leaver import policy
from leaver.actions.credentials import client_credentials
from leaver.actions.live import Live, read_client
from leaver.desired import ChangeReport, PolicyBreak, desired
from leaver.errors import EXIT_DIRECTORY, LeaverError
from leaver.evidence import Entry
from leaver.evidence.keep import keep
from leaver.fleet.bounds import Bounds
from leaver.fleet.compare import compare
from leaver.fleet.departed import look_over_departed
from leaver.fleet.engine import Engine, EngineFailed, EngineRun
from leaver.fleet.environment import engine_environment
from leaver.fleet.evidence import apply_entry, departed, override_entry, verification_entries
from leaver.fleet.reports import ApplyReport, PreviewReport, Progress, Stage, VerifyReport
from leaver.fleet.restore import restore
from leaver.fleet.told import Refused, read_told, said
from leaver.fleet.wholes import departures
from leaver.limits import Judgement, renames
from leaver.model import Client
from leaver.model.variables import APPROVED, NOW, PLAN, REPORT
from leaver.policy import SignIn
from leaver.source import Estate, untrue
from leaver.source.asked import asked_for_client
from leaver.source.state import export

_JOBS = 2
_Report = TypeVar("_Report")


class Fleet:
    """Runs over the clients of an estate.

    `home` is the folder of run-time files, `environ` the caller's environment, `progress` is told where each
    client stands. `clock` says when something came out, for the evidence; without it that is the run's own moment.
    Reports come back in the order of the clients; a fault of one is in its report and stops no other.
    """

    def __init__(
        self,
        root: Path,
        estate: Estate,
        *,
        home: Path,
        environ: Mapping[str, str],
        clock: Callable[[], datetime] | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._root = root
        self._estate = estate
        self._home = home
        self._environ = environ
        self._clock = clock
        self._progress = progress
        self._plan: str | None = None
        self._bounds = Bounds(root, estate, home)

    def preview(self, clients: Iterable[str], now: datetime) -> list[PreviewReport]:
        """What an apply at `now` would do. Changes nothing."""
        return self._bounds.judged(self._each(clients, lambda client: self._preview(client, now)), now)

    def apply(
        self, previews: Iterable[PreviewReport], now: datetime, *, plan: str | None = None
    ) -> list[ApplyReport]:
        """Apply what was previewed, and nothing that the previews do not name (invariant 6); then read back.

        Every client is previewed before this is called for any, so a limit stops the run before it starts; those
        over all clients are held against once more.
        What came of it is in the evidence, with `plan`, the hash of what was approved.
        """
        self._plan = plan
        approved = {report.client: report for report in self._bounds.begun(list(previews), now)}

        def work(client: Client) -> ApplyReport:
            report = self._apply(client, approved[client.key], now)
            asked = asked_for_client(self._root, client.key, self._environ)
            seen = self._seen(client, report.verification, now) if report.verification else []
            limits = approved[client.key].limits
            used = (
                override_entry(limits, now, asked, plan) if limits and report.outcome != "refused" else None
            )
            said = [*([used] if used else []), *seen, apply_entry(report, self._ended(now), asked, plan)]
            kept = keep(said, self._home, self._environ)
            return replace(report, evidence=kept)

        return self._each(approved, work)

    def verify(self, clients: Iterable[str], now: datetime) -> list[VerifyReport]:
        """Read the directories and compare them with what is desired at `now`."""

        def work(client: Client) -> VerifyReport:
            report = self._verify(client, now)
            return replace(report, evidence=keep(self._seen(client, report, now), self._home, self._environ))

        return self._each(clients, work)

    def _seen(self, client: Client, report: VerifyReport, now: datetime) -> list[Entry]:
        """The evidence of a verification."""
        whole = departures(client, report, now, self._home, self._environ)
        at = self._ended(now)
        return [replace(each, at=at) for each in (*verification_entries(report, now), *whole)]

    def _ended(self, began: datetime) -> datetime:
        """The moment of now: what a run finds at its end is not as old as its beginning."""
        return max(began, self._clock()) if self._clock else began

    def _each(self, clients: Iterable[str], work: Callable[[Client], _Report]) -> list[_Report]:
        chosen = [self._estate.clients[key] for key in clients]
        with ThreadPoolExecutor(max_workers=_JOBS) as pool:
            return list(pool.map(work, chosen))

    def _preview(self, client: Client, now: datetime) -> PreviewReport:
        try:
            engine = self._engine(client)
            engine.ensure_stack()
            self._tell(client, "previewing")
            report, limits, run = self._reported(
                client, lambda extra: engine.preview(extra, self._steps(client, "previewing")), now
            )
        except Refused as error:
            fault = self._fault(client, error)
            return PreviewReport(
                client.key, error.changes, error=fault, exit_code=error.exit_code, limits=error.limits
            )
        except Exception as error:
            return PreviewReport(client.key, error=self._fault(client, error), exit_code=_exit_code(error))
        self._tell(client, "done")
        return PreviewReport(client.key, changes=report, steps=run.steps, limits=limits)

    def _apply(self, client: Client, approved: PreviewReport, now: datetime) -> ApplyReport:
        if approved.changes is None or not approved.ok:
            return ApplyReport(client.key, "refused", error=approved.error, exit_code=approved.exit_code)
        before = approved.changes
        steps, faults = approved.steps, ""
        try:
            if not _nothing_to_do(approved):
                faults = self._restore(client, before, now)
                steps = self._up(client, before, now)
        except Exception as error:
            fault = "\n".join(each for each in (faults, self._fault(client, error)) if each)
            return ApplyReport(client.key, "failed", changes=before, error=fault, exit_code=_exit_code(error))
        verification = self._verify(client, now, previewed=True)
        return ApplyReport(
            client.key,
            "verified" if verification.ok and not faults else "partial",
            changes=before,
            steps=steps,
            verification=verification,
            error=faults,
        )

    def _restore(self, client: Client, approved: ChangeReport, now: datetime) -> str:
        """Restore the deleted accounts that the preview names; what went wrong."""
        if not approved.restores:
            return ""
        self._tell(client, "restoring")
        faults = restore(
            self._root,
            client,
            approved.restores,
            now,
            environ=self._environ,
            home=self._home,
            clock=lambda: self._ended(now),
            plan=self._plan,
        )
        return "\n".join(faults)

    def _up(self, client: Client, approved: ChangeReport, now: datetime) -> Mapping[str, int]:
        engine = self._engine(client)
        with tempfile.TemporaryDirectory(prefix="leaver-") as folder:
            allowed = Path(folder) / "approved.json"
            allowed.write_text(json.dumps(approved.to_json()), encoding="utf-8")
            if approved.stale:
                self._tell(client, "refreshing")
                engine.refresh(
                    engine.urns(approved.stale), {NOW: now.isoformat()}, self._steps(client, "refreshing")
                )
            self._tell(client, "applying")
            *_, run = self._reported(
                client,
                lambda extra: engine.up(
                    {**extra, **self._told, APPROVED: str(allowed)}, self._steps(client, "applying")
                ),
                now,
            )
        return run.steps

    @property
    def _told(self) -> dict[str, str]:
        """What the engine's plugins write into the evidence of what they do."""
        return {PLAN: self._plan} if self._plan else {}

    def _verify(self, client: Client, now: datetime, *, previewed: bool = False) -> VerifyReport:
        self._tell(client, "verifying")
        try:
            if not previewed:
                self._engine(client).ensure_stack()
            state = export(self._root, client.key, self._env(client))
            state = state.renamed(renames(client, state.memory))
            credentials = client_credentials(client, self._environ, self._home)
            live = asyncio.run(read_client(client, credentials, groups=state.groups))
            wanted = desired(client, now, state.memory)
            looked = asyncio.run(
                look_over_departed(client, wanted, live, state, environ=self._environ, home=self._home)
            )
            untrue.write(self._home, client.key, looked.untrue)
            differences = (*compare(client, wanted, live, state), *looked.differences)
        except Exception as error:
            return VerifyReport(client.key, error=self._fault(client, error))
        self._tell(client, "done")
        return VerifyReport(
            client.key,
            len(wanted.accounts),
            len(wanted.groups),
            differences,
            departed=departed(client, wanted, now),
            policies=tuple(
                PolicyBreak(each.policy.name, each.mandatory, str(each))
                for each in policy.on_sign_ins(client, now, _sign_ins(live))
            ),
        )

    def _engine(self, client: Client) -> Engine:
        return Engine(self._root, client.key, self._env(client))

    def _env(self, client: Client) -> dict[str, str]:
        return engine_environment(self._root, self._home, client, self._environ)

    def _reported(
        self, client: Client, run: Callable[[Mapping[str, str]], EngineRun], now: datetime
    ) -> tuple[ChangeReport, Judgement, EngineRun]:
        with tempfile.TemporaryDirectory(prefix="leaver-") as folder:
            path = Path(folder) / "report.json"
            try:
                done = run({NOW: now.isoformat(), REPORT: str(path)})
            except EngineFailed:
                if path.exists() and "error" in (told := read_told(path)):
                    raise Refused(told["error"], told["exit_code"], *said(client, told)) from None
                raise
            changes, limits = said(client, read_told(path))
            if changes is None or limits is None:
                raise EngineFailed("The program ended without a report. Run again with --debug.")
            return changes, limits, done

    def _fault(self, client: Client, error: Exception) -> str:
        """What to report of a fault; a fault of Leaver's own is one too, so that no client stops another."""
        self._tell(client, "failed")
        if isinstance(error, LeaverError):
            return str(error)
        return f"{client.key}: unexpected {type(error).__name__} in Leaver itself. Please report it."

    def _tell(self, client: Client, stage: Stage) -> None:
        self._progress(Progress(client.key, stage))

    def _steps(self, client: Client, stage: Stage) -> Callable[[int], None]:
        return lambda count: self._progress(Progress(client.key, stage, done=count))


def _nothing_to_do(report: PreviewReport) -> bool:
    """Whether an update would leave everything as it is: then the directories are only read back."""
    changes = report.changes
    return changes is not None and not (changes.changes or changes.stale) and set(report.steps) <= {"same"}


def _exit_code(error: Exception) -> int:
    return error.exit_code if isinstance(error, LeaverError) else EXIT_DIRECTORY


def _sign_ins(live: Live) -> dict[str, tuple[SignIn, ...]]:
    return {
        name: tuple(
            SignIn(each.username, each.enabled, each.created, each.last_used)
            for each in directory.accounts.values()
        )
        for name, directory in live.items()
    }
