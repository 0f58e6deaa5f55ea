"""The rules of usernames: each account has one, and nobody else in its directory has the same."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client
from leaver.model.finding import Finding, person_subject, unknown


def check_username_directories(client: Client) -> Iterator[Finding]:
    """A username of a directory is of one that the client has, and where the person has an account."""
    known = client.settings.directories
    for key, person in client.people.items():
        for name in person.usernames:
            path = (key, "usernames", name)
            if name not in known:
                yield unknown(
                    "people", path, person_subject(key), "directory", name, known, "add it to client.yaml"
                )
            elif name not in client.accounts(key):
                yield Finding(
                    "people",
                    path,
                    person_subject(key),
                    f"has a username for {name}, and no account there",
                    f"Remove it, or add {name} to `accounts`.",
                )


def check_usernames(client: Client) -> Iterator[Finding]:
    """A username is stated, or follows from the directory's domain."""
    without = {key for key, settings in client.settings.directories.items() if settings.domain is None}
    for key in client.people if without else ():
        for directory in client.accounts(key):
            if directory in without and client.username(key, directory) is None:
                yield Finding(
                    "people",
                    (key,),
                    person_subject(key),
                    f"has no username for {directory}, which has no domain",
                    f"Add `username:`, or `domain:` to {directory} in client.yaml.",
                )


def check_username_twice(client: Client) -> Iterator[Finding]:
    """No two people have one username in a directory (directories compare without case)."""
    seen: dict[tuple[str, str], str] = {}
    for key in sorted(client.people):
        for directory in client.accounts(key):
            username = client.username(key, directory)
            if username is None:
                continue
            first = seen.setdefault((directory, username.lower()), key)
            if first != key:
                yield Finding(
                    "people",
                    username_path(client, key, directory),
                    person_subject(key),
                    f'has the username "{username}" in {directory}, and so has person "{first}"',
                    "Give one of them another username.",
                )


def username_path(client: Client, key: str, directory: str) -> tuple[str, ...]:
    """Where the record says the username; the record itself, where it follows from the key."""
    person = client.people[key]
    if directory in person.usernames:
        return (key, "usernames", directory)
    return (key,) if person.username is None else (key, "username")
