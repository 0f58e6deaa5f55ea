"""Compute what should be true of a client at a moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from leaver.desired.memory import Memory, Remembered
from leaver.desired.state import Desired, DesiredAccount, DesiredGroup, Removal
from leaver.errors import LeaverError
from leaver.lifecycle import (
    Phase,
    changes,
    groups_at,
    kept_until,
    notice_groups_at,
    phase,
    roles_at,
)
from leaver.model import Client, Person, Profile

_NOTHING = Memory()


def desired(client: Client, now: datetime, memory: Memory = _NOTHING) -> Desired:
    """The desired state of `client` at `now` (aware), given the accounts of the last run.

    Raises:
        LeaverError: the memory holds accounts of a directory that the records no longer know, or a record
            that has no username.
    """
    _refuse_vanished_directories(client, memory)
    phases = {key: phase(person, now) for key, person in client.people.items()}
    accounts = {
        (key, directory): _account(client, key, directory, phases[key], now)
        for key in client.people
        for directory in client.accounts(key)
    }
    for (key, directory), remembered in memory.accounts.items():
        if (key, directory) not in accounts:
            accounts[key, directory] = _removed(client, key, directory, remembered, now)
    return Desired(
        client=client.key,
        now=now,
        accounts=dict(sorted(accounts.items())),
        groups=_groups(client, phases, now),
        next_change=next_change(client, now, memory),
    )


def next_change(client: Client, now: datetime, memory: Memory = _NOTHING) -> datetime | None:
    """The next moment after `now` at which something of the client changes by itself, or a hold expires.

    Between two of them `desired` says the same. None when nothing is to come.
    """
    moments = [moment for person in client.people.values() for moment in changes(person)]
    moments += [
        _kept_until(client, remembered, now)
        for (key, directory), remembered in memory.accounts.items()
        if key not in client.people or directory not in client.accounts(key)
    ]
    return min((moment for moment in moments if moment > now), default=None)


def _account(client: Client, key: str, directory: str, current: Phase, now: datetime) -> DesiredAccount:
    person = client.people[key]
    username = client.username(key, directory)
    if username is None:
        raise LeaverError(f'person "{key}": no username in {directory}. Add `username:` to the record.')
    entra = client.settings.directories[directory].kind == "entra"
    return DesiredAccount(
        person=key,
        directory=directory,
        username=username,
        enabled=current.has_access,
        phase=current,
        exists=current is not Phase.NOT_STARTED,
        name=client.display_name(key),
        attributes=managed_attributes(person),
        manager=person.manager,
        roles=tuple(sorted(set(roles_at(person, now)))) if entra and current.has_access else (),
        licences=_licences(client, person, directory) if current.has_access else (),
        adopt=person.adopt,
        reinstate=person.reinstate,
    )


def _licences(client: Client, person: Person, directory: str) -> tuple[str, ...]:
    """The licences that the record names and that are of this directory."""
    return tuple(sorted({key for key in person.licences if client.licence_directory(key) == directory}))


def managed_attributes(person: Person) -> dict[str, str]:
    """The profile attributes that the record states, by field name."""
    stated = {name: getattr(person, name) for name in Profile.model_fields}
    if person.name is not None:
        stated["name"] = person.name
    return {name: value for name, value in stated.items() if value is not None}


def _removed(
    client: Client, key: str, directory: str, remembered: Remembered, now: datetime
) -> DesiredAccount:
    since = remembered.removed or now
    until = _kept_until(client, remembered, now)
    return DesiredAccount(
        person=key,
        directory=directory,
        username=remembered.username,
        enabled=False,
        phase=Phase.REMOVABLE if now >= until else Phase.RETAINED,
        exists=True,
        name=key,
        attributes={},
        removal=Removal(since=since, until=until, delete=now >= until),
    )


def _kept_until(client: Client, remembered: Remembered, now: datetime) -> datetime:
    """When the account of a gone record may go: not sooner than was said when it was taken away.

    Whoever shortens `retain` does not see whose accounts are kept at that time.
    """
    until = kept_until(client, remembered.removed or now)
    return max(until, remembered.kept or until)


def _groups(client: Client, phases: Mapping[str, Phase], now: datetime) -> dict[str, DesiredGroup]:
    """Every group with its members; a notice group's follow from notices, so nobody is undecided there."""
    members: dict[str, set[str]] = {key: set() for key in sorted(client.groups)}
    undecided: dict[str, set[str]] = {key: set() for key in members}
    by_directory: dict[str, list[str]] = {}
    for key, group in client.groups.items():
        if key not in client.settings.notice_groups:
            by_directory.setdefault(group.directory, []).append(key)
    for person, current in phases.items():
        if not current.has_access:
            continue
        homes = client.accounts(person)
        stated = groups_at(client.people[person], now)
        if stated is None:
            for name in (name for home in homes for name in by_directory.get(home, ())):
                undecided[name].add(person)
        for name in (*(stated or ()), *notice_groups_at(client, person, now)):
            if name in members and client.groups[name].directory in homes:
                members[name].add(person)
    return {key: _group(client, key, members[key], undecided[key]) for key in members}


def _group(client: Client, key: str, members: Iterable[str], undecided: Iterable[str]) -> DesiredGroup:
    group = client.groups[key]
    return DesiredGroup(
        key=key,
        directory=group.directory,
        name=group.name,
        description=group.description,
        existing=group.existing,
        membership=group.mode,
        members=tuple(sorted(members)),
        undecided=tuple(sorted(undecided)),
    )


def _refuse_vanished_directories(client: Client, memory: Memory) -> None:
    known = client.settings.directories
    lost = sorted({directory for _, directory in memory.accounts if directory not in known})
    if not lost:
        return
    counts = [sum(1 for _, directory in memory.accounts if directory == name) for name in lost]
    listing = ", ".join(f'"{name}" ({count} accounts)' for name, count in zip(lost, counts, strict=True))
    raise LeaverError(
        f"{client.key}: client.yaml no longer names the directory {listing} that the last run looked after. "
        "Put it back; to let a directory go, remove its people's accounts first."
    )
