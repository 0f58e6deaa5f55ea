"""Who has or will have which access: what policies ask of a client's records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from leaver.lifecycle import Phase, effective_end, phase
from leaver.model import Client, GroupTerm, Person, RoleTerm, name_of

PRIVILEGED_ROLES = frozenset(
    name.casefold()
    for name in (
        "Agent ID Administrator",
        "Application Administrator",
        "Application Developer",
        "Attribute Provisioning Administrator",
        "Attribute Provisioning Reader",
        "Authentication Administrator",
        "Authentication Extensibility Administrator",
        "B2C IEF Keyset Administrator",
        "Cloud Application Administrator",
        "Cloud Device Administrator",
        "Conditional Access Administrator",
        "Directory Writers",
        "Domain Name Administrator",
        "External Identity Provider Administrator",
        "Global Administrator",
        "Global Reader",
        "Helpdesk Administrator",
        "Hybrid Identity Administrator",
        "Intune Administrator",
        "Lifecycle Workflows Administrator",
        "Partner Tier1 Support",
        "Partner Tier2 Support",
        "Password Administrator",
        "Privileged Authentication Administrator",
        "Privileged Role Administrator",
        "Security Administrator",
        "Security Operator",
        "Security Reader",
        "User Administrator",
    )
)
"""Display names of the built-in roles that Microsoft labels as privileged ("Microsoft Entra built-in roles")."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One group, role or licence that a record gives, now or later: its place in the record, and from when to when.

    `start` and `end` are None where the records set no bound.
    """

    path: tuple[str | int, ...]
    name: str
    start: datetime | None
    end: datetime | None

    @property
    def what(self) -> str:
        """`group "finance"` or `role "User Administrator"`."""
        return f'{str(self.path[1]).removesuffix("s")} "{self.name}"'


def today(client: Client, now: datetime) -> date:
    """The day at `now` where the client is."""
    return now.astimezone(ZoneInfo(client.zone)).date()


def present(person: Person, now: datetime) -> bool:
    """Whether the person has access at `now`, or will have."""
    where = phase(person, now)
    return where.has_access or where is Phase.NOT_STARTED


def people(client: Client, now: datetime) -> Iterator[tuple[str, Person]]:
    """Everybody who has access at `now`, or will have."""
    return ((key, person) for key, person in client.people.items() if present(person, now))


def group_grants(key: str, person: Person, now: datetime) -> Iterator[Grant]:
    """The groups that the person is or will be in."""
    for at, entry in enumerate(person.groups or ()):
        yield from _grant((key, "groups", at), person, entry, now)


def role_grants(key: str, person: Person, now: datetime) -> Iterator[Grant]:
    """The directory roles that the person has or will have."""
    for at, entry in enumerate(person.roles):
        yield from _grant((key, "roles", at), person, entry, now)


def licence_grants(key: str, person: Person, now: datetime) -> Iterator[Grant]:
    """The licences that the person is or will be given."""
    for at, entry in enumerate(person.licences):
        yield from _grant((key, "licences", at), person, entry, now)


def is_privileged(role: str) -> bool:
    """Whether Microsoft labels the built-in role of this display name as privileged."""
    return role.casefold() in PRIVILEGED_ROLES


def sensitive_grants(client: Client, key: str, now: datetime) -> Iterator[Grant]:
    """The groups that require an agreement and the privileged roles of a person who is or will be here."""
    person = client.people[key]
    for grant in group_grants(key, person, now):
        if client.groups[grant.name].needs_nda:
            yield grant
    for grant in role_grants(key, person, now):
        if is_privileged(grant.name):
            yield grant


def _grant(
    path: tuple[str | int, ...], person: Person, entry: str | GroupTerm | RoleTerm, now: datetime
) -> Iterator[Grant]:
    start, end = person.starts, effective_end(person)
    if not isinstance(entry, str):
        if entry.until <= now:
            return
        start = max(filter(None, (start, entry.starts)), default=None)
        end = min(filter(None, (end, entry.until)))
    if start is None or end is None or start < end:
        yield Grant(path, name_of(entry), start, end)
