"""The rules between records about who answers for what, and which groups exclude each other."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client
from leaver.model.finding import File, Finding, person_subject, unknown


def check_owners(client: Client) -> Iterator[Finding]:
    """The owner of a group or account is an address or another person, and a person's own account has none."""
    for key, group in client.groups.items():
        yield from _known(client, "groups", key, f'group "{key}"', group.owner)
    for key, person in client.people.items():
        if person.owner is not None and person.kind == "person":
            yield Finding(
                "people",
                (key, "owner"),
                person_subject(key),
                "has an owner, and is the account of one person",
                "Remove `owner`, or add `kind: shared` or `kind: service`.",
            )
        elif person.owner == key:
            yield Finding(
                "people",
                (key, "owner"),
                person_subject(key),
                "is its own owner",
                "Name the person who answers for it.",
            )
        else:
            yield from _known(client, "people", key, person_subject(key), person.owner)


def check_separate_from(client: Client) -> Iterator[Finding]:
    """The groups that exclude each other exist, and none excludes itself."""
    for key, group in client.groups.items():
        for at, other in enumerate(group.separate_from):
            path, subject = (key, "separate from", at), f'group "{key}"'
            if other == key:
                yield Finding("groups", path, subject, "is separate from itself", "Name another group.")
            elif other not in client.groups:
                yield unknown("groups", path, subject, "group", other, client.groups, "add it to groups.yaml")


def _known(client: Client, file: File, key: str, subject: str, owner: str | None) -> Iterator[Finding]:
    if owner is not None and "@" not in owner and owner not in client.people:
        yield unknown(file, (key, "owner"), subject, "owner", owner, client.people, "write an e-mail address")
