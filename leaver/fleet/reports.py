"""What a run over clients comes back with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from leaver.desired import ChangeReport, PolicyBreak
from leaver.errors import EXIT_CLEAN
from leaver.evidence.keep import Kept
from leaver.limits import Judgement

Stage = Literal[
    "waiting", "loading", "previewing", "restoring", "refreshing", "applying", "verifying", "done", "failed"
]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the run of one client stands; `done` resource steps of `total`, 0 where unknown."""

    client: str
    stage: Stage
    done: int = 0
    total: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that a directory shows and the records do not want, or the other way round."""

    subject: str
    """A person key, the username of an account that no record names, or `group NAME`."""
    directory: str
    what: str
    wanted: str
    found: str

    def __str__(self) -> str:
        return f"{self.subject} in {self.directory}: {self.what}: wanted {self.wanted}, found {self.found}"


@dataclass(frozen=True, slots=True)
class PreviewReport:
    """The preview of one client: the change report, or the fault that stopped it."""

    client: str
    changes: ChangeReport | None = None
    steps: Mapping[str, int] = field(default_factory=dict)
    """The engine's own count of resources by what it would do to them (same, create, update, delete, …)."""
    error: str = ""
    exit_code: int = EXIT_CLEAN
    """What a command should end with because of `error`."""
    limits: Judgement | None = None
    """What the limits say of it."""

    @property
    def ok(self) -> bool:
        """Whether there is a preview, and it may be applied."""
        return not self.error

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "client": self.client,
            "ok": self.ok,
            "error": self.error,
            "steps": dict(self.steps),
            **({"report": self.changes.to_json()} if self.changes else {}),
            **({"limits": self.limits.to_json()} if self.limits else {}),
        }


@dataclass(frozen=True, slots=True)
class VerifyReport:
    """What the directories of one client show against what is desired."""

    client: str
    accounts: int = 0
    groups: int = 0
    differences: tuple[Difference, ...] = ()
    error: str = ""
    policies: tuple[PolicyBreak, ...] = ()
    """What the use of the accounts breaks; the directories are as desired nevertheless."""
    departed: tuple[str, ...] = ()
    """Whose access has to be ended: those whom the evidence tells of."""
    evidence: Kept = field(default_factory=Kept)
    """What became of the evidence of this look; empty where it leaves none."""

    @property
    def ok(self) -> bool:
        """Whether everything was read, and is as desired."""
        return not self.error and not self.differences

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {**asdict(self), "ok": self.ok, "evidence": self.evidence.to_json()}


@dataclass(frozen=True, slots=True)
class ApplyReport:
    """The apply of one client.

    `verified` says success only of what was read back; `partial` that the engine was content and the directory
    is not as desired, or could not be read; `failed` that the engine failed; `refused` that nothing was changed.
    """

    client: str
    outcome: Literal["verified", "partial", "failed", "refused"]
    changes: ChangeReport | None = None
    steps: Mapping[str, int] = field(default_factory=dict)
    verification: VerifyReport | None = None
    error: str = ""
    exit_code: int = EXIT_CLEAN
    """What a command should end with because of `error`."""
    evidence: Kept = field(default_factory=Kept)
    """What became of the evidence of this run."""

    @property
    def ok(self) -> bool:
        """Whether everything is done and verified."""
        return self.outcome == "verified"

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "client": self.client,
            "outcome": self.outcome,
            "error": self.error,
            "steps": dict(self.steps),
            **({"report": self.changes.to_json()} if self.changes else {}),
            **({"verification": self.verification.to_json()} if self.verification else {}),
            "evidence": self.evidence.to_json(),
        }
