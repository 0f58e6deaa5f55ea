"""Notices in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leaver.notify import Kind, Notice, body, title
from leaver.notify.texts import digest, duration

AT = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
ZONE = "America/New_York"


def notice(kind: Kind, **fields: object) -> Notice:
    return Notice(kind, "Acme Robotics", "Dana Reyes", ZONE, AT, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.UPCOMING, "Dana Reyes at Acme Robotics: access ends at 2026-11-27 17:00 EST"),
        (Kind.HELD, "Dana Reyes at Acme Robotics: on hold, access stays until the release"),
        (Kind.HOLD_EXPIRED, "Dana Reyes at Acme Robotics: the hold has expired, access is still open"),
        (Kind.RELEASED, "Dana Reyes at Acme Robotics: released"),
        (Kind.CUT, "Dana Reyes at Acme Robotics: access ended"),
        (Kind.LATE, "Dana Reyes at Acme Robotics: access ended, 3 min 5 s late"),
        (Kind.FAILED, "Dana Reyes at Acme Robotics: not done yet, being tried again"),
        (Kind.RECOVERED, "Dana Reyes at Acme Robotics: done after all"),
        (
            Kind.STOPPER,
            "Dana Reyes at Acme Robotics: something would stop the departure at 2026-11-27 17:00 EST",
        ),
        (Kind.CLOCK, "The clock of this machine is wrong"),
        (Kind.RECORDS, "The records cannot be read"),
    ],
)
def test_a_title_names_person_client_and_moment_in_the_clients_zone(kind: Kind, expected: str) -> None:
    assert title(notice(kind, cut=AT + timedelta(minutes=3, seconds=5))) == expected


def test_a_body_says_what_happened_how_late_and_what_to_do_next() -> None:
    told = notice(Kind.LATE, cut=AT + timedelta(seconds=185), detail="Disabled in entra.", todo="Nothing.")
    assert body(told).splitlines() == [
        "Client: Acme Robotics",
        "Person: Dana Reyes",
        "Agreed moment: 2026-11-27 17:00 EST",
        "Access ended: 2026-11-27 17:03:05 EST",
        "Lateness: 3 min 5 s",
        "Disabled in entra.",
        "Next: Nothing.",
    ]


def test_a_notice_about_no_client_in_particular_has_no_empty_lines() -> None:
    assert body(Notice(Kind.CLOCK, detail="It is 5 s behind.")) == "It is 5 s behind."


def test_a_digest_has_a_line_for_each_person_and_the_next_step_once() -> None:
    many = [
        Notice(Kind.CUT, "Acme", f"Person {number}", "UTC", AT, AT + timedelta(seconds=1), todo="Nothing.")
        for number in range(3)
    ]
    head, text = digest(many)
    assert head == "Access of 3 people ended"
    assert text.splitlines() == [
        "Person 0 at Acme: access ended; lateness 1.0 s",
        "Person 1 at Acme: access ended; lateness 1.0 s",
        "Person 2 at Acme: access ended; lateness 1.0 s",
        "Next: Nothing.",
    ]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_a_title_and_a_digest(kind: Kind) -> None:
    assert title(notice(kind))
    assert digest([notice(kind), notice(kind)])[0]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-4, "0.0 s"),
        (0.44, "0.4 s"),
        (12.4, "12 s"),
        (60, "1 min"),
        (3599, "59 min 59 s"),
        (7200, "2 h"),
        (9000, "2 h 30 min"),
        (90_000, "1 d 1 h"),
        (604_800, "7 d"),
    ],
)
def test_durations_are_short(seconds: float, said: str) -> None:
    assert duration(timedelta(seconds=seconds)) == said


def test_what_needs_somebody_to_act_is_an_alarm() -> None:
    assert {kind for kind in Kind if kind.alarm} == {
        Kind.HOLD_EXPIRED,
        Kind.LATE,
        Kind.FAILED,
        Kind.STOPPER,
        Kind.CLOCK,
        Kind.RECORDS,
    }
