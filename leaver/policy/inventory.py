"""The inventory of accounts: who answers for each, from when until when, and how many licences stand behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.lifecycle import effective_end
from leaver.model import Client, Departure, Level, Person, local
from leaver.model.finding import person_subject
from leaver.policy.access import Grant, group_grants, licence_grants, people, present
from leaver.policy.rule import Break, Policy


def check_shared(client: Client, now: datetime) -> Iterator[Break]:
    """Every shared or service account has an owner who is here."""
    for key, person in people(client, now):
        if person.kind == "person":
            continue
        if person.owner is None:
            yield Break("people", (key,), person_subject(key), f"is a {person.kind} account without an owner")
        elif (gone := _gone(client, person.owner, now)) is not None:
            yield Break(
                "people",
                (key, "owner"),
                person_subject(key),
                f"is a {person.kind} account, and its owner {person.owner} {gone}",
            )


def check_managers(client: Client, now: datetime) -> Iterator[Break]:
    """Everybody reports to somebody, but for those at the top: people whom others report to."""
    heads = {person.manager for _, person in people(client, now)}
    for key, person in people(client, now):
        if person.manager is None and person.kind == "person" and not person.staff and key not in heads:
            yield Break("people", (key,), person_subject(key), "has no manager")


def check_starts(client: Client, now: datetime) -> Iterator[Break]:
    """Everybody has a first day."""
    for key, person in people(client, now):
        if person.starts is None and person.kind == "person":
            yield Break("people", (key,), person_subject(key), "has no start")


def check_temporary(client: Client, now: datetime) -> Iterator[Break]:
    """Whoever is here for a time has an end."""
    temporary = {kind.casefold() for kind in client.settings.temporary}
    for key, person in people(client, now):
        kind = person.employee_type
        if kind is not None and kind.casefold() in temporary and not _ends(person):
            yield Break("people", (key, "employee type"), person_subject(key), f"is a {kind} without an end")


def check_staff(client: Client, now: datetime) -> Iterator[Break]:
    """The MSP's own people are named, and their access ends."""
    for key, person in people(client, now):
        if not person.staff:
            continue
        lacks = [
            *(["a name"] if person.name is None else []),
            *(["an account of their own"] if person.kind != "person" else []),
            *([] if _ends(person) else ["an end"]),
        ]
        if lacks:
            yield Break(
                "people", (key, "staff"), person_subject(key), f"is staff without {' and '.join(lacks)}"
            )


def check_successors(client: Client, now: datetime) -> Iterator[Break]:
    """Whoever leaves hands over: to somebody who stays before the end, and in the records from the end on."""
    leaving = {
        key: person
        for key, person in client.people.items()
        if person.disabled or person.departure is not None or person.until is not None
    }
    if not leaving:
        return
    left: dict[str, list[tuple[str, Break]]] = {key: [] for key in leaving}
    for key, person in people(client, now):
        if person.manager in left:
            found = Break("people", (key, "manager"), person_subject(key), "")
            left[person.manager].append((key, found))
    for key, group in client.groups.items():
        if group.owner in left:
            left[group.owner].append((key, Break("groups", (key, "owner"), f'group "{key}"', "")))
    for key, held in left.items():
        person = leaving[key]
        if not present(person, now):
            for _, found in held:
                yield Break(
                    found.file, found.path, found.subject, f"{_whose(found)} {found.path[1]} {key} has left"
                )
        elif held and person.departure is not None:
            yield from _handover(client, key, person.departure, [name for name, _ in held], now)


def check_seats(client: Client, now: datetime) -> Iterator[Break]:
    """No group and no licence with seats has, now or later, more people in the records than seats."""
    groups = {key: group.seats for key, group in client.groups.items() if group.seats is not None}
    licences = {
        key: licence.seats for key, licence in client.settings.licences.items() if licence.seats is not None
    }
    if not groups and not licences:
        return
    by_group: dict[str, list[Grant]] = {key: [] for key in groups}
    by_licence: dict[str, list[Grant]] = {key: [] for key in licences}
    for key, person in people(client, now):
        for found, grants in (
            (by_group, group_grants(key, person, now)),
            (by_licence, licence_grants(key, person, now)),
        ):
            for grant in grants:
                if grant.name in found:
                    found[grant.name].append(grant)
    for key, most in groups.items():
        if (said := _too_many(client, now, by_group[key], most, "members")) is not None:
            yield Break("groups", (key, "seats"), f'group "{key}"', said)
    for key, most in licences.items():
        if (said := _too_many(client, now, by_licence[key], most, "people")) is not None:
            yield Break("client", ("licences", key, "seats"), f'licence "{key}"', said)


