"""Moments, days and lengths of time as people read them; texts of any origin on one line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from leaver.escape import terminal

_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# The zones of the United States in the IANA database (zone.tab): there, and nearly only there, the month is first.
_MONTH_FIRST = frozenset(
    f"America/{name}"
    for name in [
        "Adak",
        "Anchorage",
        "Boise",
        "Chicago",
        "Denver",
        "Detroit",
        "Indiana/Indianapolis",
        "Indiana/Knox",
        "Indiana/Marengo",
        "Indiana/Petersburg",
        "Indiana/Tell_City",
        "Indiana/Vevay",
        "Indiana/Vincennes",
        "Indiana/Winamac",
        "Indianapolis",
        "Juneau",
        "Kentucky/Louisville",
        "Kentucky/Monticello",
        "Los_Angeles",
        "Menominee",
        "Metlakatla",
        "New_York",
        "Nome",
        "North_Dakota/Beulah",
        "North_Dakota/Center",
        "North_Dakota/New_Salem",
        "Phoenix",
        "Sitka",
        "Yakutat",
    ]
) | {"Pacific/Honolulu"}


def day(when: date, zone: str) -> str:
    """`27 November 2026`, or `November 27, 2026` for clients in the United States."""
    month = _MONTHS[when.month - 1]
    if zone in _MONTH_FIRST or zone.startswith("US/"):
        return f"{month} {when.day}, {when.year}"
    return f"{when.day} {month} {when.year}"


def day_of(instant: datetime, zone: str) -> str:
    """The day on which `instant` falls in `zone`."""
    return day(instant.astimezone(ZoneInfo(zone)), zone)


def moment(instant: datetime, zone: str) -> str:
    """`Friday 27 November 2026, 17:00:04 EST`."""
    here = instant.astimezone(ZoneInfo(zone))
    weekday = _DAYS[here.weekday()]
    comma = "," if zone in _MONTH_FIRST else ""
    return f"{weekday}{comma} {day(here, zone)}, {here:%H:%M:%S %Z}"


def short(instant: datetime, zone: str) -> str:
    """`27 Nov 2026 17:00:04 EST`, for tables: the month is a word, so that nobody mixes it up with the day."""
    here = instant.astimezone(ZoneInfo(zone))
    return f"{here.day} {_MONTHS[here.month - 1][:3]} {here.year} {here:%H:%M:%S %Z}"


def clock(instant: datetime, zone: str) -> str:
    """`17:00:04`."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M:%S}"


def utc(instant: datetime) -> str:
    """`2026-11-27 22:00:04 UTC`."""
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def span(length: timedelta) -> str:
    """`4.2 s`, `2 min 5 s`, `3 h 2 min`, `2 d 4 h`: how long, whichever direction; the two largest units."""
    length = abs(length)
    if length < timedelta(seconds=10):
        tenths = round(length.total_seconds(), 1)
        return f"{tenths:g} s"
    seconds = round(length.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((at for at, (number, _) in enumerate(parts) if number), 3)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number)


def late(length: timedelta) -> str:
    """`4.2 s after`, `on time` or `5 min before` the moment it is counted from."""
    if abs(length) < timedelta(milliseconds=50):
        return "on time"
    return f"{span(length)} {'after' if length > timedelta() else 'before'}"


def against(length: timedelta, what: str) -> str:
    """`4.2 s after the agreed moment`, `at the agreed moment`; `what` is "the agreed moment" or another one."""
    said = late(length)
    return f"at {what}" if said == "on time" else f"{said} {what}"


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 step`, `2 steps`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def named(author: str) -> str:
    """`Lee Park` of `Lee Park <lee.park@acme.example> (merged 8d1c6b0e4f)`."""
    name = author.partition("<")[0].partition(" (")[0].strip()
    return name or author


def listed(names: tuple[str, ...] | list[str]) -> str:
    """`entra`, `entra and okta`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def clean(value: Any) -> Any:
    """`value` with every text in it on one line, and everything invisible in it shown as an escape."""
    if isinstance(value, str):
        return terminal(value)
    if isinstance(value, Mapping):
        return {terminal(str(key)): clean(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [clean(each) for each in value]
    return value
