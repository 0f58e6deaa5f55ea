"""Reading back: what a directory shows after a write decides what the write did.

A directory may show for a while what was true before, and the answer to a write may get lost after the write
was done; so nothing is said of a write before it is read.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from leaver.actions.answer import Answer
from leaver.actions.errors import CallFailed, Forbidden, Missing, Refused, Unauthorised
from leaver.actions.types import Outcome, Result, Step

_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0


@dataclass(slots=True)
class Reading:
    """The last answer that was read; `good` when it shows what was wanted. `error`: why the last try failed."""

    answer: Answer | None = None
    error: CallFailed | None = None
    good: bool = False
    seconds: float = 0.0


async def settle(
    read: Callable[[float], Awaitable[Answer]], good: Callable[[Answer], bool], *, seconds: float
) -> Reading:
    """Read until the answer is good, for at most `seconds` (0: once). Never raises a `CallFailed`.

    `read` is told how many seconds are left.
    """
    reading = Reading(seconds=seconds)
    deadline = time.monotonic() + seconds
    pause = _FIRST_PAUSE
    while True:
        try:
            reading.answer = await read(max(0.0, deadline - time.monotonic()))
            reading.error = None
            reading.good = good(reading.answer)
        except CallFailed as error:
            reading.error = error
            if isinstance(error, Forbidden | Missing | Refused | Unauthorised):
                return reading
        if reading.good or time.monotonic() + pause > deadline:
            return reading
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


def patience(error: CallFailed | None, seconds: float) -> float:
    """How long to read back: after a clear refusal one look is enough."""
    return seconds if error is None or error.maybe_done else 0.0


def outcome(step: Step, error: CallFailed | None, reading: Reading, seen: str | None) -> Outcome:
    """What a write came to: `error` is what the write ended in, `seen` what the reading showed."""
    answer = reading.answer
    request_id = answer.request_id if answer else error.request_id if error else None
    date = answer.date if answer else error.date if error else None

    def ended(result: Result, why: str, stopped_by: CallFailed | None = None) -> Outcome:
        return Outcome(step, result, why, request_id, date, seen, stopped_by)

    lost = error is not None and error.maybe_done
    fault = error.fault if error else ""
    if reading.good and error is None:
        return ended("done", "read back")
    if reading.good and lost:
        return ended("done", f"its answer got lost ({fault}), but it was read back")
    if reading.good:
        return ended("already", f"it was so before: the directory refused to do it again ({fault})", error)
    if error is not None and not lost:
        return ended("failed", str(error), error)
    if reading.error is not None:
        why = f"it may have been done, but could not be read back: {reading.error}"
        return ended("unverified", why, error or reading.error)
    if error is not None:
        return ended("failed", f"{error} The directory shows {seen}.", error)
    return ended(
        "unverified", f"the directory accepted it, and after {reading.seconds:g} s still shows {seen}"
    )
