"""Whether this machine's clock can be trusted: against itself, and against the directories' Date headers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from statistics import median

import httpx

TOLERANCE = 2.0
"""Seconds that a clock may be wrong."""
_AT_ONCE = 8
_JUMP = 1.0
_TIMEOUT = 3.0


class JumpWatch:
    """Notices that the wall clock was set: it and the monotonic clock no longer advance alike.

    Suspending a machine stops the monotonic clock and so counts as a jump, too.
    """

    def __init__(
        self, clock: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._offset = self._difference()

    def jumped(self) -> float:
        """By how many seconds the wall clock jumped since the last call; 0.0 when it did not."""
        found = self._difference()
        jump = found - self._offset
        self._offset = found
        return jump if abs(jump) > _JUMP else 0.0

    def differs(self) -> bool:
        """Whether `jumped` would tell of a jump."""
        return abs(self._difference() - self._offset) > _JUMP

    def _difference(self) -> float:
        return self._clock().timestamp() - self._monotonic()


def off_by(date: str | None, before: datetime, after: datetime) -> float | None:
    """Seconds that a Date header is ahead of our clock; None when it is no date.

    The header has whole seconds, and was written some time between our `before` and `after`: only what
    neither explains counts.
    """
    try:
        shown = parsedate_to_datetime(date or "")
    except (TypeError, ValueError):
        return None
    if shown.tzinfo is None:
        return None
    if shown > after:
        return (shown - after).total_seconds()
    if shown + timedelta(seconds=1) < before:
        return (shown + timedelta(seconds=1) - before).total_seconds()
    return 0.0


async def directories_ahead(origins: Iterable[str], clock: Callable[[], datetime]) -> float | None:
    """Seconds that the directories' clocks are ahead of ours, by their median; None when none answers."""

    async def ask(http: httpx.AsyncClient, origin: str) -> float | None:
        before = clock()
        try:
            answer = await http.head(origin)
        except httpx.HTTPError:
            return None
        return off_by(answer.headers.get("date"), before, clock())

    chosen = sorted(set(origins))[:_AT_ONCE]
    # The sandbox is on loopback, where no proxy belongs.
    abroad = all(each.startswith("https:") for each in chosen)
    async with httpx.AsyncClient(timeout=_TIMEOUT, trust_env=abroad) as http:
        found = await asyncio.gather(*(ask(http, origin) for origin in chosen))
    known = [each for each in found if each is not None]
    return median(known) if known else None
