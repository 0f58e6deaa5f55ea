"""What becomes of a person, in one word, as seen at a moment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from leaver.plan.changes import PersonChange
from leaver.plan.timeline import Access, Shift, Span


class Verb(StrEnum):
    """What becomes of a person; the order is the one in which a reviewer wants to read it."""

    LEAVES = "leaves"
    """No access is left in the end."""
    WAITS = "is to leave, once released,"
    """A departure on hold is new or changed: the records alone do not say when access ends."""
    JOINS = "joins"
    RETURNS = "has access again"
    """The records of before had ended it by now."""
    STAYS = "stays"
    """Access that the records of before would have ended goes on."""
    MOVES = "moves"
    """Other accounts, groups, roles, licences or attributes."""
    REMOVED = "is removed, and had no access"
    """The record of somebody who had left."""
    RECORD = "changes in the record only"
    """Nothing of it shows in a directory."""

    @property
    def mark(self) -> str:
        """One character for the margin."""
        return _MARKS.get(self, " ")


_MARKS = {
    Verb.LEAVES: "-",
    Verb.WAITS: "-",
    Verb.JOINS: "+",
    Verb.RETURNS: "+",
    Verb.STAYS: "=",
    Verb.MOVES: "~",
    Verb.REMOVED: "-",
}
MOMENTLESS = (Verb.RETURNS, Verb.MOVES, Verb.REMOVED, Verb.RECORD)


def seen(shift: Shift, now: datetime) -> tuple[Span, ...]:
    """What is left of a shift's spans at `now`; one that is under way starts with the apply (None)."""
    return tuple(
        Span(None if span.start is None or span.start <= now else span.start, span.end)
        for span in shift.spans
        if not span.over(now)
    )


def verb_of(person: PersonChange, now: datetime) -> tuple[Verb, datetime | None]:
    """What becomes of a person, and when: None where that is with the apply, or where nothing happens."""
    lost = [span for shift in of_account(person, gained=False) for span in seen(shift, now)]
    gained = [span for shift in of_account(person, gained=True) for span in seen(shift, now)]
    for_good = [span.start for span in lost if _is_over(person, span.start or now)]
    if for_good:
        return Verb.LEAVES, _first(for_good)
    if person.record == "removed":
        return Verb.REMOVED, None
    departure = person.after.departure
    if departure is not None and person.remains and departure != person.before.departure:
        return Verb.WAITS, departure.at
    if person.record == "added":
        return (Verb.JOINS, _first(span.start for span in gained)) if gained else (Verb.RECORD, None)
    if gained and not any(account.before is None for account in person.accounts):
        at = _first(span.start for span in gained)
        return (Verb.RETURNS if at is None else Verb.STAYS), at
    if any(seen(shift, now) for shift in person.shifts) or person.accounts or _attributes(person):
        return Verb.MOVES, None
    return Verb.RECORD, None


def _is_over(person: PersonChange, at: datetime) -> bool:
    """Whether from `at` on the records of after give no access any more."""
    return not person.remains and (person.ends is None or person.ends <= at)


def _first(starts: Iterable[datetime | None]) -> datetime | None:
    """The first of the moments; with the apply (None) is before all others."""
    known = list(starts)
    return None if None in known else min(each for each in known if each is not None)


def of_account(person: PersonChange, *, gained: bool) -> list[Shift]:
    """The shifts of sign-in itself."""
    return [
        shift for shift in person.shifts if shift.gained is gained and shift.item.access is Access.ACCOUNT
    ]


def _attributes(person: PersonChange) -> bool:
    return any(field.field.partition(".")[0] not in _RECORD_ONLY for field in person.fields)


_RECORD_ONLY = ("nda", "kind", "owner", "staff", "starts", "adopt", "reinstate", "was", "departure")
