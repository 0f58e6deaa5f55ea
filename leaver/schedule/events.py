"""Everything that the records say will happen, by moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from leaver.lifecycle import effective_end, kept_until
from leaver.model import Client, Departure, Person, terms
from leaver.schedule.event import Event, EventKind, Urgency, urgency

HOUR = timedelta(hours=1)
Removed = Mapping[tuple[str, str], datetime]
"""(Client key, person key) → when the record was first seen to be gone."""
_NOBODY: Removed = {}
_TERMS = {
    "groups": (EventKind.GROUP_STARTS, EventKind.GROUP_ENDS),
    "roles": (EventKind.ROLE_STARTS, EventKind.ROLE_ENDS),
}


def events(
    clients: Mapping[str, Client], since: datetime, until: datetime, removed: Removed = _NOBODY
) -> list[Event]:
    """What happens after `since` and up to `until`, in order of time, then of urgency."""
    return sorted(event for event in _all(clients, removed) if since < event.at <= until)


def alarms(clients: Mapping[str, Client], since: datetime, until: datetime) -> list[Event]:
    """Every full hour from a hold's expiry on, after `since` and up to `until`, while the hold waits."""
    found = []
    for client in clients.values():
        for key, person in client.people.items():
            departure = person.departure
            if departure is None or person.disabled or departure.expires is None:
                continue
            at: datetime | None = _alarm_after(departure, since)
            while at is not None and at <= until:
                kind = EventKind.HOLD_EXPIRES if at == departure.expires else EventKind.HOLD_ALARM
                found.append(Event(at, urgency(person), client.key, key, kind))
                at = _alarm_after(departure, at)
    return sorted(found)


def next_moment(
    clients: Mapping[str, Client],
    now: datetime,
    removed: Removed = _NOBODY,
    *,
    ready: timedelta = timedelta(),
) -> datetime | None:
    """The first moment after `now` at which there is something to do or to say; None when nothing is to come.

    `ready` also counts the moment so long before each departure, held ones included: the time to get ready.
    """
    return min((moment for moment in _moments(clients, now, removed, ready) if moment > now), default=None)


def person_events(client: Client, key: str) -> Iterator[Event]:
    """Everything that happens to the person `key`, in no order.

    Whom the record disables has no access to gain or to lose; only the end of it all is still to be made sure.
    """
    person = client.people[key]
    end = effective_end(person)
    how_urgent = urgency(person)

    def event(at: datetime, kind: EventKind, what: str = "") -> Event:
        return Event(at, how_urgent if kind.cuts else Urgency.REST, client.key, key, kind, what)

    if end is not None:
        yield event(end, _end_kind(person))
    if person.disabled:
        return
    for at, kind, what in _before_the_end(person):
        if end is None or at < end:
            yield event(at, kind, what)


def _end_kind(person: Person) -> EventKind:
    if person.departure is None:
        return EventKind.ENDS
    return EventKind.DEPARTS if person.departure.released is None else EventKind.RELEASED


def _before_the_end(person: Person) -> Iterator[tuple[datetime, EventKind, str]]:
    if person.starts is not None:
        yield person.starts, EventKind.STARTS, ""
    departure = person.departure
    if departure is not None:
        if departure.notice is not None:
            yield departure.notice, EventKind.NOTICE, ""
        if departure.on_hold:
            yield departure.at, EventKind.HELD, ""
        if departure.expires is not None:
            yield departure.expires, EventKind.HOLD_EXPIRES, ""
    for field, (begins, ends) in _TERMS.items():
        for _, term in terms(person.groups if field == "groups" else person.roles):
            if term.starts is not None:
                yield term.starts, begins, term.name
            yield term.until, ends, term.name


def _all(clients: Mapping[str, Client], removed: Removed) -> Iterator[Event]:
    for client in clients.values():
        for key in client.people:
            yield from person_events(client, key)
    for (name, key), since in removed.items():
        if name in clients and key not in clients[name].people:
            yield Event(kept_until(clients[name], since), Urgency.REST, name, key, EventKind.REMOVAL)


def _moments(
    clients: Mapping[str, Client], now: datetime, removed: Removed, ready: timedelta
) -> Iterator[datetime]:
    for event in _all(clients, removed):
        yield event.at
        if event.kind.cuts or event.kind is EventKind.HELD:
            yield event.at - ready
    for client in clients.values():
        for person in client.people.values():
            if person.departure is not None and not person.disabled:
                alarm = _alarm_after(person.departure, now)
                if alarm is not None:
                    yield alarm


def _alarm_after(departure: Departure, moment: datetime) -> datetime | None:
    """The first alarm of the hold after `moment`; None where it has no expiry, or is released by then."""
    if departure.expires is None:
        return None
    hours = 0 if moment < departure.expires else (moment - departure.expires) // HOUR + 1
    at = departure.expires + hours * HOUR
    return at if departure.released is None or at < departure.released else None
