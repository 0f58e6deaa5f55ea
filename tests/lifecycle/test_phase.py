"""Where a person stands at a moment, and what may change there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.lifecycle import Phase, changes, effective_end, kept_until, phase, removal_phase, waits
from leaver.model import Client, Person
from tests.estates import client
from tests.invariants.oracle import PROFILE
from tests.strategies import clients

ZONE = {"zone": "America/New_York"}
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOLD = {"until": "released", "owner": "on-call", "expires": "2026-11-28 09:00"}


def person(**record: Any) -> Person:
    return Person.model_validate(record, context=ZONE)


def at(text: str) -> datetime:
    """A moment in New York in the winter of 2026."""
    return datetime.fromisoformat(f"2026-{text}:00-05:00").astimezone(UTC)


LEAVER = {"at": "2026-11-27 17:00"}
STORIES: dict[str, tuple[dict[str, Any], list[tuple[str, Phase]]]] = {
    "somebody who stays": ({}, [("01-01 00:00", Phase.ACTIVE), ("12-31 23:59", Phase.ACTIVE)]),
    "a joiner": (
        {"starts": "2026-11-10 09:00"},
        [("11-10 08:59", Phase.NOT_STARTED), ("11-10 09:00", Phase.ACTIVE)],
    ),
    "a leaver": (
        {"departure": LEAVER},
        [("11-27 16:59", Phase.ACTIVE), ("11-27 17:00", Phase.DEPARTED), ("12-31 00:00", Phase.DEPARTED)],
    ),
    "a leaver on notice": (
        {"departure": {**LEAVER, "notice": "2026-11-10"}},
        [("11-09 23:59", Phase.ACTIVE), ("11-10 00:00", Phase.ON_NOTICE), ("11-27 17:00", Phase.DEPARTED)],
    ),
    "a leaver on hold, and on notice": (
        {"departure": {**LEAVER, "hold": HOLD, "notice": "2026-11-10 09:00"}},
        [
            ("11-10 09:00", Phase.ON_NOTICE),
            ("11-27 16:59", Phase.ON_NOTICE),
            ("11-27 17:00", Phase.HELD),
            ("12-31 00:00", Phase.HELD),
        ],
    ),
    "one who is released after the moment": (
        {"departure": {**LEAVER, "hold": HOLD, "released": "2026-11-27 18:30"}},
        [("11-27 17:00", Phase.HELD), ("11-27 18:29", Phase.HELD), ("11-27 18:30", Phase.DEPARTED)],
    ),
    "one who is released early": (
        {"departure": {**LEAVER, "hold": HOLD, "released": "2026-11-20 10:00"}},
        [("11-20 09:59", Phase.ACTIVE), ("11-20 10:00", Phase.DEPARTED), ("11-27 17:00", Phase.DEPARTED)],
    ),
    "one whose hold is answered with none": (
        {"departure": {**LEAVER, "kind": "contentious", "hold": "none"}},
        [("11-27 16:59", Phase.ACTIVE), ("11-27 17:00", Phase.DEPARTED)],
    ),
    "one who is released before the first day": (
        {"starts": "2026-11-25 09:00", "departure": {**LEAVER, "hold": HOLD, "released": "2026-11-20 10:00"}},
        [
            ("11-19 00:00", Phase.NOT_STARTED),
            ("11-20 10:00", Phase.DEPARTED),
            ("11-26 00:00", Phase.DEPARTED),
        ],
    ),
    "a contractor": (
        {"starts": "2026-11-10 09:00", "until": "2026-12-10 09:00"},
        [
            ("11-10 08:59", Phase.NOT_STARTED),
            ("12-10 08:59", Phase.ACTIVE),
            ("12-10 09:00", Phase.DEPARTED),
        ],
    ),
    "a disabled record": (
        {"departure": LEAVER, "disabled": True},
        [("11-01 00:00", Phase.DISABLED), ("12-31 00:00", Phase.DISABLED)],
    ),
}


@pytest.mark.parametrize(("record", "story"), STORIES.values(), ids=STORIES)
def test_the_phases_of(record: dict[str, Any], story: list[tuple[str, Phase]]) -> None:
    one = person(**record)
    assert [phase(one, at(moment)) for moment, _ in story] == [expected for _, expected in story]


def test_a_departure_is_due_when_the_caller_knows_that_access_is_still_there() -> None:
    one = person(departure=LEAVER)
    assert phase(one, at("11-27 17:00"), cut=False) is Phase.DUE
    assert phase(one, at("11-27 17:00"), cut=True) is Phase.DEPARTED
    assert phase(one, at("11-27 16:59"), cut=False) is Phase.ACTIVE


def test_who_has_access_and_who_left() -> None:
    assert [each.value for each in Phase if each.has_access] == ["active", "on notice", "held"]
    assert [each.value for each in Phase if each.left] == ["due", "departed"]


def test_a_hold_waits_from_its_beginning_until_the_release() -> None:
    held = person(departure={**LEAVER, "hold": HOLD, "released": "2026-11-27 18:30"})
    assert [waits(held, at(text)) for text in ("11-01 00:00", "11-27 18:29", "11-27 18:30")] == [
        True, True, False,
    ]  # fmt: skip
    assert not waits(person(departure=LEAVER), at("11-01 00:00"))
    assert not waits(person(departure={**LEAVER, "hold": HOLD}, disabled=True), at("11-01 00:00"))


def test_the_end_is_that_of_the_record_the_departure_or_the_release() -> None:
    assert effective_end(person()) is None
    assert effective_end(person(until="2026-12-10 09:00")) == at("12-10 09:00")
    assert effective_end(person(departure=LEAVER)) == at("11-27 17:00")
    assert effective_end(person(departure={**LEAVER, "hold": "until released"})) is None


def test_an_account_without_a_record_is_kept_for_the_clients_period_by_its_own_calendar() -> None:
    made = client({}, retain="1 month")
    since = datetime(2026, 10, 31, 4, 0, tzinfo=UTC)  # midnight in New York, in summer time
    until = datetime(2026, 11, 30, 5, 0, tzinfo=UTC)  # midnight again, in winter time
    assert kept_until(made, since) == until
    assert removal_phase(made, since, until - timedelta(seconds=1)) is Phase.RETAINED
    assert removal_phase(made, since, until) is Phase.REMOVABLE


def test_a_client_that_chose_to_delete_keeps_nothing() -> None:
    made = client({}, **{"on removal": "delete"})
    assert kept_until(made, NOON) == NOON
    assert removal_phase(made, NOON, NOON) is Phase.REMOVABLE


@pytest.mark.parametrize(
    ("record", "last"),
    [
        ({"departure": {**LEAVER, "hold": HOLD, "released": "2026-11-25 09:00"}}, at("11-25 09:00")),
        ({"departure": {**LEAVER, "hold": HOLD, "released": "2026-11-27 18:00"}}, at("11-27 18:00")),
        ({"departure": {**LEAVER, "hold": HOLD}}, at("11-28 09:00")),
        ({"departure": LEAVER, "disabled": True}, None),
        (
            {"until": "2026-11-27 17:00", "groups": [{"group": "vpn", "until": "2026-12-01 17:00"}]},
            at("11-27 17:00"),
        ),
    ],
)
def test_nothing_changes_after_the_end_of_all_access(record: dict[str, Any], last: datetime | None) -> None:
    assert max(changes(person(**record)), default=None) == last


@PROFILE
@given(clients(), st.data())
def test_the_phase_is_constant_between_changes(client: Client, data: st.DataObject) -> None:
    for one in client.people.values():
        moments = sorted(set(changes(one)))
        for first, after in pairwise(moments):
            inside = first + data.draw(st.timedeltas(timedelta(), after - first - timedelta.resolution))
            assert phase(one, inside) is phase(one, first)
