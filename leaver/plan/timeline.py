"""What one person has as time goes on, by the records of before and of after, and where the two differ.

What the records give is constant between the moments that they name, so the difference is a set of spans of time,
and the same one whenever it is worked out. It is `leaver.desired` that is asked, so that a plan cannot name
anything else than what an apply would want.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from leaver.desired import desired
from leaver.lifecycle import changes
from leaver.model import Client

_TICK = timedelta(microseconds=1)


class Access(StrEnum):
    """What somebody may have; the order is the one in which it is told."""

    ACCOUNT = "account"
    """Sign-in to a directory."""
    GROUP = "group"
    ROLE = "role"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """One thing that a person has in one directory: the account, a group or licence (by its key), a role (by its
    name)."""

    directory: str
    access: Access
    name: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (None: from always) up to, and without, `end` (None: for good)."""

    start: datetime | None
    end: datetime | None

    def holds(self, now: datetime) -> bool:
        """Whether it is under way at `now`."""
        return (self.start is None or self.start <= now) and not self.over(now)

    def over(self, now: datetime) -> bool:
        """Whether it has ended by `now`."""
        return self.end is not None and self.end <= now


@dataclass(frozen=True, slots=True)
class Shift:
    """One thing that the person has by only one of the two records, and when.

    `gained`: by the records of after; else by those of before.
    """

    item: Item
    gained: bool
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What a person has at a moment, and the groups of which the record says nothing: in it or not, that stays."""

    items: frozenset[Item] = frozenset()
    undecided: frozenset[Item] = frozenset()


_NOTHING = _Standing()


def alone(client: Client, key: str) -> Client | None:
    """The client as if the person were the only one; None where there is no such record."""
    return replace(client, people={key: client.people[key]}) if key in client.people else None


def shifts(before: Client | None, after: Client | None) -> tuple[Shift, ...]:
    """Where two records of one person, each `alone`, give different things, sorted.

    Groups that a record names are no loss where the other says nothing of groups: who is in them stays.
    """
    moments = sorted({*_moments(before), *_moments(after)})
    starts: list[datetime | None] = [None, *moments]
    ends: list[datetime | None] = [*moments, None]
    found: dict[tuple[Item, bool], list[Span]] = {}
    for start, end in zip(starts, ends, strict=True):
        at = start or (moments[0] - _TICK if moments else _ANY)
        old, new = _standing(before, at), _standing(after, at)
        for items, gained in ((old.items - new.items - new.undecided, False), (new.items - old.items, True)):
            for item in items:
                _lengthen(found.setdefault((item, gained), []), start, end)
    return tuple(
        Shift(item, gained, tuple(spans))
        for (item, gained), spans in sorted(found.items(), key=lambda each: each[0])
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The directories to which a person has access in the end, sorted; else when the last access ends, if any."""

    remains: tuple[str, ...] = ()
    ends: datetime | None = None


def outcome(client: Client | None) -> Outcome:
    """What becomes of the access of the person of a client that is `alone`."""
    moments = sorted({*_moments(client)})
    last = sorted(_homes(_standing(client, moments[-1] if moments else _ANY)))
    if last:
        return Outcome(tuple(last))
    ends = None
    for at, end in zip([moments[0] - _TICK, *moments[:-1]] if moments else [], moments, strict=True):
        if _homes(_standing(client, at)):
            ends = end
    return Outcome(ends=ends)


def _homes(standing: _Standing) -> set[str]:
    return {item.directory for item in standing.items if item.access is Access.ACCOUNT}


_ANY = datetime.fromisoformat("2000-01-01T00:00:00+00:00")
"""Any moment will do for records in which nothing ever changes."""


def _lengthen(spans: list[Span], start: datetime | None, end: datetime | None) -> None:
    if spans and spans[-1].end == start:
        spans[-1] = Span(spans[-1].start, end)
    else:
        spans.append(Span(start, end))


def _moments(client: Client | None) -> Iterator[datetime]:
    for person in client.people.values() if client else ():
        yield from changes(person)


def _standing(client: Client | None, at: datetime) -> _Standing:
    if client is None:
        return _NOTHING
    wanted = desired(client, at)
    items = set()
    for account in wanted.accounts.values():
        if account.enabled:
            items.add(Item(account.directory, Access.ACCOUNT))
            items |= {Item(account.directory, Access.ROLE, role) for role in account.roles}
            items |= {Item(account.directory, Access.LICENCE, licence) for licence in account.licences}
    groups = {key: Item(group.directory, Access.GROUP, key) for key, group in wanted.groups.items()}
    items |= {groups[key] for key, group in wanted.groups.items() if group.members}
    undecided = {groups[key] for key, group in wanted.groups.items() if group.undecided}
    return _Standing(frozenset(items), frozenset(undecided))
