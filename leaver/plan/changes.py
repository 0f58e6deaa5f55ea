"""What a change of the records changes, as values: for each client its people, groups and settings.

Nothing in here depends on the moment at which it is looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from leaver.plan.ending import Ending
from leaver.plan.timeline import Access, Shift

OVERRIDES = "overrides"
"""Where the changes of a client's settings have those of overrides.yaml."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One value of a record: its place in it (`nda.signed`), and the value before and after; None: not stated."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class AccountChange:
    """One account of a person whose record changed; `before` and `after` are usernames, None where it has none."""

    directory: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class MomentChange:
    """Something that happens by itself, and when, before and after; None: it does not.

    `kind` is the value of a `leaver.schedule.EventKind`, `what` the group's key or the role's name.
    """

    kind: str
    what: str
    before: datetime | None
    after: datetime | None


@dataclass(frozen=True, slots=True)
class PersonChange:
    """One person of a client. `record` says what became of the record itself.

    `renamed_from` is the key that the record had before. By the records of after, `remains` are the directories to
    which the person has access in the end, and `ends` is when the last access ends; None where none ever does, or
    there is none. `undecided` and `decided` say that the record stopped or began to say which groups there are.
    `adopts` and `reinstates` are what the record says now.
    """

    key: str
    name: str
    record: Literal["added", "removed", "changed", "same"]
    renamed_from: str | None
    accounts: tuple[AccountChange, ...]
    shifts: tuple[Shift, ...]
    remains: tuple[str, ...]
    ends: datetime | None
    fields: tuple[FieldChange, ...]
    before: Ending
    after: Ending
    moments: tuple[MomentChange, ...]
    undecided: bool
    decided: bool
    adopts: bool
    reinstates: bool

    def gains(self, access: Access) -> bool:
        """Whether some of that access is gained, at whatever moment."""
        return any(shift.gained and shift.item.access is access for shift in self.shifts)


@dataclass(frozen=True, slots=True)
class GroupChange:
    """One group. `name` is the display name, of after where there is one.

    `existing` says that it was there before Leaver and is never deleted; `exact`, that from now on everybody is
    removed from it whom no record puts there, which was not so before.
    """

    key: str
    name: str
    directory: str
    record: Literal["added", "removed", "changed"]
    existing: bool
    exact: bool
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class RecordDigests:
    """Short digests of the single records of after, to say later which of them differ."""

    settings: str
    groups: Mapping[str, str]
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClientChange:
    """One client. `before` and `after` are the digests of all of its records, None where it has none; `besides` are
    both without what overrides.yaml says, None where it says nothing in either state.

    `removal` is what becomes of the account of a removed record: the client's `retain` period, or "at once".
    `group_names` are the display names of the groups in the changes, by key.
    """

    key: str
    name: str
    zone: str
    before: str | None
    after: str | None
    removal: str
    records: RecordDigests
    group_names: Mapping[str, str]
    people: tuple[PersonChange, ...]
    groups: tuple[GroupChange, ...]
    settings: tuple[FieldChange, ...]
    besides: tuple[str | None, str | None] | None = None

    @property
    def nothing(self) -> bool:
        """Whether the files changed and what they say did not."""
        return not (self.people or self.groups or self.settings)
