"""The rules between records of one client: each a pure function that yields what breaks it.

A rule is given a `Client` whose records are each valid by themselves. What breaks it is a `Finding`; where
that stands in a file is the business of `leaver.source`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from leaver.model.client import Client, EntraSettings
from leaver.model.ending_checks import check_holds, check_notice, check_notice_groups, check_terms
from leaver.model.finding import File, Finding, person_subject, repeated, unknown
from leaver.model.length_checks import check_lengths
from leaver.model.licence_checks import (
    check_licence_accounts,
    check_licence_directories,
    check_licence_skus,
    check_licences,
    check_usage_locations,
)
from leaver.model.nearest import hint
from leaver.model.owner_checks import check_owners, check_separate_from
from leaver.model.protected_checks import check_held_roles, check_protected
from leaver.model.rename_checks import check_client_was, check_was
from leaver.model.runbook_checks import check_task_owners, check_ticks
from leaver.model.username_checks import check_username_directories, check_username_twice, check_usernames

__all__ = ["RULES", "File", "Finding", "Rule"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A check, the files that must have been read whole for its findings to be true, and whether it looks at
    people's accounts and usernames (so that it says nothing true of a person whose own are not readable)."""

    check: Callable[[Client], Iterator[Finding]]
    needs: frozenset[File]
    of_accounts: bool = False


def check_directories(client: Client) -> Iterator[Finding]:
    """No tenant or organisation is named by two directories: each account would have two owners."""
    seen: dict[str, str] = {}
    for key, settings in client.settings.directories.items():
        if isinstance(settings, EntraSettings):
            field, name = "tenant", settings.tenant
        else:
            field, name = "org", f"{settings.org}.{settings.base_url}"
        first = seen.setdefault(name, key)
        if first != key:
            yield Finding(
                "client",
                ("directories", key, field),
                f'client "{client.key}"',
                f'directories "{first}" and "{key}" are both {name}',
                "Keep one of them.",
            )


def check_group_directories(client: Client) -> Iterator[Finding]:
    """A group is in a directory that the client has."""
    for key, group in client.groups.items():
        if group.directory not in client.settings.directories:
            yield unknown(
                "groups", (key, "directory"), f'group "{key}"', "directory", group.directory,
                client.settings.directories, "add it to client.yaml",
            )  # fmt: skip


def check_group_names(client: Client) -> Iterator[Finding]:
    """No two groups of a directory have one display name (directories compare without case)."""
    seen: dict[tuple[str, str], str] = {}
    for key in sorted(client.groups):
        group = client.groups[key]
        first = seen.setdefault((group.directory, group.name.casefold()), key)
        if first != key:
            yield Finding(
                "groups",
                (key, "name"),
                f'group "{key}"',
                f'is called "{group.name}" in {group.directory}, and so is group "{first}"',
                "Rename one of them.",
            )


def check_accounts(client: Client) -> Iterator[Finding]:
    """The directories of a person's accounts exist, and none is named twice."""
    known = client.settings.directories
    for key, person in client.people.items():
        for at, name in enumerate(person.accounts or ()):
            if name not in known:
                yield unknown(
                    "people", (key, "accounts", at), person_subject(key), "directory", name, known,
                    "add it to client.yaml",
                )  # fmt: skip
        yield from repeated(key, "accounts", person.accounts)


def check_groups(client: Client) -> Iterator[Finding]:
    """The groups of a person exist, and none is named twice."""
    for key, person in client.people.items():
        for at, name in enumerate(person.group_keys or ()):
            if name not in client.groups:
                yield unknown(
                    "people", (key, "groups", at), person_subject(key), "group", name, client.groups,
                    "add it to groups.yaml",
                )  # fmt: skip
        yield from repeated(key, "groups", person.group_keys)


def check_group_accounts(client: Client) -> Iterator[Finding]:
    """A person is in groups of a directory only with an account there."""
    for key, person in client.people.items():
        if not person.groups or person.accounts is None:
            continue
        for at, name in enumerate(person.group_keys or ()):
            group = client.groups.get(name)
            directory = group and group.directory
            if directory in client.settings.directories and directory not in person.accounts:
                yield Finding(
                    "people",
                    (key, "groups", at),
                    person_subject(key),
                    f'group "{name}" is in {directory}, where the person has no account',
                    f"Add {directory} to `accounts`, or remove the group.",
                )


