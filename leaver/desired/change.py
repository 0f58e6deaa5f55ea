"""What a run changes, said of people: who gains and who loses what, in which directory, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from leaver.errors import LeaverError


class Effect(StrEnum):
    """What happens; the order is the order in which a reviewer wants to read it."""

    DISABLED = "disabled"
    """The account ends: disabled (Entra) or suspended (Okta)."""
    DELETED = "deleted"
    """The account is deleted."""
    REMOVED = "removed"
    """The account leaves a group or a role."""
    STEPS = "steps"
    """Steps of the runbook are taken."""
    RESTORED = "restored"
    """An account that was deleted comes back, disabled, because its record says `reinstate`."""
    CREATED = "created"
    """A new account."""
    ENABLED = "enabled"
    """An account that the directory shows disabled is enabled, because its record says `reinstate`."""
    ADOPTED = "adopted"
    """An account or group that existed comes under Leaver's care."""
    ADDED = "added"
    """The account joins a group or a role."""
    CHANGED = "changed"
    """An attribute changes."""
    RENAMED = "renamed"
    """The record has another key: the account stays what it is."""


TAKES_AWAY = frozenset({Effect.DISABLED, Effect.DELETED, Effect.REMOVED})
SEPARATOR = "; "
"""Between the steps of the runbook that one change names."""


@dataclass(frozen=True, slots=True)
class Change:
    """One effect on one subject.

    `subject` is a person key, or the username of an account that no record names, or `group NAME` for a group as
    a whole. `what` completes the sentence (a group's name, an attribute with both values); `why` gives the
    reason and the moment where there is one.
    """

    subject: str
    directory: str
    effect: Effect
    what: str
    why: str = ""
    agreed: bool = False
    """It was approved at its merge (a departure, a term that ends), or follows from a change that is named too:
    no limit counts it."""
    gone: bool = False
    """The record is gone."""

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Sort by effect, then by subject."""
        return (list(Effect).index(self.effect), self.subject, self.directory, self.what)


@dataclass(frozen=True, slots=True)
class Restored:
    """A deleted account that is restored before the engine runs; `account` is its ID."""

    person: str
    directory: str
    username: str
    account: str


@dataclass(frozen=True, slots=True)
class PolicyBreak:
    """What breaks a policy, in one line."""

    policy: str
    mandatory: bool
    text: str


@dataclass(frozen=True, slots=True)
class ChangeReport:
    """What one run of one client does, in people's terms."""

    client: str
    name: str
    zone: str
    now: str
    """ISO 8601, UTC."""
    next_change: str | None
    people: int
    accounts: int
    groups: int
    changes: tuple[Change, ...]
    notices: tuple[str, ...]
    stale: tuple[str, ...]
    """Type and logical name, `type name`, of resources to refresh before the run."""
    policies: tuple[PolicyBreak, ...] = ()
    """What the resources that the run declares break of the policies."""
    restores: tuple[Restored, ...] = ()
    """What is done before the engine runs, and what the rest of the report takes for done."""

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ChangeReport:
        """The reverse of `to_json`."""
        changes = tuple(Change(**{**item, "effect": Effect(item["effect"])}) for item in data["changes"])
        broken = tuple(PolicyBreak(**item) for item in data.get("policies", ()))
        restores = tuple(Restored(**item) for item in data.get("restores", ()))
        lists = {name: tuple(data[name]) for name in ("notices", "stale")}
        return cls(**{**data, **lists, "changes": changes, "policies": broken, "restores": restores})


class NotApproved(LeaverError):
    """A run would do what its approved preview did not name."""


def refuse_unapproved(report: ChangeReport, approved: ChangeReport) -> None:
    """Hold a report against the approved one (invariant 6); doing less than was approved is fine.

    Raises:
        NotApproved: names every effect that was not approved.
    """
    allowed = {(change.subject, change.directory, change.effect, change.what) for change in approved.changes}
    # Nobody sees all of a deleted account, so what its attributes were is not in the preview of a restore; what they
    # become is in the record.
    restored = {(each.person, each.directory) for each in approved.restores}
    extra = [
        change
        for change in report.changes
        # What is done for somebody who has left was approved when the departure was.
        if not (change.effect is Effect.STEPS and change.agreed)
        and not (change.effect is Effect.CHANGED and (change.subject, change.directory) in restored)
        and (change.subject, change.directory, change.effect, change.what) not in allowed
    ]
    if extra:
        listing = "\n".join(
            f"  {change.subject} in {change.directory}: {change.effect} {change.what}" for change in extra
        )
        raise NotApproved(
            f"{report.client}: the directory or the records changed since the preview; not approved:\n{listing}\n"
            "Preview again."
        )
