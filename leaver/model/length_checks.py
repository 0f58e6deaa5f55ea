"""The rule that a directory takes what a record says: how long a value may be, by the kind of directory.

Entra: resource type user, property lengths (Microsoft Graph v1.0). Okta: base attributes of the default user profile
(Management API). A value that is too long would fail in the middle of an apply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leaver.model.client import Client
from leaver.model.finding import Finding, person_subject
from leaver.model.username_checks import username_path

_ENTRA: Mapping[str, int] = {
    "given_name": 64,
    "family_name": 64,
    "title": 128,
    "department": 64,
    "company": 64,
    "employee_id": 16,
    "mobile": 64,
    "city": 128,
    "state": 128,
    "postal_code": 40,
}
_OKTA: Mapping[str, int] = {
    "given_name": 50,
    "family_name": 50,
    "mobile": 100,
    "city": 128,
    "state": 128,
    "postal_code": 50,
}
_NAME_PART = 50
_OKTA_USERNAME = 100


def check_lengths(client: Client) -> Iterator[Finding]:
    """No value is longer than a directory with an account of the person takes."""
    for key, person in client.people.items():
        shortest: dict[str, tuple[int, str]] = {}
        for directory in client.accounts(key):
            okta = client.settings.directories[directory].kind == "okta"
            for field, most in (_OKTA if okta else _ENTRA).items():
                shortest[field] = min((most, directory), shortest.get(field, (most, directory)))
            if okta:
                yield from _name(client, key, directory)
                yield from _username(client, key, directory)
        for field, (most, directory) in shortest.items():
            value = getattr(person, field)
            if value is not None and len(value) > most:
                label = field.replace("_", " ")
                fault = f"`{label}` has {len(value)} characters, and {directory} takes {most}"
                yield Finding("people", (key, label), person_subject(key), fault, "Shorten it.")


def _name(client: Client, key: str, directory: str) -> Iterator[Finding]:
    """Okta's first and last name come from `name` where the record does not say them."""
    person = client.people[key]
    first, _, last = (person.name or "").rpartition(" ")
    for field, part in (("given name", first), ("family name", last)):
        if getattr(person, field.replace(" ", "_")) is None and len(part) > _NAME_PART:
            yield Finding(
                "people",
                (key, "name"),
                person_subject(key),
                f"`name` makes a {field} of {len(part)} characters, and {directory} takes {_NAME_PART}",
                f"Add a shorter `{field}`.",
            )


def _username(client: Client, key: str, directory: str) -> Iterator[Finding]:
    username = client.username(key, directory)
    if username is not None and len(username) > _OKTA_USERNAME:
        yield Finding(
            "people",
            username_path(client, key, directory),
            person_subject(key),
            f"the username has {len(username)} characters, and {directory} takes {_OKTA_USERNAME}",
            "Shorten it.",
        )
