"""The rules between records about what a record was called before."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.model.client import Client
from leaver.model.finding import Finding, person_subject


def check_was(client: Client) -> Iterator[Finding]:
    """A key that a record had before is nobody's now, and only one record had it."""
    heirs: dict[str, str] = {}
    for key in sorted(client.people):
        old = client.people[key].was
        if old is None:
            continue
        first = heirs.setdefault(old, key)
        fault = remedy = ""
        if old == key:
            fault, remedy = "was called what it is called now", "Remove `was`, or write the old key."
        elif old in client.people:
            fault = f'was called "{old}", and there is a person of that key'
            remedy = f'Remove `was`, or the record of "{old}".'
        elif first != key:
            fault, remedy = f'was called "{old}", and so was person "{first}"', "Keep `was` in one of them."
        if fault:
            yield Finding("people", (key, "was"), person_subject(key), fault, remedy)


def check_client_was(client: Client) -> Iterator[Finding]:
    """A client was called something else before."""
    if client.settings.was == client.key:
        yield Finding(
            "client",
            ("was",),
            f'client "{client.key}"',
            "was called what it is called now",
            "Remove `was`, or write the old folder's name.",
        )
