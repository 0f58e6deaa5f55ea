"""Privileged access: never standing, never given to oneself, never two halves of what should take two people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.model import Client, Level
from leaver.model.finding import person_subject
from leaver.policy.access import Grant, group_grants, is_privileged, people, role_grants, sensitive_grants
from leaver.policy.rule import Authors, Break, Policy


def check_standing(client: Client, now: datetime) -> Iterator[Break]:
    """Every privileged role ends."""
    for key, person in people(client, now):
        for grant in role_grants(key, person, now):
            if is_privileged(grant.name) and grant.end is None:
                yield Break("people", grant.path, person_subject(key), f"has {grant.what} without an end")


def check_duties(client: Client, now: datetime) -> Iterator[Break]:
    """Nobody is at any moment in two groups that exclude each other."""
    apart = {frozenset((key, other)) for key, group in client.groups.items() for other in group.separate_from}
    if not apart:
        return
    for key, person in people(client, now):
        grants = list(group_grants(key, person, now))
        for at, second in enumerate(grants):
            for first in grants[:at]:
                if frozenset((first.name, second.name)) in apart and _overlap(first, second):
                    yield Break(
                        "people",
                        second.path,
                        person_subject(key),
                        f"is in {second.what} and in {first.what}, which exclude each other",
                    )


def check_own(client: Client, now: datetime, authors: Authors) -> Iterator[Break]:
    """Nobody wrote the line that gives themselves sensitive access."""
    for key, _ in people(client, now):
        own = {
            username.casefold()
            for directory in client.accounts(key)
            if (username := client.username(key, directory)) is not None
        }
        for grant in sensitive_grants(client, key, now):
            author = next((each for each in authors.get(grant.path, ()) if each.casefold() in own), None)
            if author is not None:
                yield Break(
                    "people",
                    grant.path,
                    person_subject(key),
                    f"was given {grant.what} by {author}, themselves",
                )


def _overlap(first: Grant, second: Grant) -> bool:
    return (first.end is None or second.start is None or second.start < first.end) and (
        second.end is None or first.start is None or first.start < second.end
    )


NO_STANDING_PRIVILEGE = Policy(
    "no-standing-privilege",
    Level.ADVISORY,
    ("CIS 5.4", "NIST AC-6(5)"),
    "Every role that Microsoft labels as privileged is given until a moment.",
    "Write the role as `{role: ..., until: ...}`, and renew it when it is still needed.",
    on_records=check_standing,
)
SEPARATE_DUTIES = Policy(
    "separate-duties",
    Level.MANDATORY,
    ("CIS 6.8", "NIST AC-5"),
    "Nobody is at the same time in two groups of which one is `separate from` the other.",
    "Remove one of the two groups, or let one end before the other starts.",
    on_records=check_duties,
)
NO_OWN_PRIVILEGE = Policy(
    "no-own-privilege",
    Level.MANDATORY,
    ("CIS 6.1", "NIST AC-5"),
    "Nobody gives themselves a privileged role or a group that requires an agreement: the author of the line "
    "in git is not the person of the record.",
    "Let somebody else propose the change.",
    on_authors=check_own,
)
