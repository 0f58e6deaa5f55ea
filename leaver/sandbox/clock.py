"""Time as an input, with an offset that a test may shift."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

Clock = Callable[[], datetime]


class ShiftableClock:
    """A clock that runs `offset` away from the one it is given.

    `base` answers timezone-aware UTC moments.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._offset = timedelta(0)

    def __call__(self) -> datetime:
        return self._base() + self._offset

    @property
    def offset_seconds(self) -> float:
        return self._offset.total_seconds()

    def after(self, seconds: float) -> datetime:
        """The moment `seconds` from now."""
        return self() + timedelta(seconds=seconds)

    def shift(self, seconds: float) -> None:
        """Set the offset to `seconds` from the base clock (not added to the former offset)."""
        self._offset = timedelta(seconds=seconds)


def iso(moment: datetime) -> str:
    """A UTC moment in the form Microsoft Graph uses: `2026-11-22T14:00:00Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_millis(moment: datetime) -> str:
    """A UTC moment in the form Okta uses: `2026-11-22T14:00:00.000Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
