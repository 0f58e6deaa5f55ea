"""What happens when, for whom, and how urgently."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leaver.model import Client
from leaver.schedule import Due, Urgency, alarms, changing, events, next_moment, overdue_or_due
from tests.estates import client

START = datetime(2026, 11, 1, tzinfo=UTC)
END = datetime(2027, 1, 1, tzinfo=UTC)
AT = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)  # 17:00 in New York
SECOND = timedelta(seconds=1)
HOLD = {"until": "released", "owner": "lee", "expires": "2026-11-28 09:00"}
EXPIRES = datetime(2026, 11, 28, 14, 0, tzinfo=UTC)


def one(departure: Mapping[str, Any] | None = None, **record: Any) -> dict[str, Client]:
    """A client with one person to look at."""
    if departure is not None:
        record["departure"] = {"at": "2026-11-27 17:00", **departure}
    return {"acme": client({"dana": record, "lee": {}}, {"vpn": {"directory": "entra"}})}


def told(clients: Mapping[str, Client]) -> list[tuple[str, str, str]]:
    return [
        (f"{event.at:%m-%d %H:%M}", f"{event.kind.value} {event.what}".strip(), event.urgency.name)
        for event in events(clients, START, END)
    ]


STORIES: dict[str, tuple[dict[str, Any], list[tuple[str, str, str]]]] = {
    "a plain departure": ({"departure": {}}, [("11-27 22:00", "departs", "VOLUNTARY")]),
    "an involuntary one": (
        {"departure": {"kind": "involuntary"}},
        [("11-27 22:00", "departs", "INVOLUNTARY")],
    ),
    "a contentious one without a hold": (
        {"departure": {"kind": "contentious", "hold": "none"}},
        [("11-27 22:00", "departs", "CONTENTIOUS")],
    ),
    "one on hold": (
        {"departure": {"kind": "contentious", "hold": HOLD}},
        [("11-27 22:00", "waits for a release", "REST"), ("11-28 14:00", "has a hold that expires", "REST")],
    ),
    "one released after its moment": (
        {"departure": {"hold": HOLD, "released": "2026-11-27 18:30"}},
        [("11-27 22:00", "waits for a release", "REST"), ("11-27 23:30", "is released", "RELEASED")],
    ),
    "one released early": (
        {"departure": {"hold": HOLD, "released": "2026-11-20 10:00"}},
        [("11-20 15:00", "is released", "RELEASED")],
    ),
    "notice": (
        {"departure": {"notice": "2026-11-10"}},
        [("11-10 05:00", "goes on notice", "REST"), ("11-27 22:00", "departs", "VOLUNTARY")],
    ),
    "a joiner with an agreed end": (
        {"starts": "2026-11-10 09:00", "until": "2026-12-10 09:00"},
        [("11-10 14:00", "starts", "REST"), ("12-10 14:00", "reaches their agreed end", "VOLUNTARY")],
    ),
    "a group and a role for a time": (
        {
            "groups": [{"group": "vpn", "starts": "2026-11-10 09:00", "until": "2026-12-24 17:00"}],
            "roles": [{"role": "Reports Reader", "until": "2026-12-01 17:00"}],
        },
        [
            ("11-10 14:00", "joins group vpn", "REST"),
            ("12-01 22:00", "loses role Reports Reader", "REST"),
            ("12-24 22:00", "leaves group vpn", "REST"),
        ],
    ),
    "a group that outlives the person": (
        {"departure": {}, "groups": [{"group": "vpn", "until": "2026-12-24 17:00"}]},
        [("11-27 22:00", "departs", "VOLUNTARY")],
    ),
    "a disabled person who departs": (
        {"departure": {"notice": "2026-11-10"}, "disabled": True},
        [("11-27 22:00", "departs", "VOLUNTARY")],
    ),
    "a disabled person on hold": ({"departure": {"hold": HOLD}, "disabled": True}, []),
}


@pytest.mark.parametrize(("record", "story"), STORIES.values(), ids=STORIES)
def test_the_events_of_a_person(record: dict[str, Any], story: list[tuple[str, str, str]]) -> None:
    assert told(one(**record)) == story


def test_a_span_is_after_its_beginning_and_up_to_its_end() -> None:
    clients = one({})
    assert [event.at for event in events(clients, AT - SECOND, AT)] == [AT]
    assert events(clients, AT, END) == []
    assert events(clients, START, AT - SECOND) == []


def test_the_account_of_a_record_that_is_gone_is_deleted_when_its_time_is_over() -> None:
    clients = one()
    gone = {("acme", "sam"): AT, ("acme", "lee"): AT, ("other", "sam"): AT}
    (event,) = events(clients, START, END, gone)
    assert (event.person, event.kind.value, event.at) == ("sam", "is deleted", AT + timedelta(days=30))
    assert next_moment(clients, START, gone) == AT + timedelta(days=30)
    assert changing(clients, START, END, gone) == {"acme": Urgency.REST}


def test_events_of_one_moment_come_most_urgent_first() -> None:
    departures = {
        "a": {"at": "2026-11-27 17:00"},
        "b": {"at": "2026-11-27 17:00", "kind": "involuntary"},
        "c": {"at": "2026-11-27 17:00", "kind": "contentious", "hold": "none"},
        "d": {"at": "2026-11-27 18:00", "hold": "until released", "released": "2026-11-27 17:00"},
    }
    made = client({key: {"departure": departure} for key, departure in departures.items()})
    assert [event.person for event in events({"acme": made}, START, END)] == ["d", "c", "b", "a"]
    assert [due.person for due in overdue_or_due(made, END)] == ["d", "c", "b", "a"]


def test_whoever_departed_is_due_until_a_cut_is_known_however_old() -> None:
    made = one({})["acme"]
    assert overdue_or_due(made, AT - SECOND) == []
    for now in (AT, AT + timedelta(days=3650)):
        assert overdue_or_due(made, now) == [Due(Urgency.VOLUNTARY, AT, "acme", "dana")]
    assert overdue_or_due(made, END, {"dana": AT}) == []


def test_a_cut_of_an_earlier_departure_does_not_count() -> None:
    made = one({})["acme"]
    assert [due.person for due in overdue_or_due(made, END, {"dana": AT - SECOND})] == ["dana"]


def test_a_hold_is_never_due_and_a_release_is_at_once() -> None:
    assert overdue_or_due(one({"hold": HOLD})["acme"], END) == []
    released = one({"hold": HOLD, "released": "2026-11-20 10:00"})["acme"]
    assert [due.urgency for due in overdue_or_due(released, AT - timedelta(days=5))] == [Urgency.RELEASED]


def test_a_disabled_person_who_departed_is_due_all_the_same() -> None:
    assert [due.person for due in overdue_or_due(one({}, disabled=True)["acme"], AT)] == ["dana"]


def test_lateness_is_the_cut_minus_the_moment() -> None:
    (due,) = overdue_or_due(one({})["acme"], AT)
    assert due.lateness(AT + timedelta(seconds=4)) == timedelta(seconds=4)


def test_a_client_changes_once_with_its_most_urgent_event() -> None:
    clients = {
        "calm": client({"a": {"starts": "2026-11-27 17:00"}}),
        "acme": client({"a": {"starts": "2026-11-27 17:00"}, "b": {"departure": {"at": "2026-11-27 17:00"}}}),
        "still": client({"a": {}}),
    }
    clients = {key: Client(key, made.settings, made.groups, made.people) for key, made in clients.items()}
    assert changing(clients, START, AT) == {"acme": Urgency.VOLUNTARY, "calm": Urgency.REST}
    assert list(changing(clients, START, AT)) == ["acme", "calm"]
    assert changing(clients, AT, END) == {}


def test_an_expired_hold_alarms_every_hour_until_it_is_released() -> None:
    held = one({"hold": HOLD})
    hours = [alarm.at - EXPIRES for alarm in alarms(held, START, EXPIRES + timedelta(hours=2, minutes=59))]
    assert hours == [timedelta(hours=hour) for hour in range(3)]
    assert [alarm.kind.value for alarm in alarms(held, START, EXPIRES + timedelta(hours=1))] == [
        "has a hold that expires",
        "has an expired hold",
    ]
    released = one({"hold": HOLD, "released": "2026-11-28 11:00"})
    assert [alarm.at for alarm in alarms(released, START, END)] == [EXPIRES, EXPIRES + timedelta(hours=1)]


def test_a_hold_without_expiry_and_a_disabled_persons_never_alarm() -> None:
    assert alarms(one({"hold": {"until": "released", "owner": "lee"}}), START, END) == []
    assert alarms(one({"hold": HOLD}, disabled=True), START, END) == []


def test_the_next_moment_goes_from_event_to_event_and_then_from_alarm_to_alarm() -> None:
    clients = one({"hold": HOLD, "notice": "2026-11-10"})
    seen = []
    now = START
    for _ in range(5):
        moment = next_moment(clients, now)
        assert moment is not None
        seen.append(moment)
        now = moment
    notice = datetime(2026, 11, 10, 5, 0, tzinfo=UTC)
    assert seen == [notice, AT, EXPIRES, EXPIRES + timedelta(hours=1), EXPIRES + timedelta(hours=2)]


def test_an_hourly_alarm_is_found_years_later_too() -> None:
    now = EXPIRES + timedelta(days=3650, minutes=1)
    assert next_moment(one({"hold": HOLD}), now) == EXPIRES + timedelta(days=3650, hours=1)


def test_there_may_be_nothing_to_wait_for() -> None:
    assert next_moment(one(), START) is None
    assert next_moment(one({}), AT) is None
    assert next_moment({}, START) is None


@pytest.mark.parametrize("departure", [{}, {"hold": "until released"}])
def test_the_time_to_get_ready_counts_where_it_is_asked_for(departure: dict[str, Any]) -> None:
    ready = timedelta(minutes=10)
    assert next_moment(one(departure), START, ready=ready) == AT - ready
    assert next_moment(one(departure), AT - ready, ready=ready) == AT


def test_an_event_and_what_is_due_are_plain_data() -> None:
    clients = one({"kind": "involuntary"})
    (event,) = events(clients, START, END)
    (due,) = overdue_or_due(clients["acme"], AT)
    common = {"at": "2026-11-27T22:00:00+00:00", "client": "acme", "person": "dana", "urgency": "involuntary"}
    assert event.to_json() == {**common, "kind": "departs", "what": ""}
    assert due.to_json() == common
