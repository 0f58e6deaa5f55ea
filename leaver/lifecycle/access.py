"""What access the record of a person with access gives at a moment: groups and roles, some for a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leaver.model import Client, GroupTerm, Person, RoleTerm, name_of, terms


def groups_at(person: Person, now: datetime) -> tuple[str, ...] | None:
    """The keys of the groups that the record gives at `now`; None where it says nothing of groups."""
    return None if person.groups is None else _in_force(person.groups, now)


def roles_at(person: Person, now: datetime) -> tuple[str, ...]:
    """The display names of the roles that the record gives at `now`."""
    return _in_force(person.roles, now)


def on_notice(person: Person, now: datetime) -> bool:
    """Whether the notice has come; it lasts until access ends."""
    departure = person.departure
    return departure is not None and departure.notice is not None and now >= departure.notice


def notice_groups_at(client: Client, key: str, now: datetime) -> tuple[str, ...]:
    """The notice groups of the client that the person `key`, if they have access at `now`, belongs into."""
    if not on_notice(client.people[key], now):
        return ()
    homes = client.accounts(key)
    return tuple(name for name in client.settings.notice_groups if client.groups[name].directory in homes)


def term_changes(person: Person) -> Iterator[datetime]:
    """The moments at which a group or role for a time begins or ends, in no order."""
    for entries in (person.groups, person.roles):
        for _, term in terms(entries):
            yield term.until
            if term.starts is not None:
                yield term.starts


def ended_term(person: Person, name: str, now: datetime) -> datetime | None:
    """When the group (its key) or role that the record gives for a time ended; None where it did not."""
    for entries in (person.groups, person.roles):
        for _, term in terms(entries):
            if term.name == name and term.until <= now:
                return term.until
    return None


def _in_force(
    entries: Sequence[str | GroupTerm] | Sequence[str | RoleTerm], now: datetime
) -> tuple[str, ...]:
    return tuple(
        name_of(entry)
        for entry in entries
        if isinstance(entry, str) or ((entry.starts is None or entry.starts <= now) and now < entry.until)
    )
