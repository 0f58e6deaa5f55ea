"""Getting back what somebody had: the change of a record that asks for exactly what the before-image shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leaver.lifecycle import effective_end
from leaver.model import Client, Person
from leaver.source.block import find_record
from leaver.source.edit import EditRefused, change_record, record_data
from leaver.source.had import Had
from leaver.source.insert import insert_record
from leaver.source.word import Amendment, stamp


@dataclass(frozen=True, slots=True)
class Reinstatement(Amendment):
    """The record asks for the account, its groups, roles and licences again; nothing is given back before an apply.

    `former` is a people file with the record alone, for somebody whose record is gone. `without` are fields that the
    records as they are now do not take any more.
    """

    had: Had
    now: datetime
    former: str | None = None
    without: tuple[str, ...] = ()

    def __call__(self, text: str) -> str:
        if self.former is not None and find_record(text, self.person) is None:
            text = insert_record(text, self.person, self.former)
        # Not super(): a dataclass with slots is another class than the one that this body was written in.
        return Amendment.__call__(self, text)

    def _change(self, text: str) -> str:
        record = self.after(text)
        if record is None:
            raise EditRefused(f'person "{self.person}": the record has faults. See: leaver check')
        end = effective_end(record)
        fields: dict[str, Any] = dict.fromkeys(self.without)
        if record.departure is not None and ((end is not None and end <= self.now) or not record.disabled):
            # A departure that is still to come did not end anything, and stays agreed.
            fields["departure"] = None
        fields |= {"disabled": None, "reinstate": True}
        if record.until is not None and record.until <= self.now:
            fields["until"] = None
        data = record_data(text, self.person)
        groups = wanted(record.group_keys, self.had.groups)
        if groups is not None and groups != record.group_keys:
            fields["groups"] = as_stated(groups, data.get("groups"))
        roles = wanted(record.role_names, self.had.roles)
        if roles is not None and roles != record.role_names:
            fields["roles"] = as_stated(roles, data.get("roles"))
        stated = record.licences if "licences" not in self.without else ()
        fields |= licence_fields(stated, record.usage_location, self.had)
        return change_record(text, self.person, fields)


def wanted(stated: tuple[str, ...] | None, image: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """What the record is to say: what the image shows, in the record's own order where both have it.

    A record that says nothing, and an image that shows nothing, need no word.
    """
    if image is None or (not image and not stated):
        return stated
    kept = tuple(name for name in stated or () if name in image)
    return (*kept, *(name for name in image if name not in kept))


def licence_fields(stated: Sequence[str], location: str | None, had: Had) -> dict[str, Any]:
    """The licences that a record is to name beside those `stated`, and the usage location that they need.

    None is dropped: an image knows products by their part numbers alone, and client.yaml may say their IDs.
    """
    more = [name for name in had.licences if name not in stated]
    if not more:
        return {}
    need = {"usage location": had.usage_location} if location is None and had.usage_location else {}
    return {"licences": [*stated, *more], **need}


def as_stated(names: Sequence[str], entries: Any) -> list[Any]:
    """The names, each as the record has it where it does: access for a time stays for that time."""
    known: dict[str, Any] = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, Mapping):
            known[str(entry.get("group") or entry.get("role"))] = dict(entry)
    return [known.get(name, name) for name in names]


def fitted(client: Client, record: Person, had: Had) -> tuple[Had, tuple[str, ...]]:
    """What the client's records of today can take of a record that is gone: what it had, and the fields to drop.

    Groups, licences and a manager that are no more are told in `beyond`.
    """
    beyond: list[str] = []
    without: list[str] = []
    if record.manager is not None and record.manager not in client.people:
        without.append("manager")
        beyond.append(f"manager {record.manager}, of whom there is no record")
    groups = had.groups
    if groups is None and record.group_keys is not None:
        lost = [key for key in record.group_keys if key not in client.groups]
        if lost:
            groups = tuple(key for key in record.group_keys if key in client.groups)
            beyond += [f"group {key}, which no record manages" for key in lost]
    licences = had.licences
    if gone := [key for key in record.licences if key not in client.settings.licences]:
        without.append("licences")
        licences = (*(key for key in record.licences if key not in gone), *licences)
        beyond += [f"licence {key}, which client.yaml no longer has" for key in gone]
    if record.was is not None:
        # That rename has happened, and its old key may be somebody's by now.
        without.append("was")
    fits = replace(had, groups=groups, licences=tuple(dict.fromkeys(licences)), beyond=(*had.beyond, *beyond))
    return fits, tuple(without)


def not_left(client: Client, key: str, now: datetime, place: str) -> str | None:
    """Why there is nothing to get back for the person `key`: what they are told; None for somebody who has left."""
    record = client.people[key]
    end = effective_end(record)
    if record.disabled or (end is not None and end <= now):
        return None
    if record.departure is not None:
        off = f"To call it off: leaver cancel {client.key} {key}"
        if end is None:
            return f"has not left: the departure waits for a release. {off}"
        return f"has not left, and departs {stamp(end, client.zone)}. {off}"
    if record.until is not None:
        return f"has not left: access lasts until {stamp(record.until, client.zone)}. Correct `until` at {place}."
    return (
        "has not left: nothing in the record takes access away. Was an account disabled in its directory? "
        f"Then write `reinstate: true` at {place}."
    )
