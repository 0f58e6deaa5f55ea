"""One line of evidence: what was seen, done or said about a person's access, when, and on whose word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entry tells of."""

    BEFORE = "before"
    """What the person had before the first step: the before-image. `seen` holds it, without secrets."""
    CUT = "cut"
    """One directory's account disabled and its sessions revoked, both read back."""
    STEP = "step"
    """One step of the runbook in one directory."""
    DEPARTURE = "departure"
    """A whole departure: `outcome` is done when every step, task and directory is."""
    TASK = "task"
    """A task by hand that somebody ticked."""
    WORD = "word"
    """A release, hold, cancel or reinstate that was given."""
    APPLY = "apply"
    """One client's whole run: what was changed and read back."""
    VERIFICATION = "verification"
    """What a later look at a departed person's access showed."""
    OVERRIDE = "override"
    """A limit was exceeded because an override in the records allowed it."""
    LETTER = "letter"
    """An exit letter was written: `seen` has the SHA-256 of the file, and nothing of what is in it."""
    RETURN = "return"
    """A deleted account was restored for somebody who comes back: first, without an outcome, that it will be asked
    for, and then what came of it. `seen` names the account, and is why the next run knows it as theirs."""
    CHAIN = "chain"
    """Something happened to the evidence itself, and was not passed over in silence. `step` says what: `torn` (a
    line that a kill or a full disk cut off was moved aside), `missing` (lines that had been written are gone),
    `headless` (the checkpoint was gone)."""


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    ALREADY = "already"
    SKIPPED = "skipped"
    FAILED = "failed"
    UNVERIFIED = "unverified"

    @property
    def good(self) -> bool:
        """Whether nothing is left to do."""
        return self in (Outcome.DONE, Outcome.ALREADY, Outcome.SKIPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened; the store adds its place in the chain.

    Moments are aware. `seen` is JSON (texts, numbers, booleans, None, lists, mappings with text keys) and never
    holds a secret. `person` and `directory` are the records' keys.
    """

    kind: Kind
    client: str
    at: datetime
    """When it happened, by Leaver's clock."""
    person: str | None = None
    directory: str | None = None
    step: str | None = None
    """The step's name, the task's key, or the word that was given."""
    outcome: Outcome | None = None
    why: str = ""
    agreed: datetime | None = None
    """The agreed moment of the departure."""
    asked_by: str | None = None
    """Who asked for it: the author of the change of the records, or the operator of the command."""
    approved_by: tuple[str, ...] = ()
    """Who approved it, from git and the forge's variables."""
    commit: str | None = None
    plan: str | None = None
    """The hash of the plan that was approved."""
    seen: Mapping[str, Any] = field(default_factory=dict)
    """What was read back."""
    request_id: str | None = None
    """The directory's own ID of the last request."""
    directory_date: datetime | None = None
    """The directory's clock, from its last answer."""

    @property
    def lateness(self) -> timedelta | None:
        """How long after the agreed moment it happened; None without one."""
        return None if self.agreed is None else self.at - self.agreed
