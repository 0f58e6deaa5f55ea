"""When the directories are asked again whether those who left are gone."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from leaver.schedule import looks, next_look
from tests.estates import client

MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def times(made: object, start: datetime, end: datetime) -> list[datetime]:
    found: list[datetime] = []
    now = start
    while (now := next_look(made, now)) <= end:  # type: ignore[arg-type]
        found.append(now)
    return found


def test_a_client_whom_nobody_left_lately_is_looked_at_once_a_night() -> None:
    quiet = client({"dana": {}, "sam": {"departure": {"at": MIDNIGHT - 8 * DAY}}})
    found = times(quiet, MIDNIGHT, MIDNIGHT + 3 * DAY)
    assert len(found) == 3
    assert all(1 <= each.hour < 4 for each in found)
    assert {each - found[0] for each in found} == {timedelta(), DAY, 2 * DAY}


def test_a_client_with_somebody_who_left_in_the_last_week_is_looked_at_every_hour_until_it_is_over() -> None:
    left = client({"dana": {"departure": {"at": MIDNIGHT + HOUR / 2}}})
    found = times(left, MIDNIGHT, MIDNIGHT + 9 * DAY)
    assert MIDNIGHT + HOUR / 2 < found[0] <= MIDNIGHT + 2 * HOUR
    per_day = Counter((each - MIDNIGHT).days for each in found)
    assert [per_day[day] for day in range(1, 7)] == [24] * 6
    assert per_day[8] == 1


def test_a_departure_on_hold_is_nobody_who_left() -> None:
    held = client({"dana": {"departure": {"at": MIDNIGHT, "hold": "until released"}}})
    assert len(times(held, MIDNIGHT, MIDNIGHT + DAY)) == 1


@given(st.lists(st.integers(1, 10_000), min_size=2, max_size=8))
def test_however_a_day_is_cut_into_spans_no_look_is_lost_and_none_is_made_twice(minutes: list[int]) -> None:
    made = {"acme": client({"dana": {}})}
    ends = sorted({min(each, 1440) for each in minutes} | {1440})
    told, since = 0, MIDNIGHT
    for each in ends:
        until = MIDNIGHT + timedelta(minutes=each)
        told += len(looks(made, since, until))
        since = until
    assert told == 1


def test_a_hundred_clients_do_not_ask_at_the_same_minute() -> None:
    from dataclasses import replace

    one = client({"dana": {}})
    found = Counter(next_look(replace(one, key=f"client-{number}"), MIDNIGHT) for number in range(100))
    assert max(found.values()) <= 5
