"""What a report of one departure says, before it has any form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from leaver.evidence.entry import Outcome
from leaver.evidence.report.facts import Facts
from leaver.evidence.verify import Findings


class Verdict(StrEnum):
    """What a departure came to."""

    COMPLETE = "complete"
    """Access ended everywhere, every step and task is done, and all of it was read back."""
    OPEN = "open"
    """Something is still to be done, and nothing has failed."""
    PARTIAL = "partial"
    """Something failed, or was found undone again."""
    UNVERIFIED = "unverified"
    """Something could not be read back, or the evidence itself cannot be trusted."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a departure is not complete."""

    verdict: Verdict
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What one entry of the evidence says of how something ended. `number` is its place in the chain."""

    directory: str = ""
    outcome: Outcome | None = None
    """None: there is no entry."""
    why: str = ""
    at: datetime | None = None
    """By Leaver's clock."""
    directory_date: datetime | None = None
    """By the directory's own clock, from its answer."""
    request_id: str | None = None
    seen: Mapping[str, Any]
    number: int = 0
    sha256: str = ""

    @property
    def good(self) -> bool:
        return self.outcome is not None and self.outcome.good


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Read):
    """The end of access in one directory. `at` is of the first cut that was read back, if there is one."""

    username: str = ""
    lateness: timedelta | None = None
    """From the moment on which there was to be no access to the cut; negative when it came before."""
    at_the_latest: bool = False
    """Nothing tells when access ended; a check found it ended by then."""
    exposure: timedelta = timedelta()
    """How long the person had access that nobody wanted them to have; it grows until the cut."""

    @property
    def absent(self) -> bool:
        """The directory had no account of this name: nothing was ended, and one that was renamed may be open."""
        return self.outcome is Outcome.SKIPPED


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine(Read):
    """One step in one directory, as it was last seen. `tries` counts its entries."""

    step: str
    title: str
    tries: int = 1
    once: bool = False
    """It was not read back, as the directory cannot be asked; it confirmed the call."""
    checked: bool = False
    """The last word on it is that of a later verification."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLine:
    """One task by hand."""

    key: str
    title: str
    owner: str | None = None
    due: datetime | None = None
    done: datetime | None = None
    by: str | None = None
    why: str = ""
    number: int = 0
    outcome: Outcome | None = None

    @property
    def open(self) -> bool:
        return self.outcome is None or not self.outcome.good

    def overdue(self, now: datetime) -> bool:
        return self.open and self.due is not None and self.due < now


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """What the person had in one directory before the first step, of one sort."""

    directory: str
    what: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Read):
    """A later look."""

    step: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Something on the timeline. `mark` says what it is to the picture."""

    at: datetime
    label: str
    detail: str = ""
    mark: str = "word"
    """word, due, cut, done, bad or check."""
    directory: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DepartureReport:
    """One departure, as the evidence tells it at the moment `made`."""

    facts: Facts
    made: datetime
    findings: Findings
    how_to_verify: str
    """The command."""
    verdict: Verdict
    reasons: tuple[Reason, ...]
    due: datetime | None
    """From when there was to be no access."""
    released: bool
    """A word was given for it."""
    ended: datetime | None
    """When the last directory was cut and read back; None while one is not."""
    exposure: timedelta
    cuts: tuple[Cut, ...]
    steps: tuple[StepLine, ...]
    tasks: tuple[TaskLine, ...]
    had: tuple[Had, ...]
    checks: tuple[Check, ...]
    points: tuple[Point, ...]
    asked_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    commits: tuple[str, ...]
    plans: tuple[str, ...]
    entries: int
    """How many entries of the chain it is made of."""
    earlier: int = 0
    """How many departures of the same person came before it, each ended by a reinstatement."""
    reinstated: datetime | None = None

    @property
    def lateness(self) -> timedelta | None:
        """From the moment on which there was to be no access to the last cut; None while one is missing."""
        return self.ended - self.due if self.ended is not None and self.due is not None else None

    @property
    def counted_from(self) -> str:
        """What lateness is counted from: the release where a hold waited for one, else the agreed moment."""
        word = self.facts.released
        is_word = word is not None and word.at == self.due
        is_release = self.released and (is_word or self.facts.agreed != self.due)
        return "the release" if is_release else "the agreed moment"

    @property
    def open_tasks(self) -> tuple[TaskLine, ...]:
        return tuple(task for task in self.tasks if task.open)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is no fault, and should be known by whoever relies on the report."""
        return self.findings.notes
