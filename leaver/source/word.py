"""What a release, a hold and a cancellation write into a person's record.

Each is a change of a file's text that may be made on any version of the file, on the disk, as committed, or as
the remote has it; made twice, it is made once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leaver.model import Client, Departure, Person
from leaver.model.checks import RULES
from leaver.source.block import alone, find_record
from leaver.source.edit import EditRefused, record_data, remove_departure, set_departure
from leaver.source.typed import TypedFile

_UNTIL_RELEASED = "until released"


def stamp(moment: datetime, zone: str) -> str:
    """A moment as a record says it, with its offset: clear in the night when the clocks go back, too."""
    text = moment.astimezone(ZoneInfo(zone)).isoformat(sep=" ", timespec="seconds")
    return f"{text[:19]} {text[19:25]}"


@dataclass(frozen=True, slots=True)
class Word(ABC):
    """A change for one person's sake of the file `file`, and how it is told."""

    client: Client
    person: str
    file: str

    @abstractmethod
    def __call__(self, text: str) -> str:
        """The file's text with the change. Raises EditRefused."""

    def _typed(self, text: str) -> TypedFile:
        block = find_record(text, self.person)
        if block is None:
            raise EditRefused(f'{self.file}: person "{self.person}": the record is not there')
        return TypedFile.of(
            self.client.key, self.file, "people", alone(text, block), self.client.settings.zone
        )

    def after(self, text: str) -> Person | None:
        """The record in `text`, typed; None when it has faults of its own."""
        return self._typed(text).people.get(self.person)


class Amendment(Word):
    """A change of a record that is there."""

    __slots__ = ()

    def __call__(self, text: str) -> str:
        """The file's text with the change.

        Raises:
            EditRefused: the record is not there, is written in a way that a machine should not touch, or would
                have a fault that it does not have now.
        """
        changed = self._change(text)
        if changed != text:
            known = {(each.subject, each.fault) for each in self._typed(text).problems}
            new = [each for each in self._typed(changed).problems if (each.subject, each.fault) not in known]
            if new:
                raise EditRefused(f"{new[0].subject}: {new[0].fault}. {new[0].remedy}")
        return changed

    @abstractmethod
    def _change(self, text: str) -> str:
        """The text with the change, whatever faults it would have."""


@dataclass(frozen=True, slots=True)
class Release(Amendment):
    """The word from the on-call engineer: ends a hold, or starts a departure now.

    An earlier release stays as it was given, and so does a departure that came by itself.
    """

    now: datetime
    by: str
    reason: str | None = None

    def _change(self, text: str) -> str:
        data = record_data(text, self.person)
        found = data.get("departure")
        departure = (self.after(text) or Person()).departure
        if departure is not None and _is_effective(departure, self.now):
            return text
        word: dict[str, Any] = {"released": stamp(self.now, self.client.zone), "released by": self.by}
        if self.reason:
            word["reason"] = self.reason
        if not isinstance(found, Mapping):
            return set_departure(text, self.person, {**self._new(text), **word})
        if found.get("hold", "none") == "none":
            word = {"hold": _UNTIL_RELEASED, **word}
        return set_departure(text, self.person, word)

    def _new(self, text: str) -> dict[str, str]:
        """A departure for somebody who had none planned; a record may not end before it starts."""
        starts = (self.after(text) or Person()).starts
        at = self.now if starts is None or starts < self.now else starts + timedelta(minutes=1)
        return {"at": stamp(at, self.client.zone), "kind": "contentious", "hold": _UNTIL_RELEASED}

    def again(self, text: str) -> Release:
        """This word as `text` has it already: a run that was killed before its commit goes on with its own word."""
        departure = (self.after(text) or Person()).departure
        if departure is None or departure.released is None or departure.released > self.now:
            return self
        return replace(
            self,
            now=departure.released,
            by=departure.released_by or self.by,
            reason=departure.reason,
        )


def _is_effective(departure: Departure, now: datetime) -> bool:
    end = departure.released if departure.on_hold else departure.at
    return end is not None and end <= now


@dataclass(frozen=True, slots=True)
class HoldBack(Amendment):
    """A departure waits for a release from now on."""

    owner: str | None = None
    expires: str | None = None

    def _change(self, text: str) -> str:
        data = record_data(text, self.person)
        found = data.get("departure")
        if not isinstance(found, Mapping):
            raise EditRefused(
                f'person "{self.person}": has no departure to hold. Plan one in the record first'
            )
        if "released" in found:
            raise EditRefused(
                f'person "{self.person}": was released {found["released"]}, and a hold gives nothing back. '
                f"See: leaver cancel --help"
            )
        hold = found.get("hold", "none")
        fields = {key: value for key, value in (("owner", self.owner), ("expires", self.expires)) if value}
        if not fields:
            return text if hold != "none" else set_departure(text, self.person, {"hold": _UNTIL_RELEASED})
        return set_departure(text, self.person, {"hold": {"until": "released", **fields}})


@dataclass(frozen=True, slots=True)
class Cancellation(Amendment):
    """The departure is off. What was cut stays cut: that takes `reinstate`."""

    def _change(self, text: str) -> str:
        return remove_departure(text, self.person) if "departure" in record_data(text, self.person) else text


def faults_with(client: Client, key: str, person: Person) -> list[str]:
    """What the rules between records say of `client` once its `key` is `person`, and did not say before."""
    changed = replace(client, people={**client.people, key: person})
    before = {finding for rule in RULES for finding in rule.check(client)}
    return [
        f"{finding.subject}: {finding.fault}. {finding.remedy}"
        for rule in RULES
        for finding in rule.check(changed)
        if finding not in before
    ]


def default_expiry(at: datetime, now: datetime, zone: str) -> str:
    """A day after the later of the departure's moment and now."""
    return stamp((max(at, now) + timedelta(days=1)).astimezone(UTC), zone)
