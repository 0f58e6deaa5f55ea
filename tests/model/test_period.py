"""Periods count on the calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.model import Period, PeriodError, parse_moment

LONDON = "Europe/London"
AFTER = [
    ("1 day", "2026-11-27 17:00", "2026-11-28 17:00"),
    ("30 days", "2026-11-22 09:00", "2026-12-22 09:00"),
    ("2 weeks", "2026-11-22 09:00", "2026-12-06 09:00"),
    ("1 month", "2026-01-31 09:00", "2026-02-28 09:00"),
    ("1 month", "2028-01-31 09:00", "2028-02-29 09:00"),
    ("12 months", "2026-11-27 17:00", "2027-11-27 17:00"),
    ("13 months", "2026-12-31 17:00", "2028-01-31 17:00"),
    ("1 year", "2028-02-29 09:00", "2029-02-28 09:00"),
    ("5 years", "2024-03-01 00:00", "2029-03-01 00:00"),
    # Over the change of the clocks the hour of the day stays, the number of hours does not.
    ("1 day", "2026-03-28 12:00", "2026-03-29 12:00"),
    ("1 day", "2026-10-24 12:00", "2026-10-25 12:00"),
]


@pytest.mark.parametrize(("text", "start", "end"), AFTER, ids=lambda value: str(value))
def test_a_period_ends_at_the_same_time_of_day(text: str, start: str, end: str) -> None:
    assert Period.parse(text).after(parse_moment(start, LONDON), LONDON) == parse_moment(end, LONDON)


@pytest.mark.parametrize(
    "text",
    ["", "30", "days", "30days", "30  days", "-1 day", "0 days", "1.5 days", "10000 days", "1 hour", "a day", "P30D",
     "30 Days", "30 days ", "٣ days", "1 dayss"],
)  # fmt: skip
def test_every_other_form_is_refused(text: str) -> None:
    with pytest.raises(PeriodError, match="is not a period"):
        Period.parse(text)


@pytest.mark.parametrize(("text", "said"), [("1 days", "1 day"), ("2 week", "2 weeks"), ("1 year", "1 year")])
def test_a_period_says_itself_in_good_english(text: str, said: str) -> None:
    assert str(Period.parse(text)) == said


@given(st.integers(1, 9999), st.sampled_from(["day", "week", "month", "year"]))
def test_what_a_period_says_is_read_as_it(count: int, unit: str) -> None:
    period = Period.parse(f"{count} {unit}s")
    assert Period.parse(str(period)) == period


@given(
    st.integers(1, 9999),
    st.sampled_from(["day", "week", "month", "year"]),
    st.datetimes(datetime(1990, 1, 1), datetime(9990, 1, 1)),
    st.sampled_from(["UTC", LONDON, "Australia/Lord_Howe", "Pacific/Apia"]),
)
def test_a_period_ends_later_than_it_began(count: int, unit: str, start: datetime, zone: str) -> None:
    begin = start.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert Period.parse(f"{count} {unit}").after(begin, zone) > begin


def test_past_the_end_of_the_calendar_is_its_end() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    assert Period(9999, "year").after(start, "UTC") == datetime.max.replace(tzinfo=UTC)
