"""Compare two states of one client's records: a pure function, and the same at every moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from leaver.lifecycle import changes
from leaver.model import AllLimits, Client, ClientSettings, Membership, Person
from leaver.plan import canonical
from leaver.plan.changes import (
    OVERRIDES,
    AccountChange,
    ClientChange,
    FieldChange,
    GroupChange,
    MomentChange,
    PersonChange,
    RecordDigests,
)
from leaver.plan.ending import Ending
from leaver.plan.timeline import Access, alone, outcome, shifts
from leaver.schedule import events

_ALWAYS = datetime.min.replace(tzinfo=UTC)
_FOREVER = datetime.max.replace(tzinfo=UTC)
_TOLD_OTHERWISE = (
    "groups",
    "roles",
    "licences",
    "accounts",
    "username",
    "usernames",
    "disabled",
    "until",
    "departure",
    "was",
)
"""Fields of a person that are told as accounts, as access or as the ending."""
_OF_EVERYBODY = ("zone", "directories", "notice groups", "licences")
"""Settings of which people's access and moments depend on."""
_RECORD_DIGITS = 16


def compare(before: Client | None, after: Client | None) -> ClientChange:
    """What differs between two states of a client's records; None: there was, or is, no such client."""
    client = after or before
    if client is None:
        raise ValueError("there is no client in either state")
    old_settings = canonical.record(before.settings) if before else {}
    new_settings = canonical.record(after.settings) if after else {}
    groups = tuple(_groups(before, after))
    all_of_them = bool(groups) or any(old_settings.get(f) != new_settings.get(f) for f in _OF_EVERYBODY)
    people = tuple(_people(before, after, all_of_them=all_of_them))
    named = {shift.item.name for each in people for shift in each.shifts if shift.item.access is Access.GROUP}
    named |= {moment.what for each in people for moment in each.moments}
    return ClientChange(
        key=client.key,
        name=client.settings.name,
        zone=client.zone,
        before=canonical.digest_of(before) if before else None,
        after=canonical.digest_of(after) if after else None,
        removal=_removal(client.settings),
        records=_digests(after),
        group_names={
            key: group.name
            for each in (before, after)
            if each is not None
            for key, group in each.groups.items()
            if key in named
        },
        people=people,
        groups=groups,
        settings=tuple(_fields({**old_settings, **_overrides(before)}, {**new_settings, **_overrides(after)}))
        if before and after
        else (),
        besides=_besides(before, after),
    )


def compare_limits(before: AllLimits, after: AllLimits) -> tuple[FieldChange, ...]:
    """What differs between two states of the limits over all clients."""
    return tuple(_fields(canonical.record(before), canonical.record(after)))


def digests_of(client: Client) -> RecordDigests:
    """The short digests of a client's single records."""
    return _digests(client)


def _removal(settings: ClientSettings) -> str:
    return "at once" if settings.on_removal == "delete" else str(settings.retain)


def _digests(client: Client | None) -> RecordDigests:
    def short(record: BaseModel) -> str:
        return canonical.digest(canonical.record(record))[:_RECORD_DIGITS]

    if client is None:
        return RecordDigests("", {}, {})
    return RecordDigests(
        short(client.settings),
        {key: short(group) for key, group in client.groups.items()},
        {key: short(person) for key, person in client.people.items()},
    )


def _people(before: Client | None, after: Client | None, *, all_of_them: bool) -> Iterator[PersonChange]:
    old = before.people if before else {}
    new = after.people if after else {}
    renamed = _renamed(old, new)
    for key in sorted({*old, *new} - set(renamed.values())):
        was = renamed.get(key, key)
        if not all_of_them and was == key and old.get(key) == new.get(key):
            continue
        change = _person(before, after, was, key)
        if change.record != "same" or change.shifts or change.accounts or change.moments:
            yield change


def _renamed(old: Mapping[str, Person], new: Mapping[str, Person]) -> dict[str, str]:
    """The key of now → the key of before, of records that say what they were called."""
    found: dict[str, str] = {}
    for key, person in new.items():
        was: str | None = getattr(person, "was", None)
        if was is not None and was in old and was not in new and key not in old:
            found[key] = was
    return found


