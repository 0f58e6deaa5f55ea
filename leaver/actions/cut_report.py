"""What a cut came to, directory by directory, and what is left to do by hand where it failed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from leaver.actions.types import Outcome
from leaver.model import EntraSettings, OktaSettings

CutResult = Literal["cut", "absent", "unverified", "failed", "protected"]


@dataclass(frozen=True, slots=True)
class DirectoryCut:
    """One account.

    `cut`: disabled, and its sessions revoked, both read back. `absent`: the directory has no account of this
    username. `unverified`: it was asked for, and the directory does not show it. `failed`: it was not done.
    `protected`: it is a break-glass account, which Leaver does not touch.
    `was` is the status before. `at` (own clock) and `directory_at` (the directory's Date, whole seconds) are
    of the last reading, `seconds` from the start of the cut to it; all None or 0 unless `cut`.
    `notes` is what a person has to know or do although it worked, `by_hand` what to do as it did not.
    """

    client: str
    directory: str
    username: str
    result: CutResult
    why: str = ""
    was: str | None = None
    steps: tuple[Outcome, ...] = ()
    at: datetime | None = None
    directory_at: datetime | None = None
    seconds: float = 0.0
    tries: int = 1
    notes: tuple[str, ...] = ()
    by_hand: str | None = None

    @property
    def place(self) -> str:
        """`<client>/<directory>`."""
        return f"{self.client}/{self.directory}"

    @property
    def verified(self) -> bool:
        """Whether access ended, and every further step of the client's policy was read back too."""
        return self.result == "cut" and all(step.verified for step in self.steps)

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "directory": self.directory,
            "username": self.username,
            "result": self.result,
            "why": self.why,
            "was": self.was,
            "at": _iso(self.at),
            "directoryAt": _iso(self.directory_at),
            "seconds": round(self.seconds, 3),
            "tries": self.tries,
            "steps": [
                {
                    "step": step.step,
                    "result": step.result,
                    "why": step.why,
                    "seen": step.seen,
                    "requestId": step.request_id,
                    "date": _iso(step.date),
                }
                for step in self.steps
            ],
            "notes": list(self.notes),
            "byHand": self.by_hand,
        }


@dataclass(frozen=True, slots=True)
class CutReport:
    """One person at one client; `cuts` has every directory in which their record has an account."""

    client: str
    person: str
    started: datetime
    cuts: tuple[DirectoryCut, ...]

    @property
    def verified(self) -> bool:
        """Whether access ended in every directory, and was read back there."""
        return bool(self.cuts) and all(each.verified for each in self.cuts)

    @property
    def failed(self) -> bool:
        """Whether a directory has the account, and did not or may not have ended its access."""
        return any(not each.verified and each.result not in ("absent", "protected") for each in self.cuts)

    @property
    def at(self) -> datetime | None:
        """When the last directory was read back (own clock); None unless `verified`."""
        return max((each.at for each in self.cuts if each.at), default=None) if self.verified else None

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "person": self.person,
            "started": self.started.isoformat(),
            "verified": self.verified,
            "at": _iso(self.at),
            "directories": [each.to_json() for each in self.cuts],
        }


@dataclass(frozen=True, slots=True)
class Trouble:
    """A directory failed once more; `again_in` is in seconds, None when it will not be tried again."""

    cut: DirectoryCut
    again_in: float | None


def by_hand(settings: EntraSettings | OktaSettings, username: str) -> str:
    """What a person with administrator's rights does in the vendor's own console to end this access now."""
    if isinstance(settings, EntraSettings):
        return (
            f"entra.microsoft.com (tenant {settings.tenant}), Users, {username}: "
            "Edit properties, Account enabled off, Save; then Revoke sessions."
        )
    return (
        f"https://{settings.org}-admin.{settings.base_url}, Directory, People, {username}: "
        "More Actions, Suspend; then More Actions, Clear User Sessions."
    )


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
