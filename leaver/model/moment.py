"""Moments: a local time in a client's zone, or one with an explicit offset, as an instant.

A departure's `at` is what two people agreed on, so a text that could mean two instants, or none, is refused
with both readings instead of being guessed at. Relative words and dates without a time are refused too.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

_TEXT = re.compile(
    r"(\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?)(?: ?(Z|[+-]\d{2}:\d{2}))?",
    re.ASCII,
)
PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2})?( ?(Z|[+-][0-9]{2}:[0-9]{2}))?$"


class MomentError(ValueError):
    """A text that names no instant, or more than one."""

    def __init__(self, fault: str, remedy: str) -> None:
        super().__init__(f"{fault}. {remedy}")
        self.fault = fault
        self.remedy = remedy


def local(instant: datetime, zone: str) -> str:
    """Say `instant` as people of `zone` (an IANA name) say it: `2026-11-27 17:00 EST`."""
    return instant.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")


def parse_moment(text: str, zone: str | None) -> datetime:
    """Turn `2026-11-27 17:00` (local in `zone`) or `2026-11-27 17:00 -05:00` into a UTC instant.

    Raises:
        MomentError: the text is not a moment, does not exist in the zone, exists twice, or has no zone.
    """
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise _not_a_moment(text)
    stated, offset = match.groups()
    try:
        naive = datetime.fromisoformat(stated)
    except ValueError as error:
        raise MomentError(f'"{text}" does not exist ({error})', "Correct the date or the time.") from None
    if offset:
        return _instant(naive, _fixed_offset(offset, text), text)
    if zone is None:
        raise MomentError(
            f'"{text}" has no zone and the client has none',
            "Add `zone:` to client.yaml, or an offset such as +01:00 here.",
        )
    return _in_zone(naive, zone, text)


def parse_day(text: str, zone: str | None) -> datetime:
    """The UTC instant at which the day `2026-11-27` begins in `zone`.

    Where the clocks go forward at midnight that is an hour later, where they go back, the first of the two:
    neither is a question to anybody.

    Raises:
        MomentError: the text is not a day, there is no such day, or there is no zone.
    """
    match = _TEXT.fullmatch(f"{text} 00:00")
    if match is None:
        raise _not_a_moment(text)
    try:
        midnight = datetime.fromisoformat(text)
    except ValueError as error:
        raise MomentError(f'"{text}" does not exist ({error})', "Correct the date.") from None
    if zone is None:
        raise MomentError(
            f'"{text}" has no zone and the client has none',
            f'Add `zone:` to client.yaml, or write a moment with an offset, such as "{text} 09:00 +01:00".',
        )
    return _instant(midnight, ZoneInfo(zone), text)


def _not_a_moment(text: str) -> MomentError:
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text.strip()):
        return MomentError(f'"{text}" has no time', f'Say the minute, such as "{text.strip()} 17:00".')
    return MomentError(
        f'"{text}" is not a moment',
        'Write date and time, such as "2026-11-27 17:00"; relative words are refused.',
    )


def _fixed_offset(text: str, whole: str) -> tzinfo:
    if text == "Z":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[4:6])
    if minutes > 14 * 60 or int(text[4:6]) > 59:
        raise MomentError(f'"{whole}" has an offset that no place has', "Offsets run from -14:00 to +14:00.")
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _instant(naive: datetime, offset: tzinfo, text: str) -> datetime:
    if offset is UTC:
        return naive.replace(tzinfo=UTC)
    try:
        return naive.replace(tzinfo=offset).astimezone(UTC)
    except OverflowError:
        raise MomentError(f'"{text}" is outside of the calendar', "Correct the year.") from None


def _in_zone(naive: datetime, zone: str, text: str) -> datetime:
    tz = ZoneInfo(zone)
    here = naive.replace(tzinfo=tz)
    if (offset := here.utcoffset()) == here.replace(fold=1).utcoffset():
        return _instant(naive, timezone(offset or timedelta()), text)
    first, second = (_instant(naive.replace(fold=fold), tz, text) for fold in (0, 1))
    if first < second:
        readings = " or ".join(f'"{text.strip()} {_offset_of(instant, tz)}"' for instant in (first, second))
        raise MomentError(f'"{text}" happens twice in {zone} (the clocks go back)', f"Write {readings}.")
    before, after = (instant.astimezone(tz).strftime("%Y-%m-%d %H:%M") for instant in (second, first))
    raise MomentError(
        f'"{text}" does not exist in {zone} (the clocks go forward)', f'Write "{before}" or "{after}".'
    )


def _offset_of(instant: datetime, tz: tzinfo) -> str:
    offset = instant.astimezone(tz).strftime("%z")
    return f"{offset[:3]}:{offset[3:5]}"
