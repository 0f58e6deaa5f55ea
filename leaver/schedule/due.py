"""What must be done now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from leaver.lifecycle import effective_end
from leaver.model import Client
from leaver.schedule.event import Urgency, urgency
from leaver.schedule.events import Removed, events

_NOTHING: Mapping[str, datetime] = {}
_NOBODY: Removed = {}


@dataclass(frozen=True, slots=True, order=True)
class Due:
    """A person whose access must have ended `at` that moment. Sorts most urgent first, then oldest."""

    urgency: Urgency
    at: datetime
    client: str
    person: str

    def lateness(self, cut: datetime) -> timedelta:
        """How late a cut is, or would be, at the moment `cut`."""
        return cut - self.at

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON; the moment in ISO 8601."""
        return {
            "urgency": self.urgency.name.lower(),
            "at": self.at.isoformat(),
            "client": self.client,
            "person": self.person,
        }


def overdue_or_due(client: Client, now: datetime, done: Mapping[str, datetime] = _NOTHING) -> list[Due]:
    """Whose access must have ended by `now`, most urgent first. Nothing is ever too old to be in it.

    `done` gives, by person key, the moment of the last cut that was read back. One from before the moment of
    this departure was another departure's, and does not count.
    """
    found = []
    for key, person in client.people.items():
        end = effective_end(person)
        if end is None or now < end:
            continue
        cut = done.get(key)
        if cut is None or cut < end:
            found.append(Due(urgency(person), end, client.key, key))
    return sorted(found)


def changing(
    clients: Mapping[str, Client], since: datetime, until: datetime, removed: Removed = _NOBODY
) -> dict[str, Urgency]:
    """The clients at which something happens after `since` and up to `until`, the most urgent first."""
    found: dict[str, Urgency] = {}
    for event in events(clients, since, until, removed):
        found[event.client] = min(event.urgency, found.get(event.client, Urgency.REST))
    return dict(sorted(found.items(), key=lambda item: (item[1], item[0])))
