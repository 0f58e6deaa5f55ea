"""Break-glass accounts: who is one."""

from __future__ import annotations

from collections.abc import Iterable

from leaver.model.client import Client


def protected_usernames(client: Client) -> frozenset[str]:
    """The usernames, in lower case, of the client's protected accounts, by its records and its settings alone.

    A protected person whose record is not at hand (a release reads one record only) is known by the username
    that their key has at each directory's domain.
    """
    found: set[str] = set()
    for name in client.settings.protected.accounts:
        if "@" in name:
            found.add(name.lower())
            continue
        for directory, settings in client.settings.directories.items():
            if settings.domain is not None:
                found.add(f"{name}@{settings.domain}".lower())
            if name in client.people and (username := client.username(name, directory)) is not None:
                found.add(username.lower())
    return frozenset(found)


def is_protected(client: Client, person: str, usernames: Iterable[str] = ()) -> bool:
    """Whether the person, by their key or by one of the usernames, is a protected account."""
    known = protected_usernames(client)
    named = person in client.settings.protected.accounts or person.lower() in known
    return named or any(username.lower() in known for username in usernames)
