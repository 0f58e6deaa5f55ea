"""The plan of one run: what the program will declare, decided before anything is declared.

A pure function of the records' desired state, of what the directories show and of the last state. The engine
only ever sees its result, so plain `pulumi up` is as careful as `leaver apply`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from leaver.errors import LeaverError
from leaver.program.returning import Restore

Kind = Literal["entra", "okta"]


@dataclass(frozen=True, slots=True, order=True)
class NewAccount:
    """Stands for the ID of an account that this very run creates."""

    person: str
    directory: str


Member = str | NewAccount
"""An account by its directory ID, or one to be created."""


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    """One azuread User or okta User to declare; `inputs` are the SDK's arguments."""

    person: str
    directory: str
    kind: Kind
    inputs: Mapping[str, Any]
    id: str | None
    """The directory's ID; None for an account to be created."""
    known: bool
    """Whether the last state has it; if not and it exists, it is imported."""
    ignore: tuple[str, ...]
    """The properties that the engine leaves as the last state has them."""
    protect: bool
    manager: Member | None = None
    gone: str | None = None
    """The resource ID of an account that the last state has and the directory does not."""

    @property
    def new(self) -> bool:
        """Whether this run creates the account."""
        return self.id is None and self.gone is None

    @property
    def name(self) -> str:
        """The logical name."""
        return f"{self.person}/{self.directory}"


@dataclass(frozen=True, slots=True)
class PlannedGroup:
    """One group to declare, with its members where they are declared as a whole."""

    key: str
    directory: str
    kind: Kind
    inputs: Mapping[str, Any]
    id: str | None
    known: bool
    declared: bool
    """Whether the group itself is a resource; one that existed and is additive is not."""
    members: tuple[Member, ...] | None
    """None: memberships are declared one by one, or not at all."""
    exact: bool
    import_members: bool
    """Okta: the group has members that no state knows, so the memberships are imported before they are changed."""
    keep: bool
    """The group existed before Leaver: it is let go of, never deleted."""

    @property
    def name(self) -> str:
        """The logical name."""
        return f"group/{self.key}"


@dataclass(frozen=True, slots=True)
class PlannedMembership:
    """One azuread GroupMember: a person in an additive group."""

    person: str
    directory: str
    group: str
    """The group's key."""
    group_id: str | None
    """None: the group is created by this run."""
    member: Member
    exists: bool
    """Whether the directory shows the membership already: then it is imported."""
    let_go: bool = False
    """The group is exact by now and says itself who is in it: the engine forgets the membership at the next run."""

    @property
    def name(self) -> str:
        """The logical name."""
        return f"{self.person}/{self.directory}/{self.group}"


@dataclass(frozen=True, slots=True)
class PlannedRole:
    """One azuread DirectoryRoleAssignment."""

    person: str
    directory: str
    role: str
    member: Member
    assignment: str | None
    """The ID of the assignment where the directory shows one: then it is imported."""

    @property
    def name(self) -> str:
        """The logical name."""
        return f"{self.person}/{self.directory}/role/{slug(self.role)}"


@dataclass(frozen=True, slots=True)
class PlannedLicence:
    """One leaver:index:Licence: a licence that an account is given directly."""

    person: str
    directory: str
    licence: str
    """The key in client.yaml."""
    sku: str
    """The product's ID, or its part number where the tenant does not show it."""
    member: Member
    held: bool
    """Whether the directory shows the account with it already: then nothing is sent."""
    instead: tuple[str, ...] = ()
    """IDs of products that this run takes from the account: in the same call, since two may exclude each other."""
    left: bool = False
    """Whether the account has no access any more, and the licence is the runbook's to take, or to leave."""
    was: str | None = None
    """The logical name by which the last state has this assignment, where that is another one."""

    @property
    def name(self) -> str:
        """The logical name."""
        return licence_name(self.person, self.directory, self.licence)


@dataclass(frozen=True, slots=True)
class PlannedDeparture:
    """One leaver:index:Departure; `inputs` are its properties, without `account` where this run makes the account."""

    person: str
    directory: str
    inputs: Mapping[str, Any]
    to_do: tuple[str, ...]
    """What this run is expected to do, as orders; empty when everything is so already."""
    groups: tuple[str, ...] = ()
    """The keys of the groups that this run takes the account out of, which must be over before."""

    @property
    def name(self) -> str:
        """The logical name."""
        return f"{self.person}/{self.directory}/departure"


@dataclass(frozen=True, slots=True, order=True)
class Notice:
    """Something that a reviewer must know and that no resource shows."""

    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.text}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that one run declares for one client."""

    client: str
    people: Mapping[str, Mapping[str, str]]
    """Person key → directory key → since when the record is gone, and until when its account is kept (ISO 8601,
    `SINCE/UNTIL`); empty for the rest."""
    lost: Mapping[str, Mapping[str, str]]
    """Person key → directory key → ID of an account that its directory no longer shows: not made anew."""
    accounts: tuple[PlannedAccount, ...]
    groups: tuple[PlannedGroup, ...]
    memberships: tuple[PlannedMembership, ...]
    roles: tuple[PlannedRole, ...]
    licences: tuple[PlannedLicence, ...]
    departures: tuple[PlannedDeparture, ...]
    notices: tuple[Notice, ...]
    renamed: Mapping[str, str]
    """The key that a person had before, by the one that they have: their resources are kept under it."""
    stale: tuple[tuple[str, str], ...]
    """(type, logical name) of resources whose last state differs from the directory in a way that hides work
    from the engine: they must be refreshed before the run can do what it plans."""
    restores: tuple[Restore, ...] = ()
    """Deleted accounts that `leaver apply` restores before the engine runs; they are not declared until then."""


class PlanError(LeaverError):
    """The records and the directories cannot be brought together; every reason, one a line."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = tuple(sorted(reasons))
        super().__init__("\n".join(self.reasons))


def licence_name(person: str, directory: str, licence: str) -> str:
    """The logical name of a licence of an account."""
    return f"{person}/{directory}/licence/{licence}"


def slug(text: str) -> str:
    """A display name as a part of a logical name."""
    return "-".join("".join(c if c.isalnum() else " " for c in text.lower()).split())
