"""A departure at a local time, in every kind of zone and at every edge of a calendar: never early, never late."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from leaver.desired import desired, next_change
from leaver.model import Client, ClientSettings, MomentError, Person, parse_moment
from tests.invariants.oracle import PROFILE

TICK = timedelta(microseconds=1)
ZONES = (
    "UTC", "Europe/London", "America/New_York", "America/St_Johns", "Asia/Kathmandu", "Australia/Eucla",
    "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Casablanca",
    "America/Santiago", "Asia/Tehran", "Africa/Cairo", "Antarctica/Troll", "Pacific/Apia",
)  # fmt: skip
EDGES = (
    datetime(2026, 3, 8, 2, 30), datetime(2026, 11, 1, 1, 30), datetime(2026, 3, 29, 1, 30),
    datetime(2026, 10, 25, 1, 30), datetime(2026, 10, 4, 2, 15), datetime(2026, 4, 5, 1, 45),
    datetime(2028, 2, 29, 0, 0), datetime(2028, 2, 28, 23, 59), datetime(2027, 2, 28, 23, 59),
    datetime(2026, 12, 31, 23, 59), datetime(2027, 1, 1, 0, 0), datetime(2011, 12, 30, 12, 0),
)  # fmt: skip


@st.composite
def walls(draw: st.DrawFn) -> datetime:
    """What a clock on the wall may show: any minute, more often one within three hours of an edge."""
    if draw(st.booleans()):
        return draw(st.sampled_from(EDGES)) + timedelta(minutes=draw(st.integers(-180, 180)))
    return datetime(2026, 1, 1) + timedelta(minutes=draw(st.integers(0, 4 * 365 * 24 * 60)))


def leaver(text: str, zone: str) -> Client:
    directory = {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "a.example"}
    record = {"departure": {"at": text}}
    return Client(
        "acme",
        ClientSettings.model_validate({"name": "Acme", "zone": zone, "directories": {"entra": directory}}),
        {},
        {"dana": Person.model_validate(record, context={"zone": zone})},
    )


def has_access(client: Client, now: datetime) -> bool:
    return desired(client, now).accounts["dana", "entra"].enabled


@PROFILE
@given(st.sampled_from(ZONES), walls())
@example("America/New_York", datetime(2026, 3, 8, 3, 0))
@example("Australia/Lord_Howe", datetime(2026, 10, 4, 2, 29))
@example("Pacific/Apia", datetime(2011, 12, 31, 0, 0))
def test_access_ends_when_the_clock_on_the_wall_shows_it_or_the_text_is_refused(
    zone: str, wall: datetime
) -> None:
    text = f"{wall:%Y-%m-%d %H:%M}"
    readings = {
        instant
        for offset in range(-14 * 60, 14 * 60 + 1, 15)
        if (instant := (wall - timedelta(minutes=offset)).replace(tzinfo=UTC))
        .astimezone(ZoneInfo(zone))
        .replace(tzinfo=None)
        == wall
    }
    if len(readings) != 1:
        with pytest.raises(MomentError, match="happens twice" if readings else "does not exist"):
            parse_moment(text, zone)
        return
    at = parse_moment(text, zone)
    assert {at} == readings
    client = leaver(text, zone)
    assert has_access(client, at - TICK)
    assert not has_access(client, at)
    assert next_change(client, at - TICK) == at
    assert next_change(client, at) is None


@PROFILE
@given(st.sampled_from(ZONES), walls())
def test_each_remedy_of_a_refused_time_is_accepted(zone: str, wall: datetime) -> None:
    try:
        parse_moment(f"{wall:%Y-%m-%d %H:%M}", zone)
    except MomentError as refused:
        remedies = refused.remedy.split('"')[1::2]
        assert len(remedies) == 2
        first, second = (parse_moment(text, zone) for text in remedies)
        assert first < second


@pytest.mark.parametrize("zone", ZONES)
def test_an_offset_means_the_same_instant_whatever_the_clients_zone(zone: str) -> None:
    client = leaver("2026-11-27 17:00 +05:45", zone)
    at = datetime(2026, 11, 27, 11, 15, tzinfo=UTC)
    assert (has_access(client, at - TICK), has_access(client, at)) == (True, False)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Kathmandu"])
def test_the_zone_of_now_says_nothing(zone: str) -> None:
    client = leaver("2026-11-27 17:00 Z", "UTC")
    at = datetime(2026, 11, 27, 17, 0, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert (has_access(client, at - TICK), has_access(client, at)) == (True, False)
