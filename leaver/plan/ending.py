"""How a record says that access ends, and in words how that differs from what it said before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from leaver.model import Departure, Person, local
from leaver.model.departure import ON_CALL


@dataclass(frozen=True, slots=True)
class Leave:
    """A departure."""

    at: datetime
    kind: str
    held: bool
    owner: str | None
    """Who makes the call for the hold, where there is one and somebody is named."""
    expires: datetime | None
    notice: datetime | None
    released: datetime | None
    ticket: str | None
    handover: str | None


@dataclass(frozen=True, slots=True)
class Ending:
    """Everything in a record that ends access."""

    disabled: bool = False
    until: datetime | None = None
    departure: Leave | None = None

    @classmethod
    def of(cls, person: Person | None) -> Ending:
        """What the record says; nothing where there is none."""
        if person is None:
            return cls()
        return cls(person.disabled, person.until, _leave(person.departure))


def _leave(stated: Departure | None) -> Leave | None:
    if stated is None:
        return None
    return Leave(
        at=stated.at,
        kind=stated.kind.value,
        held=stated.on_hold,
        owner=stated.owner or (ON_CALL if stated.on_hold else None),
        expires=stated.expires,
        notice=stated.notice,
        released=stated.released,
        ticket=stated.ticket,
        handover=stated.handover,
    )


def when(moment: datetime, zone: str) -> str:
    """A moment as people of `zone` say it, and in UTC: `2026-11-27 17:00 EST (22:00 UTC)`."""
    here, everywhere = local(moment, zone), moment.astimezone(UTC)
    if here.endswith(" UTC"):
        return here
    same_day = here[:10] == f"{everywhere:%Y-%m-%d}"
    return f"{here} ({everywhere:%H:%M} UTC)" if same_day else f"{here} ({everywhere:%Y-%m-%d %H:%M} UTC)"


def told(before: Ending, after: Ending, zone: str) -> tuple[str, ...]:
    """What became of the ending, a sentence without a full stop for each thing; nothing when it is as it was."""
    return tuple(_told(before, after, zone))


def _told(before: Ending, after: Ending, zone: str) -> Iterator[str]:
    if before.disabled != after.disabled:
        yield "the record says `disabled`" if after.disabled else "the record no longer says `disabled`"
    yield from _moment("the agreed end", before.until, after.until, zone)
    old, new = before.departure, after.departure
    if old is None and new is not None:
        yield f"departure added: {', '.join(_all(new, zone))}"
    elif old is not None and new is None:
        yield f"the departure of {when(old.at, zone)} is withdrawn"
    elif old is not None and new is not None:
        yield from _changed(old, new, zone)


def _all(departure: Leave, zone: str) -> Iterator[str]:
    yield when(departure.at, zone)
    yield departure.kind
    if departure.held:
        yield _hold(departure, zone)
    if departure.released is not None:
        yield f"released {when(departure.released, zone)}"
    if departure.notice is not None:
        yield f"on notice from {when(departure.notice, zone)}"
    if departure.ticket is not None:
        yield departure.ticket
    if departure.handover is not None:
        yield f"mail and files to {departure.handover}"


def _hold(departure: Leave, zone: str) -> str:
    expires = f", expires {when(departure.expires, zone)}" if departure.expires else ""
    return f"held until released (owner {departure.owner}{expires})"


def _changed(old: Leave, new: Leave, zone: str) -> Iterator[str]:
    if old.at != new.at:
        yield f"departure moved from {when(old.at, zone)} to {when(new.at, zone)}"
    if old.kind != new.kind:
        yield f"departure is {new.kind}, was {old.kind}"
    if new.held and not old.held:
        yield f"hold added: {_hold(new, zone)}"
    elif old.held and not new.held:
        yield f"hold removed: the departure takes effect at its moment, {when(new.at, zone)}"
    elif new.held and (old.owner, old.expires) != (new.owner, new.expires):
        yield f"hold changed: {_hold(new, zone)}; was {_hold(old, zone)}"
    if old.released is None and new.released is not None:
        yield f"released {when(new.released, zone)}"
    elif old.released is not None and new.released is None and new.held:
        yield f"the release of {when(old.released, zone)} is taken back"
    elif old.released is not None and new.released is not None and old.released != new.released:
        yield f"the release moves from {when(old.released, zone)} to {when(new.released, zone)}"
    yield from _moment("the notice", old.notice, new.notice, zone)
    for what, was, now in (
        ("the ticket", old.ticket, new.ticket),
        ("who gets mail and files", old.handover, new.handover),
    ):
        if was != now:
            yield f"{what}: {was or 'nothing'} → {now or 'nothing'}"


def _moment(what: str, old: datetime | None, new: datetime | None, zone: str) -> Iterator[str]:
    if old == new:
        return
    if old is None and new is not None:
        yield f"{what} is added: {when(new, zone)}"
    elif old is not None and new is None:
        yield f"{what} of {when(old, zone)} is removed"
    elif old is not None and new is not None:
        yield f"{what} moves from {when(old, zone)} to {when(new, zone)}"
