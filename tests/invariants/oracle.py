"""What the invariants say, worked out from the records in another way than the product does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from leaver.desired import Desired
from leaver.model import Client, Limits, Person
from tests.examples import examples

PROFILE = examples(70)


def unlimited(client: Client) -> Client:
    """The client with limits that no run reaches: a refused run would show nothing of other invariants."""
    limits = Limits(removals=100_000, percent=100)
    return replace(client, settings=client.settings.model_copy(update={"limits": limits}))


def ends(person: Person) -> datetime | None:
    """From when the record lets the person have nothing, other than by `disabled`."""
    departure = person.departure
    if departure is None:
        return person.until
    if departure.hold is None or departure.hold == "none":
        return departure.at
    return departure.released


def access(wanted: Desired, person: str) -> set[tuple[str, ...]]:
    """Everything that the person has: accounts that are enabled, groups, roles and licences, each by directory."""
    found: set[tuple[str, ...]] = set()
    for (key, directory), account in wanted.accounts.items():
        if key == person:
            found |= {("account", directory)} if account.enabled else set()
            found |= {("role", directory, role) for role in account.roles}
            found |= {("licence", directory, licence) for licence in account.licences}
    for group in wanted.groups.values():
        if person in group.members:
            found.add(("group", group.directory, group.key))
        if person in group.undecided:
            found.add(("undecided", group.directory, group.key))
    return found


def with_person(client: Client, key: str, **changes: Any) -> Client:
    """`client` with fields of one person changed; nothing is validated again."""
    return replace(client, people={**client.people, key: client.people[key].model_copy(update=changes)})


def shuffled(client: Client, random: Any) -> Client:
    """The same records in another order."""

    def mixed(records: Any) -> dict[str, Any]:
        items = list(records.items())
        random.shuffle(items)
        return dict(items)

    return replace(client, people=mixed(client.people), groups=mixed(client.groups))
