"""What a change of the records takes from whom, at the present moment and at every later one.

The effect of a set of records is `leaver.desired`, which is what an apply makes true; whether it may happen is not
asked here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bench.mutation.estate import GONE, GONE_SINCE, GONE_UNTIL
from leaver.desired import Desired, Memory, Remembered, desired
from leaver.errors import LeaverError
from leaver.lifecycle import changes
from leaver.model import Client

_MOMENTS = 40
"""How many moments of one client are looked at; more than there are in the estate."""


@dataclass(frozen=True, slots=True, order=True)
class Loss:
    """Something that somebody has by the old records and not by the new ones, at some moment."""

    client: str
    person: str
    what: str


def memory_of(client: Client, now: datetime) -> Memory:
    """What the last run left: every account as `client` wants it at `now`, and accounts of two deleted records."""
    accounts = {
        (key, directory): Remembered(f"id-{key}-{directory}", account.username, account.enabled)
        for (key, directory), account in desired(client, now).accounts.items()
        if account.exists
    }
    first = next(iter(client.settings.directories))
    for key in GONE:
        accounts[key, first] = Remembered(f"id-{key}", f"{key}@gone.example", False, GONE_SINCE, GONE_UNTIL)
    return Memory(accounts)


def losses(before: Client, after: Client | None, memory: Memory, now: datetime) -> set[Loss]:
    """What the people of a client lose. Nothing when the client is gone: no run is left that would do it."""
    if after is None:
        return set()
    found: set[Loss] = set()
    for moment in _moments(before, after, now):
        old = desired(before, moment, memory)
        try:
            new = desired(after, moment, memory)
        except LeaverError:
            # The run refuses these records by itself.
            return set()
        found |= {Loss(before.key, person, what) for person, what in _held(old) - _held(new, kept=old)}
    return found


def _moments(before: Client, after: Client, now: datetime) -> list[datetime]:
    people = [*before.people.values(), *after.people.values()]
    ahead = {moment for person in people for moment in changes(person) if moment > now}
    return [now, *sorted(ahead)[:_MOMENTS]]


def _held(wanted: Desired, *, kept: Desired | None = None) -> set[tuple[str, str]]:
    """Who has what; with `kept`, also what they keep because the records no longer say anything of it."""
    return set(_accounts(wanted)) | set(_memberships(wanted, kept))


def _accounts(wanted: Desired) -> Iterator[tuple[str, str]]:
    for (person, directory), account in wanted.accounts.items():
        if account.enabled:
            yield person, f"sign-in to {directory}"
            yield from ((person, f"role {role}") for role in account.roles)
        if account.removal is None or not account.removal.delete:
            yield person, f"account in {directory}"


def _memberships(wanted: Desired, kept: Desired | None) -> Iterator[tuple[str, str]]:
    for key, group in wanted.groups.items():
        what = f"group {key} in {group.directory}"
        yield from ((person, what) for person in group.members)
        if kept is not None and (was := kept.groups.get(key)) is not None:
            yield from ((person, what) for person in set(group.undecided) & set(was.members))


def usernames(before: Client, after: Client | None, now: datetime) -> Mapping[str, tuple[str, str]]:
    """The people whose username another one takes the place of: key → old and new."""
    if after is None:
        return {}
    old, new = desired(before, now).accounts, desired(after, now).accounts
    return {
        key[0]: (old[key].username, new[key].username)
        for key in old.keys() & new.keys()
        if old[key].username != new[key].username
    }
