"""How much may be taken away, what may never be, and what was allowed beyond it.

The bounds of a client stand in client.yaml (`limits`, `protected`), those over all clients in
identities/limits.yaml, and what is allowed once beyond them in identities/<client>/overrides.yaml.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from leaver.model.types import Count, Key, Moment, Owner, Record, Text

LONGEST_OVERRIDE = timedelta(days=7)
"""How far ahead an override may expire."""
HASH_PATTERN = r"^sha256:[0-9a-f]{32}$"
PLAN_PATTERN = r"^sha256:[0-9a-f]{64}$"

LossHash = Annotated[str, StringConstraints(pattern=HASH_PATTERN)]
"""The hash of a set of losses (leaver.limits), as a refusal prints it."""
PlanHash = Annotated[str, StringConstraints(pattern=PLAN_PATTERN)]
"""The approval of a plan (leaver.plan), as a refusal prints it."""


class Bound(Record):
    """How many may go; both bounds hold, and a few are always allowed."""

    removals: Count = Field(ge=0, le=100_000)
    """How many at most."""
    percent: Count = Field(ge=0, le=100)
    """How many at most, as a share of those there are."""


class DayLimits(Record):
    """The same over any 24 hours, however many runs they have."""

    removals: Count = Field(default=20, ge=0, le=100_000)
    """How many people may lose an account."""
    percent: Count = Field(default=30, ge=0, le=100)
    """The same as a share of the client's people."""
    memberships: Bound = Bound(removals=120, percent=30)
    """How many group memberships and roles people who stay may lose."""
    group: Bound = Bound(removals=40, percent=60)
    """The same of any one group or role."""


class Limits(Record):
    """How much one run may take away before it is refused (CIS Controls v8 6; both bounds hold)."""

    removals: Count = Field(default=10, ge=0, le=100_000)
    """How many people may lose an account in one run, removed or disabled, other than by an agreed departure."""
    percent: Count = Field(default=20, ge=0, le=100)
    """The same as a share of the client's people; two people are always allowed."""
    memberships: Bound = Bound(removals=60, percent=20)
    """How many group memberships and roles people who stay may lose in one run; ten are always allowed."""
    group: Bound = Bound(removals=25, percent=50)
    """The same of any one group or role; three are always allowed."""
    day: DayLimits = DayLimits()
    """How much any 24 hours may take away."""


class AllDayLimits(Record):
    """The same over any 24 hours."""

    removals: Count = Field(default=100, ge=0, le=1_000_000)
    """How many people may lose an account."""
    percent: Count = Field(default=10, ge=0, le=100)
    """The same as a share of all clients' people."""
    memberships: Bound = Bound(removals=600, percent=10)
    """How many group memberships and roles people who stay may lose."""


class AllLimits(Record):
    """How much may be taken away over all clients together; it protects against what no client's bound sees."""

    removals: Count = Field(default=50, ge=0, le=1_000_000)
    """How many people may lose an account in one run, removed or disabled, other than by an agreed departure."""
    percent: Count = Field(default=5, ge=0, le=100)
    """The same as a share of all clients' people; ten people are always allowed."""
    memberships: Bound = Bound(removals=300, percent=5)
    """How many group memberships and roles people who stay may lose in one run; fifty are always allowed."""
    day: AllDayLimits = AllDayLimits()
    """How much any 24 hours may take away."""


class HeldRole(Record):
    """A directory role that must not be left without holders."""

    role: Text
    """The role's display name, such as Global Administrator."""
    at_least: Count = Field(default=2, ge=1, le=100)
    """How many people hold it, whose own access has no agreed end."""
    holders: tuple[Key, ...] = ()
    """The keys of people who must be among them."""


class Protected(Record):
    """What no change by Leaver may take away, not even a release."""

    accounts: tuple[Owner, ...] = ()
    """Break-glass accounts, by username or by a person's key: never disabled, deleted, stripped or cut."""
    roles: tuple[HeldRole, ...] = ()
    """Directory roles that keep their holders."""


class Override(Record):
    """One run may exceed the limits by exactly these losses, once."""

    losses: LossHash
    """The hash that the refusal prints: it stands for exactly these people, groups and roles."""
    plan: PlanHash | None = None
    """The approval of the plan that has them, as `leaver preview --since` prints it; with it, no other plan may."""
    reason: Text
    """Why it is meant."""
    expires: Moment
    """From this moment on it is void; at most seven days ahead."""

    def allows(self, losses: str, plan: str | None, now: datetime) -> bool:
        """Whether it allows these losses at `now`; `plan` is the approval of their plan, None where none is known."""
        known = plan is None or self.plan in (None, plan)
        return known and self.losses == losses and now < self.expires <= now + LONGEST_OVERRIDE

    @property
    def name(self) -> str:
        """What tells it from every other one: the same losses may have to be allowed again later."""
        return f"{self.losses} until {self.expires.astimezone(UTC).isoformat()}"
