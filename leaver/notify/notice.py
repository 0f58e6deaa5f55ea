"""What happened, as a value: who, where, when, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Kind(StrEnum):
    """What a notice is about."""

    UPCOMING = "upcoming"
    """A departure comes soon."""
    HELD = "held"
    """The agreed moment has passed, and the departure waits for its release."""
    HOLD_EXPIRED = "hold expired"
    """A hold waits longer than was agreed; said again every hour."""
    RELEASED = "released"
    """The word came."""
    CUT = "cut"
    """Access ended, read back."""
    LATE = "late"
    """Access ended, read back, later than agreed."""
    FAILED = "failed"
    """Something could not be done; it is tried again."""
    RECOVERED = "recovered"
    """What had failed is done."""
    STOPPER = "stopper"
    """Something would stop a departure that comes soon."""
    CLOCK = "clock"
    """This machine's clock is wrong."""
    RECORDS = "records"
    """The records cannot be read or fetched."""

    @property
    def alarm(self) -> bool:
        """Whether somebody has to do something."""
        return self in _ALARMS


_ALARMS = frozenset({Kind.HOLD_EXPIRED, Kind.LATE, Kind.FAILED, Kind.STOPPER, Kind.CLOCK, Kind.RECORDS})


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell people.

    `client` and `person` are the names that people know (empty: about none in particular), `zone` is the
    client's IANA zone, in which moments are said. `moment` is the agreed moment, `cut` when access ended,
    `detail` what was seen, `todo` the next step; both whole sentences, without any secret.
    """

    kind: Kind
    client: str = ""
    person: str = ""
    zone: str = "UTC"
    moment: datetime | None = None
    cut: datetime | None = None
    detail: str = ""
    todo: str = ""

    @property
    def lateness(self) -> timedelta | None:
        """Cut minus agreed moment; None while there is no cut."""
        if self.moment is None or self.cut is None:
            return None
        return self.cut - self.moment