def check_roles(client: Client) -> Iterator[Finding]:
    """A person has directory roles only with an account in an Entra directory, and none is named twice."""
    for key, person in client.people.items():
        if not person.roles:
            continue
        directories = client.settings.directories
        if not any(isinstance(directories[name], EntraSettings) for name in client.accounts(key)):
            yield Finding(
                "people",
                (key, "roles"),
                person_subject(key),
                "has directory roles without an account in an Entra directory",
                "Remove `roles`, or add the directory to `accounts`.",
            )
        yield from repeated(key, "roles", person.role_names)


def check_managers(client: Client) -> Iterator[Finding]:
    """A manager is another person of the client."""
    yield from _another(client, "manager", {k: (p.manager, ("manager",)) for k, p in client.people.items()})


def check_handovers(client: Client) -> Iterator[Finding]:
    """Mail and files are handed over to another person of the client."""
    path = ("departure", "handover")
    yield from _another(
        client,
        "handover",
        {k: (p.departure.handover, path) for k, p in client.people.items() if p.departure is not None},
    )


def check_manager_cycles(client: Client) -> Iterator[Finding]:
    """Nobody is, over any number of steps, their own manager."""
    done: set[str] = set()
    for start in sorted(client.people):
        chain: dict[str, None] = {}
        key: str | None = start
        while key is not None and key in client.people and key not in done and key not in chain:
            chain[key] = None
            key = client.people[key].manager
        if key in chain and key is not None:
            ring = list(chain)[list(chain).index(key) :]
            first = ring.index(min(ring))
            ring = ring[first:] + ring[:first]
            if len(ring) > 1:
                shown = ring if len(ring) <= 10 else [*ring[:9], f"({len(ring) - 9} more)"]
                yield Finding(
                    "people",
                    (ring[0], "manager"),
                    person_subject(ring[0]),
                    f"managers go in a circle: {' → '.join([*shown, ring[0]])}",
                    "Correct the `manager` of one of them.",
                )
        done.update(chain)


RULES: tuple[Rule, ...] = (
    Rule(check_directories, frozenset({"client"})),
    Rule(check_group_directories, frozenset({"client", "groups"})),
    Rule(check_group_names, frozenset({"groups"})),
    Rule(check_accounts, frozenset({"client"})),
    Rule(check_groups, frozenset({"groups"})),
    Rule(check_group_accounts, frozenset({"client", "groups"}), of_accounts=True),
    Rule(check_roles, frozenset({"client"}), of_accounts=True),
    Rule(check_lengths, frozenset({"client"}), of_accounts=True),
    Rule(check_licence_directories, frozenset({"client"})),
    Rule(check_licence_skus, frozenset({"client"})),
    Rule(check_licences, frozenset({"client"})),
    Rule(check_licence_accounts, frozenset({"client"}), of_accounts=True),
    Rule(check_usage_locations, frozenset({"client"}), of_accounts=True),
    Rule(check_notice_groups, frozenset({"client", "groups"})),
    Rule(check_notice, frozenset({"client", "groups"}), of_accounts=True),
    Rule(check_holds, frozenset({"client", "people"})),
    Rule(check_terms, frozenset({"client"})),
    Rule(check_owners, frozenset({"people"})),
    Rule(check_separate_from, frozenset({"groups"})),
    Rule(check_managers, frozenset({"people"})),
    Rule(check_handovers, frozenset({"people"})),
    Rule(check_task_owners, frozenset({"client", "people"})),
    Rule(check_ticks, frozenset({"client"})),
    Rule(check_manager_cycles, frozenset()),
    Rule(check_was, frozenset({"people"})),
    Rule(check_client_was, frozenset({"client"})),
    Rule(check_protected, frozenset({"client", "people"})),
    Rule(check_held_roles, frozenset({"client", "people"})),
    Rule(check_username_directories, frozenset({"client"}), of_accounts=True),
    Rule(check_usernames, frozenset({"client"}), of_accounts=True),
    Rule(check_username_twice, frozenset({"client"}), of_accounts=True),
)
"""Every rule; the order says nothing."""


def _another(
    client: Client, field: str, named: Mapping[str, tuple[str | None, tuple[str, ...]]]
) -> Iterator[Finding]:
    for key, (other, path) in named.items():
        if other is None:
            continue
        if other == key:
            yield Finding(
                "people",
                (key, *path),
                person_subject(key),
                f"is their own {field}",
                f"Name another person as {field}.",
            )
        elif other not in client.people:
            yield Finding(
                "people",
                (key, *path),
                person_subject(key),
                f'{field} "{other}" is not known',
                f"Correct it{hint(other, client.people)}, or add the person.",
            )
