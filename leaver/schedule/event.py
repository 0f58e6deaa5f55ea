"""One thing that happens at a moment, and how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any

from leaver.model import DepartureKind, Person


class Urgency(IntEnum):
    """What goes first; also the priority in a queue, where lower numbers go first."""

    RELEASED = 1
    CONTENTIOUS = 2
    INVOLUNTARY = 3
    VOLUNTARY = 4
    REST = 5


_BY_KIND = {
    DepartureKind.CONTENTIOUS: Urgency.CONTENTIOUS,
    DepartureKind.INVOLUNTARY: Urgency.INVOLUNTARY,
    DepartureKind.VOLUNTARY: Urgency.VOLUNTARY,
}


def urgency(person: Person) -> Urgency:
    """How urgent it is to end the person's access; an agreed `until` is as urgent as a voluntary departure."""
    if person.departure is None:
        return Urgency.REST if person.until is None else Urgency.VOLUNTARY
    if person.departure.released is not None:
        return Urgency.RELEASED
    return _BY_KIND[person.departure.kind]


class EventKind(StrEnum):
    """What happens."""

    STARTS = "starts"
    """A joiner gets access."""
    NOTICE = "goes on notice"
    """A person joins the notice groups."""
    DEPARTS = "departs"
    """All access ends: the agreed moment, without a hold."""
    RELEASED = "is released"
    """All access ends: the word was given."""
    ENDS = "reaches their agreed end"
    """All access ends: the record's `until`."""
    HELD = "waits for a release"
    """The agreed moment of a departure on hold: nothing is taken."""
    HOLD_EXPIRES = "has a hold that expires"
    """The hold alarms from now on, and still waits."""
    HOLD_ALARM = "has an expired hold"
    """Another hour of that; only `alarms` tells of it."""
    GROUP_STARTS = "joins group"
    GROUP_ENDS = "leaves group"
    ROLE_STARTS = "gets role"
    ROLE_ENDS = "loses role"
    REMOVAL = "is deleted"
    """The account of a record that is gone was kept for long enough."""

    @property
    def cuts(self) -> bool:
        """Whether all of the person's access ends."""
        return self in (EventKind.DEPARTS, EventKind.RELEASED, EventKind.ENDS)


@dataclass(frozen=True, slots=True, order=True)
class Event:
    """Something that happens to the person `person` (a key) of the client `client` (a key) at the moment `at`."""

    at: datetime
    urgency: Urgency
    client: str
    person: str
    kind: EventKind
    what: str = ""
    """The group's key or the role's name; else nothing."""

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON; the moment in ISO 8601."""
        return {
            "at": self.at.isoformat(),
            "client": self.client,
            "person": self.person,
            "kind": self.kind.value,
            "what": self.what,
            "urgency": self.urgency.name.lower(),
        }