def _too_many(client: Client, now: datetime, grants: list[Grant], most: int, whom: str) -> str | None:
    """The first moment at which more people have something than there are seats, for people."""
    for moment in sorted({now, *(each.start for each in grants if each.start and each.start > now)}):
        count = sum(_covers(each, moment) for each in grants)
        if count > most:
            bought = f"{most} seat{'' if most == 1 else 's'}"
            when = "has" if moment == now else f"will have from {local(moment, client.zone)} on"
            return f"{when} {count} {whom} for {bought}"
    return None


def _covers(grant: Grant, moment: datetime) -> bool:
    return (grant.start is None or grant.start <= moment) and (grant.end is None or moment < grant.end)


def _whose(found: Break) -> str:
    return "their" if found.file == "people" else "its"


def _ends(person: Person) -> bool:
    return person.until is not None or person.departure is not None


def _gone(client: Client, owner: str, now: datetime) -> str | None:
    person = client.people.get(owner)
    if person is None or present(person, now):
        return None
    return "has left"


def _handover(
    client: Client, key: str, departure: Departure, held: list[str], now: datetime
) -> Iterator[Break]:
    names = ", ".join(held[:5]) + (f" and {len(held) - 5} more" if len(held) > 5 else "")
    if departure.handover is None:
        fault = f"leaves without a handover, and {names} would be without one who answers for them"
        yield Break("people", (key, "departure"), person_subject(key), fault)
        return
    heir = client.people[departure.handover]
    end, leaves = effective_end(heir), departure.released or departure.at
    if not present(heir, now) or (end is not None and end <= leaves):
        fault = f"hands {names} over to {departure.handover}, who leaves first"
        yield Break("people", (key, "departure", "handover"), person_subject(key), fault)


SHARED_ACCOUNT_OWNER = Policy(
    "shared-account-owner",
    Level.MANDATORY,
    ("CIS 5.5", "NIST AC-2(9)"),
    "Every account of `kind: shared` or `kind: service` has an `owner` who has not left.",
    "Add `owner:`, the key of a person who is here or an e-mail address.",
    on_records=check_shared,
)
HAS_MANAGER = Policy(
    "has-manager",
    Level.ADVISORY,
    ("CIS 5.1", "NIST AC-2"),
    "Everybody has a manager, but for those at the top, whom others report to.",
    "Add `manager:`.",
    on_records=check_managers,
)
HAS_START = Policy(
    "has-start",
    Level.ADVISORY,
    ("CIS 5.1", "NIST AC-2"),
    "Everybody has a start.",
    "Add `starts:`.",
    on_records=check_starts,
)
CONTRACTOR_END = Policy(
    "contractor-end",
    Level.MANDATORY,
    ("CIS 6.2", "NIST PS-7"),
    "Everybody of an employee type that client.yaml names in `temporary` (by default contractor) has an end.",
    "Add `until:` with the end of the contract.",
    on_records=check_temporary,
)
STAFF_ACCESS = Policy(
    "staff-access",
    Level.MANDATORY,
    ("CIS 5.1", "NIST PS-7"),
    "The MSP's own people (`staff: true`) have a name, an account of their own, and an end.",
    "Add what is missing: `name:`, an account for each of them, `until:`.",
    on_records=check_staff,
)
LEAVER_SUCCESSOR = Policy(
    "leaver-successor",
    Level.ADVISORY,
    ("CIS 6.2", "NIST PS-4"),
    "Who reports to a leaver, and the groups that a leaver owns, pass to somebody who stays.",
    "Name somebody who stays: as `handover` of the departure, and then as `manager` or `owner`.",
    on_records=check_successors,
)
LICENCE_SEATS = Policy(
    "licence-seats",
    Level.ADVISORY,
    ("CIS 2.1", "NIST CM-10"),
    "No group and no licence has more people in the records than `seats`, now or at any later moment.",
    "Buy more and correct `seats`, or take people out.",
    on_records=check_seats,
)
