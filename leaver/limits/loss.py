"""What a run, or a change of the records, takes away from whom; and how much there was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from leaver.desired import ChangeReport, Desired, DesiredAccount, Effect

ACCOUNT = "account"


class Kind(StrEnum):
    """How something is lost."""

    REMOVED = "removed"
    """The record, or the account in it, is gone."""
    DISABLED = "disabled"
    """The record says so, otherwise than by an agreed departure."""
    MEMBERSHIP = "membership"
    """A person who keeps the account leaves a group or a role, or loses a licence, other than at an agreed end."""


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """One thing that one person loses in one directory.

    `person` is a record's key, or a username where no record names the account. `what` is "account",
    "group NAME", "role NAME" or "licence KEY". Which kind of loss it is says nothing of whether it is the same one.
    """

    client: str
    person: str
    directory: str
    what: str
    kind: Kind = field(compare=False)

    @property
    def of_account(self) -> bool:
        """Whether the whole account is lost."""
        return self.kind is not Kind.MEMBERSHIP

    @property
    def group(self) -> str:
        """The group, role or licence, with its directory."""
        return f"{self.what} in {self.directory}"

    def to_json(self) -> dict[str, str]:
        """Plain data without the client."""
        return {
            "person": self.person,
            "directory": self.directory,
            "what": self.what,
            "kind": self.kind.value,
        }

    @classmethod
    def from_json(cls, client: str, data: Mapping[str, Any]) -> Loss:
        """The reverse of `to_json`."""
        return cls(client, data["person"], data["directory"], data["what"], Kind(data["kind"]))


@dataclass(frozen=True, slots=True)
class Size:
    """How much there was before: what percentages are of."""

    people: int = 0
    """People with an enabled account."""
    groups: Mapping[str, int] = field(default_factory=dict)
    """Members by `Loss.group`."""

    @property
    def memberships(self) -> int:
        """Of all groups, roles and licences together."""
        return sum(self.groups.values())


def digest(lost: Iterable[Loss]) -> str:
    """The hash that stands for exactly these losses, in whatever order and on whatever day."""
    lines = sorted("\x00".join((each.client, each.person, each.directory, each.what)) for each in set(lost))
    return "sha256:" + sha256("\n".join(lines).encode()).hexdigest()[:32]


def losses(before: Desired, after: Desired, renamed: Mapping[str, str] | None = None) -> tuple[Loss, ...]:
    """What `after` takes away of what `before` gave, both computed for one moment.

    `renamed` has the new key of people by their old one. What ends by itself ends in both and is no loss, and
    neither is an agreed departure. Of people whose records said nothing of groups, nobody knows here whether
    they lose one: the directory does.
    """
    keys = renamed or {}
    found: list[Loss] = []
    staying: dict[tuple[str, str], tuple[str, str]] = {}
    for (person, directory), account in before.accounts.items():
        if not account.enabled:
            continue
        key = (keys.get(person, person), directory)
        kept = after.accounts.get(key)
        if kept is not None and kept.enabled:
            staying[person, directory] = key
            found += [
                Loss(after.client, key[0], directory, f"role {role}", Kind.MEMBERSHIP)
                for role in account.roles
                if role not in kept.roles
            ]
            found += [
                Loss(after.client, key[0], directory, f"licence {licence}", Kind.MEMBERSHIP)
                for licence in account.licences
                if licence not in kept.licences
            ]
        elif kept is None or not kept.phase.left:
            found.append(Loss(after.client, key[0], directory, ACCOUNT, _kind(kept)))
    for name, group in before.groups.items():
        kept_group = after.groups.get(name)
        # In another directory it is another group, whatever its key.
        stays_there = kept_group is not None and kept_group.directory == group.directory
        kept_in = {*kept_group.members, *kept_group.undecided} if kept_group and stays_there else set()
        found += [
            Loss(after.client, stays[0], group.directory, f"group {group.name}", Kind.MEMBERSHIP)
            for person in group.members
            if (stays := staying.get((person, group.directory))) is not None and stays[0] not in kept_in
        ]
    return tuple(sorted(set(found)))


def size(before: Desired) -> Size:
    """How much `before` gives."""
    groups: dict[str, int] = {
        f"group {group.name} in {group.directory}": len(group.members) for group in before.groups.values()
    }
    for account in before.accounts.values():
        for role in account.roles if account.enabled else ():
            name = f"role {role} in {account.directory}"
            groups[name] = groups.get(name, 0) + 1
        for licence in account.licences if account.enabled else ():
            name = f"licence {licence} in {account.directory}"
            groups[name] = groups.get(name, 0) + 1
    people = {account.person for account in before.accounts.values() if account.enabled}
    return Size(len(people), groups)


def losses_of(report: ChangeReport) -> tuple[Loss, ...]:
    """What a live plan takes away, as its report tells; what was agreed at its merge is no loss."""
    kinds = {
        Effect.DISABLED: Kind.DISABLED,
        Effect.DELETED: Kind.REMOVED,
        Effect.REMOVED: Kind.MEMBERSHIP,
    }
    found = set()
    for change in report.changes:
        kind = kinds.get(change.effect)
        if kind is None or change.agreed or change.subject.startswith("group "):
            continue
        if kind is Kind.DISABLED and change.gone:
            kind = Kind.REMOVED
        what = change.what if kind is Kind.MEMBERSHIP else ACCOUNT
        found.add(Loss(report.client, change.subject, change.directory, what, kind))
    return tuple(sorted(found))


def _kind(kept: DesiredAccount | None) -> Kind:
    return Kind.REMOVED if kept is None or kept.removal is not None else Kind.DISABLED
