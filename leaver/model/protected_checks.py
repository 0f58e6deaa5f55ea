"""The rules between records about what is protected: found in the pull request, not on the night."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client
from leaver.model.finding import Finding, person_subject, unknown
from leaver.model.limits import HeldRole
from leaver.model.person import Person
from leaver.model.protected import is_protected


def check_protected(client: Client) -> Iterator[Finding]:
    """A protected account that a key names has a record, and no record of one ends or is disabled."""
    for at, name in enumerate(client.settings.protected.accounts):
        if "@" not in name and name not in client.people:
            yield unknown(
                "client",
                ("protected", "accounts", at),
                f'client "{client.key}"',
                "protected person",
                name,
                client.people,
                "write a username",
            )
    if not client.settings.protected.accounts:
        return
    for key, person in client.people.items():
        usernames = [client.username(key, directory) or "" for directory in client.accounts(key)]
        field = ending(person)
        if field is not None and is_protected(client, key, usernames):
            yield Finding(
                "people",
                (key, field),
                person_subject(key),
                f"is a protected account, and has `{field}`",
                f"Remove `{field}`, or take the account out of `protected.accounts` in client.yaml first.",
            )


def check_held_roles(client: Client) -> Iterator[Finding]:
    """A role that must keep its holders has them in the records: people who do not leave."""
    for at, rule in enumerate(client.settings.protected.roles):
        path = ("protected", "roles", at)
        subject = f'client "{client.key}"'
        for number, name in enumerate(rule.holders):
            if name not in client.people:
                yield unknown(
                    "client", (*path, "holders", number), subject, "holder", name, client.people,
                    "remove it",
                )  # fmt: skip
            elif not _holds(client.people[name], rule):
                yield Finding(
                    "client",
                    (*path, "holders", number),
                    subject,
                    f'wants "{name}" to hold the role {rule.role}, and the record does not give it for good',
                    f"Add the role to the record of {name}, remove what ends the record, or name another holder.",
                )
        count = sum(_holds(person, rule) for person in client.people.values())
        if count < rule.at_least:
            yield Finding(
                "client",
                (*path, "at least") if "at_least" in rule.model_fields_set else path,
                subject,
                f"wants {rule.at_least} people at least to hold the role {rule.role}; in the records "
                f"{count} of those who stay {'does' if count == 1 else 'do'}",
                "Give it to somebody else too, or lower `at least`.",
            )


def ending(person: Person) -> str | None:
    """The field that ends the person's access, now or later; None where nothing does."""
    if person.disabled:
        return "disabled"
    if person.departure is not None:
        return "departure"
    return "until" if person.until is not None else None


def _holds(person: Person, rule: HeldRole) -> bool:
    names = {name.casefold() for name in person.role_names}
    return ending(person) is None and rule.role.casefold() in names