def _person(before: Client | None, after: Client | None, was: str, key: str) -> PersonChange:
    old = alone(before, was) if before else None
    new = alone(after, key) if after else None
    old_record = before.people.get(was) if before else None
    new_record = after.people.get(key) if after else None
    shown = after if after and new_record else before
    if shown is None:
        raise ValueError(f"{key} is in neither state")
    left = outcome(new)
    return PersonChange(
        key=key,
        name=shown.display_name(key),
        record=_fate(old_record, new_record),
        renamed_from=was if was != key else None,
        accounts=tuple(_accounts(old, was, new, key)),
        shifts=shifts(old, new),
        remains=left.remains,
        ends=left.ends,
        fields=tuple(_fields(_stated(old_record), _stated(new_record)))
        if old_record is not None and new_record is not None
        else (),
        before=Ending.of(old_record),
        after=Ending.of(new_record),
        moments=tuple(_moments(old, new)),
        undecided=_says_no_groups(new_record) and old_record is not None and not _says_no_groups(old_record),
        decided=_says_no_groups(old_record) and new_record is not None and not _says_no_groups(new_record),
        adopts=new_record is not None and new_record.adopt,
        reinstates=new_record is not None and new_record.reinstate,
    )


def _fate(old: Person | None, new: Person | None) -> Literal["added", "removed", "changed", "same"]:
    if old is None or new is None:
        return "added" if old is None else "removed"
    return "same" if canonical.record(old) == canonical.record(new) else "changed"


def _says_no_groups(person: Person | None) -> bool:
    return person is not None and person.groups is None


def _accounts(old: Client | None, was: str, new: Client | None, key: str) -> Iterator[AccountChange]:
    before = {name: old.username(was, name) for name in old.accounts(was)} if old else {}
    after = {name: new.username(key, name) for name in new.accounts(key)} if new else {}
    for directory in sorted({*before, *after}):
        if before.get(directory) != after.get(directory):
            yield AccountChange(directory, before.get(directory), after.get(directory))


def _moments(old: Client | None, new: Client | None) -> Iterator[MomentChange]:
    before, after = _events(old), _events(new)
    for kind, what in sorted({*before, *after}):
        gone = [at for at in before.get((kind, what), []) if at not in after.get((kind, what), [])]
        come = [at for at in after.get((kind, what), []) if at not in before.get((kind, what), [])]
        for place in range(max(len(gone), len(come))):
            yield MomentChange(
                kind,
                what,
                gone[place] if place < len(gone) else None,
                come[place] if place < len(come) else None,
            )


def _events(client: Client | None) -> dict[tuple[str, str], list[datetime]]:
    found: dict[tuple[str, str], list[datetime]] = {}
    if client is None or not any(True for person in client.people.values() for _ in changes(person)):
        return found
    for event in events({client.key: client}, _ALWAYS, _FOREVER):
        found.setdefault((event.kind.value, event.what), []).append(event.at)
    return found


def _groups(before: Client | None, after: Client | None) -> Iterator[GroupChange]:
    old = before.groups if before else {}
    new = after.groups if after else {}
    for key in sorted({*old, *new}):
        was, now = old.get(key), new.get(key)
        if was == now:
            continue
        group = now or was
        if group is None:
            continue
        fields = tuple(_fields(canonical.record(was), canonical.record(now))) if was and now else ()
        if was and now and not fields:
            continue
        yield GroupChange(
            key=key,
            name=group.name,
            directory=group.directory,
            record="added" if was is None else "removed" if now is None else "changed",
            existing=group.existing,
            exact=now is not None
            and now.mode is Membership.EXACT
            and (was is None or was.mode is not Membership.EXACT),
            fields=fields,
        )


def _besides(before: Client | None, after: Client | None) -> tuple[str | None, str | None] | None:
    """The digests of both states without their overrides, where one has some."""

    def without(client: Client | None) -> str | None:
        return canonical.digest_of(replace(client, overrides=())) if client else None

    if not any(client.overrides for client in (before, after) if client):
        return None
    return (without(before), without(after))


def _overrides(client: Client | None) -> dict[str, Any]:
    """What overrides.yaml allows, by the hash of the losses; told with the settings."""
    allowed: dict[str, Any] = {}
    for each in client.overrides if client else ():
        allowed[each.name if each.losses in allowed else each.losses] = canonical.record(each)
    return {OVERRIDES: allowed} if allowed else {}


def _stated(person: Person | None) -> dict[str, Any]:
    found = canonical.record(person) if person is not None else {}
    return {name: value for name, value in found.items() if name not in _TOLD_OTHERWISE}


def _fields(before: Any, after: Any) -> Iterator[FieldChange]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for field in sorted({*old, *new}):
        if old.get(field) != new.get(field):
            yield FieldChange(field, old.get(field), new.get(field))


def _leaves(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping) and value:
        for key, each in value.items():
            yield from _leaves(each, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        yield path, ", ".join(each if isinstance(each, str) else canonical.text(each) for each in value)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif path:
        yield path, "{}" if isinstance(value, Mapping) else str(value)
