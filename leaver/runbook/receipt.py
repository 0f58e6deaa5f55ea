"""What one step came to, and its form as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leaver.evidence import Entry, Kind, Outcome
from leaver.runbook.step import Case


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one step saw and did: `done` is said of what was read back, `unverified` of what was not."""

    step: str
    title: str
    outcome: Outcome
    why: str = ""
    """Why it was skipped, failed or stayed unverified; and what to know where it is done."""
    left: tuple[str, ...] = ()
    """What is still not as it should be, by name."""
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What was read before and after: JSON, no secret."""
    request_id: str | None = None
    """The directory's own ID of the last answer."""
    date: datetime | None = None
    """The directory's clock, by the last answer."""
    at: datetime
    """When the step was over, by Leaver's clock."""

    def __str__(self) -> str:
        why = f": {self.why}" if self.why else ""
        return f"{self.title}: {self.outcome.value}{why}"

    def entry(self, case: Case) -> Entry:
        """The receipt as a line of the evidence."""
        return Entry(
            kind=Kind.STEP,
            client=case.client,
            person=case.person,
            directory=case.directory,
            step=self.step,
            outcome=self.outcome,
            why=self.why,
            agreed=case.cut if case.departure else None,
            seen=self.seen,
            request_id=self.request_id,
            directory_date=self.date,
            at=self.at,
        )


def before(case: Case, pictures: Mapping[str, Any], at: datetime) -> Entry:
    """The before-image: what the person has, by the steps that would take it."""
    return Entry(
        kind=Kind.BEFORE,
        client=case.client,
        person=case.person,
        directory=case.directory,
        agreed=case.cut if case.departure else None,
        seen={"account": case.account, "username": case.username, "has": dict(pictures)},
        at=at,
    )
