"""The rules of licences: each names a product of an Entra directory, and people who have them can have them."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client, EntraSettings
from leaver.model.finding import Finding, person_subject, repeated, unknown


def check_licence_directories(client: Client) -> Iterator[Finding]:
    """A licence is in an Entra directory that the client has, and that is known without a word or named."""
    known = client.settings.directories
    tenants = {name: each for name, each in known.items() if isinstance(each, EntraSettings)}
    for key, licence in client.settings.licences.items():
        path, subject, name = ("licences", key, "directory"), _subject(key), licence.directory
        if name is None and len(tenants) > 1:
            yield Finding(
                "client",
                path[:2],
                subject,
                f"does not say which of {_listed(tenants)} it is in",
                "Add `directory:`.",
            )
        elif name is None and not tenants:
            yield Finding(
                "client",
                path[:2],
                subject,
                "is a licence of a client without an Entra directory",
                "Remove it.",
            )
        elif name is not None and name not in known:
            yield unknown("client", path, subject, "directory", name, tenants, "add it to `directories`")
        elif name is not None and name not in tenants:
            yield Finding(
                "client",
                path,
                subject,
                f"is in {name}, which is no Entra directory",
                "Only Entra gives licences: correct `directory`, or remove the licence.",
            )


def check_licence_skus(client: Client) -> Iterator[Finding]:
    """No two licences of a directory are of one product: each assignment would have two owners."""
    seen: dict[tuple[str, str], str] = {}
    for key, licence in client.settings.licences.items():
        directory = client.licence_directory(key)
        if directory is None:
            continue
        first = seen.setdefault((directory, licence.sku.casefold()), key)
        if first != key:
            yield Finding(
                "client",
                ("licences", key, "sku"),
                _subject(key),
                f'is {licence.sku} in {directory}, and so is licence "{first}"',
                "Keep one of them.",
            )


def check_licences(client: Client) -> Iterator[Finding]:
    """The licences of a person are in the catalogue, and none is named twice."""
    for key, person in client.people.items():
        for at, name in enumerate(person.licences):
            if name not in client.settings.licences:
                yield unknown(
                    "people",
                    (key, "licences", at),
                    person_subject(key),
                    "licence",
                    name,
                    client.settings.licences,
                    "add it to `licences` in client.yaml",
                )
        yield from repeated(key, "licences", person.licences)


def check_licence_accounts(client: Client) -> Iterator[Finding]:
    """A person has licences of a directory only with an account there."""
    for key, person in client.people.items():
        homes = client.accounts(key) if person.licences else ()
        for at, name in enumerate(person.licences):
            directory = client.licence_directory(name) if name in client.settings.licences else None
            if directory in client.settings.directories and directory not in homes:
                yield Finding(
                    "people",
                    (key, "licences", at),
                    person_subject(key),
                    f'licence "{name}" is in {directory}, where the person has no account',
                    f"Add {directory} to `accounts`, or remove the licence.",
                )


def check_usage_locations(client: Client) -> Iterator[Finding]:
    """Whoever has licences has a usage location: Entra assigns none without (learn.microsoft.com/graph/api/
    user-assignlicense), and what is allowed where is for the client to know."""
    for key, person in client.people.items():
        if person.licences and person.usage_location is None:
            yield Finding(
                "people",
                (key, "licences"),
                person_subject(key),
                "has licences without a usage location, and Entra assigns none without",
                "Add `usage location:`, two letters such as GB.",
            )


def _subject(key: str) -> str:
    return f'licence "{key}"'


def _listed(names: dict[str, EntraSettings]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}"
