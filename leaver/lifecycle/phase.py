"""The phase of a person at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from leaver.lifecycle.access import on_notice, term_changes
from leaver.model import Person


class Phase(StrEnum):
    """Where a person stands. Each follows from the record and `now`, but for `due`, which takes what the caller
    knows of the cut, and `retained` and `removable`, which are of a record that is gone."""

    NOT_STARTED = "not started"
    """Before `starts`: no access yet."""
    ACTIVE = "active"
    """Access as the record says."""
    ON_NOTICE = "on notice"
    """Access as the record says, and in the client's notice groups: `notice` has come, the departure has not."""
    HELD = "held"
    """The agreed moment has passed, and the departure waits for its release: access stays, notice too."""
    DUE = "due"
    """The departure is effective, and the caller knows that some of the access is still there: to be cut now,
    whatever its age."""
    DEPARTED = "departed"
    """The departure is effective: there shall be no access in any directory (NIST SP 800-53 PS-4). Said of the
    records alone; whether the directories agree is known by reading them back."""
    DISABLED = "disabled"
    """The record says `disabled`: no access, whatever its moments say."""
    RETAINED = "retained"
    """The record is gone and its account is kept: disabled, stripped, until the client's `retain` period is over
    (CIS Controls v8 6.2)."""
    REMOVABLE = "removable"
    """The record is gone and the account was kept long enough: it is deleted."""

    @property
    def has_access(self) -> bool:
        """Whether a person in this phase may have enabled accounts, groups and roles."""
        return self in (Phase.ACTIVE, Phase.ON_NOTICE, Phase.HELD)

    @property
    def left(self) -> bool:
        """Whether access ended at its agreed moment: the departure is effective, cut or not."""
        return self in (Phase.DUE, Phase.DEPARTED)


def effective_end(person: Person) -> datetime | None:
    """The moment from which the person has no access; None when there is none, or a hold still waits.

    A release counts from when it was given, before the agreed moment or after it.
    """
    departure = person.departure
    if departure is None:
        return person.until
    return departure.released if departure.on_hold else departure.at


def waits(person: Person, now: datetime) -> bool:
    """Whether a departure on hold is not released at `now`, its moment come or not."""
    departure = person.departure
    return (
        departure is not None
        and departure.on_hold
        and not person.disabled
        and (departure.released is None or now < departure.released)
    )


def phase(person: Person, now: datetime, *, cut: bool = True) -> Phase:
    """The person's phase at `now` (aware). A departure never ages out: it stays effective forever.

    `cut` is False when the caller knows that access is still there although it should not be: what is
    `departed` by the records is `due` then. It changes nothing else.
    """
    if person.disabled:
        return Phase.DISABLED
    end = effective_end(person)
    if end is not None and now >= end:
        return Phase.DEPARTED if cut else Phase.DUE
    if person.starts is not None and now < person.starts:
        return Phase.NOT_STARTED
    if person.departure is not None and now >= person.departure.at:
        return Phase.HELD
    return Phase.ON_NOTICE if on_notice(person, now) else Phase.ACTIVE


def changes(person: Person) -> Iterator[datetime]:
    """Every moment at which the person's phase or access may change or a hold expires, in no order.

    None comes after the end of all access, and somebody who is disabled has none.
    """
    if person.disabled:
        return
    end = effective_end(person)
    yield from (moment for moment in _moments(person) if end is None or moment <= end)


def _moments(person: Person) -> Iterator[datetime]:
    if person.starts is not None:
        yield person.starts
    if person.until is not None:
        yield person.until
    departure = person.departure
    if departure is not None:
        yield departure.at
        for moment in (departure.notice, departure.released, departure.expires):
            if moment is not None:
                yield moment
    yield from term_changes(person)
