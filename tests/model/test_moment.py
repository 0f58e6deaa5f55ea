"""Local times to instants: gaps and overlaps of daylight saving in zones of every kind."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.model import MomentError, local, parse_moment

NEW_YORK, LONDON, LORD_HOWE = "America/New_York", "Europe/London", "Australia/Lord_Howe"
MOMENTS = [
    ("2026-11-27 17:00", NEW_YORK, "2026-11-27 22:00:00"),
    ("2026-07-27 17:00", NEW_YORK, "2026-07-27 21:00:00"),
    ("2026-11-27T17:00", NEW_YORK, "2026-11-27 22:00:00"),
    ("2026-11-27 17:00:30", NEW_YORK, "2026-11-27 22:00:30"),
    ("2026-11-27 17:00", "UTC", "2026-11-27 17:00:00"),
    ("2026-07-27 17:00", LONDON, "2026-07-27 16:00:00"),
    ("2026-07-27 17:00", "Asia/Kathmandu", "2026-07-27 11:15:00"),
    ("2026-07-27 17:00", "Pacific/Apia", "2026-07-27 04:00:00"),
    ("2026-07-27 17:00", "Pacific/Kiritimati", "2026-07-27 03:00:00"),
    ("2026-07-27 17:00", "Pacific/Pago_Pago", "2026-07-28 04:00:00"),
    ("2026-01-27 17:00", LORD_HOWE, "2026-01-27 06:00:00"),
    ("2026-07-27 17:00", LORD_HOWE, "2026-07-27 06:30:00"),
    ("2026-07-27 17:00", "Africa/Casablanca", "2026-07-27 16:00:00"),
    # The minute on either side of a gap and of an overlap means one instant.
    ("2026-03-08 01:59", NEW_YORK, "2026-03-08 06:59:00"),
    ("2026-03-08 03:00", NEW_YORK, "2026-03-08 07:00:00"),
    ("2026-11-01 00:59", NEW_YORK, "2026-11-01 04:59:00"),
    ("2026-11-01 02:00", NEW_YORK, "2026-11-01 07:00:00"),
    ("2026-10-04 01:59", LORD_HOWE, "2026-10-03 15:29:00"),
    ("2026-10-04 02:30", LORD_HOWE, "2026-10-03 15:30:00"),
    ("2026-04-05 02:00", LORD_HOWE, "2026-04-04 15:30:00"),
    # An offset needs no zone, and settles what a zone leaves open.
    ("2026-11-27 17:00 -05:00", None, "2026-11-27 22:00:00"),
    ("2026-11-27 17:00-05:00", "Asia/Kathmandu", "2026-11-27 22:00:00"),
    ("2026-11-27 17:00Z", None, "2026-11-27 17:00:00"),
    ("2026-11-27 17:00 Z", None, "2026-11-27 17:00:00"),
    ("2026-11-27 17:00 +14:00", None, "2026-11-27 03:00:00"),
    ("2026-11-27 17:00 +05:45", None, "2026-11-27 11:15:00"),
    ("2026-11-27 17:00 -00:00", None, "2026-11-27 17:00:00"),
    ("2026-11-01 01:30 -04:00", NEW_YORK, "2026-11-01 05:30:00"),
    ("2026-11-01 01:30 -05:00", NEW_YORK, "2026-11-01 06:30:00"),
    ("2028-02-29 12:00", "UTC", "2028-02-29 12:00:00"),
    # Midnight is the start of a day, also where daylight saving begins at midnight on other days.
    ("2026-11-27 00:00", "America/Santiago", "2026-11-27 03:00:00"),
]


@pytest.mark.parametrize(("text", "zone", "instant"), MOMENTS, ids=lambda value: str(value))
def test_a_moment_is_one_instant(text: str, zone: str | None, instant: str) -> None:
    assert parse_moment(text, zone) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


FAULTS = [
    (
        "2026-03-08 02:30",
        NEW_YORK,
        '"2026-03-08 02:30" does not exist in America/New_York (the clocks go forward)',
        'Write "2026-03-08 01:30" or "2026-03-08 03:30".',
    ),
    (
        "2026-11-01 01:30",
        NEW_YORK,
        '"2026-11-01 01:30" happens twice in America/New_York (the clocks go back)',
        'Write "2026-11-01 01:30 -04:00" or "2026-11-01 01:30 -05:00".',
    ),
    (
        "2026-03-29 01:00",
        LONDON,
        '"2026-03-29 01:00" does not exist in Europe/London (the clocks go forward)',
        'Write "2026-03-29 00:00" or "2026-03-29 02:00".',
    ),
    (
        "2026-10-25 01:00",
        LONDON,
        '"2026-10-25 01:00" happens twice in Europe/London (the clocks go back)',
        'Write "2026-10-25 01:00 +01:00" or "2026-10-25 01:00 +00:00".',
    ),
    # Half an hour of daylight saving.
    (
        "2026-10-04 02:15",
        LORD_HOWE,
        '"2026-10-04 02:15" does not exist in Australia/Lord_Howe (the clocks go forward)',
        'Write "2026-10-04 01:45" or "2026-10-04 02:45".',
    ),
    (
        "2026-04-05 01:45",
        LORD_HOWE,
        '"2026-04-05 01:45" happens twice in Australia/Lord_Howe (the clocks go back)',
        'Write "2026-04-05 01:45 +11:00" or "2026-04-05 01:45 +10:30".',
    ),
    # A whole day that was left out.
    (
        "2011-12-30 12:00",
        "Pacific/Apia",
        '"2011-12-30 12:00" does not exist in Pacific/Apia (the clocks go forward)',
        'Write "2011-12-29 12:00" or "2011-12-31 12:00".',
    ),
    # Daylight saving that begins at midnight: the day has no 00:00.
    (
        "2026-09-06 00:00",
        "America/Santiago",
        '"2026-09-06 00:00" does not exist in America/Santiago (the clocks go forward)',
        'Write "2026-09-05 23:00" or "2026-09-06 01:00".',
    ),
    (
        "2026-11-27 17:00",
        None,
        '"2026-11-27 17:00" has no zone and the client has none',
        "Add `zone:` to client.yaml, or an offset such as +01:00 here.",
    ),
    ("2026-11-27", LONDON, '"2026-11-27" has no time', 'Say the minute, such as "2026-11-27 17:00".'),
    (
        "2026-02-29 12:00",
        LONDON,
        '"2026-02-29 12:00" does not exist (day is out of range for month)',
        "Correct the date or the time.",
    ),
    (
        "2026-13-01 12:00",
        LONDON,
        '"2026-13-01 12:00" does not exist (month must be in 1..12)',
        "Correct the date or the time.",
    ),
    (
        "2026-11-27 24:00",
        LONDON,
        '"2026-11-27 24:00" does not exist (hour must be in 0..23)',
        "Correct the date or the time.",
    ),
    (
        "2026-11-27 17:00 +15:00",
        None,
        '"2026-11-27 17:00 +15:00" has an offset that no place has',
        "Offsets run from -14:00 to +14:00.",
    ),
    (
        "2026-11-27 17:00 +01:60",
        None,
        '"2026-11-27 17:00 +01:60" has an offset that no place has',
        "Offsets run from -14:00 to +14:00.",
    ),
    (
        "0001-01-01 00:00 +14:00",
        None,
        '"0001-01-01 00:00 +14:00" is outside of the calendar',
        "Correct the year.",
    ),
    ("9999-12-31 23:59", NEW_YORK, '"9999-12-31 23:59" is outside of the calendar', "Correct the year."),
]


@pytest.mark.parametrize(("text", "zone", "fault", "remedy"), FAULTS, ids=lambda value: str(value)[:30])
def test_what_is_not_one_instant_is_refused_with_the_readings(
    text: str, zone: str | None, fault: str, remedy: str
) -> None:
    with pytest.raises(MomentError) as refused:
        parse_moment(text, zone)
    assert (refused.value.fault, refused.value.remedy) == (fault, remedy)


@pytest.mark.parametrize(
    "text",
    [
        "", "now", "tomorrow", "today 17:00", "17:00", "27.11.2026 17:00", "27/11/2026 17:00", "2026-11-27 5pm",
        "2026-11-27 17", "2026-11-27 17:0", "2026-11-27 7:00", "2026-W48-5 17:00", "2026-11-27 17:00 EST",
        "2026-11-27 17:00 +5", "2026-11-27 17:00 +0500", "2026-11-27 17:00:00.5", "20261127T170000",
        "2026-11-27  17:00", "٢٠٢٦-11-27 17:00", "+2026-11-27 17:00", "2026-11-27 17:00 Europe/London",
    ],
)  # fmt: skip
def test_every_other_form_is_refused(text: str) -> None:
    with pytest.raises(MomentError) as refused:
        parse_moment(text, LONDON)
    assert refused.value.fault == f'"{text}" is not a moment'


@pytest.mark.parametrize(
    "case", [case for case in FAULTS if "clocks" in case[2]], ids=lambda case: f"{case[0]} {case[1]}"
)
def test_what_a_refusal_tells_to_write_is_accepted(case: tuple[str, str, str, str]) -> None:
    _, zone, _, remedy = case
    first, second = (parse_moment(text, zone) for text in remedy.split('"')[1::2])
    assert first < second


ZONES = st.sampled_from(
    [NEW_YORK, LONDON, LORD_HOWE, "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca", "UTC"]
)
INSTANTS = st.integers(0, 20 * 365 * 24 * 60).map(
    lambda minutes: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@given(INSTANTS, ZONES)
def test_a_local_time_comes_back_as_the_instant_it_was_made_of(instant: datetime, zone: str) -> None:
    here = instant.astimezone(ZoneInfo(zone))
    text, offset = f"{here:%Y-%m-%d %H:%M}", f"{here:%z}"
    assert parse_moment(f"{text} {offset[:3]}:{offset[3:5]}", zone) == instant
    if here.utcoffset() == here.replace(fold=1 - here.fold).utcoffset():
        assert parse_moment(text, zone) == instant
    else:
        with pytest.raises(MomentError, match="happens twice"):
            parse_moment(text, zone)


def test_an_instant_is_said_in_the_clients_zone() -> None:
    instant = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
    assert local(instant, NEW_YORK) == "2026-11-27 17:00 EST"
    assert local(instant, "Asia/Kathmandu") == "2026-11-28 03:45 +0545"
