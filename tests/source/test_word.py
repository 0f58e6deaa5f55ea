"""What a release, a hold and a cancellation make of a record; what comes out always loads."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.lifecycle import Phase, phase
from leaver.model import Client, ClientSettings, Person
from leaver.source.edit import EditRefused, record_data
from leaver.source.word import Cancellation, HoldBack, Release, default_expiry, faults_with, stamp

NOW = datetime(2026, 11, 22, 14, 0, 3, 500_000, tzinfo=UTC)
ZONE = "Europe/London"
CLIENT = Client(
    "acme",
    ClientSettings.model_validate(
        {
            "name": "Acme",
            "zone": ZONE,
            "directories": {"okta": {"kind": "okta", "org": "acme", "domain": "acme.example"}},
        }
    ),
    {},
    {"dana": Person()},
)
FILE = "identities/acme/people.yaml"
RELEASED = {"released": "2026-11-22 14:00:03 +00:00", "released by": "Ana"}


def people(*lines: str) -> str:
    return "people:\n  dana:\n    name: Dana\n" + "".join(f"    {line}\n" for line in lines)


def released(text: str, now: datetime = NOW, reason: str | None = None) -> str:
    return Release(CLIENT, "dana", FILE, now, "Ana", reason)(text)


def departure(text: str) -> object:
    return record_data(text, "dana").get("departure")


def phase_of(text: str, now: datetime = NOW) -> Phase:
    person = Cancellation(CLIENT, "dana", FILE).after(text)
    assert person is not None
    return phase(person, now)


NEW = {"at": "2026-11-22 14:00:03 +00:00", "kind": "contentious", "hold": "until released", **RELEASED}


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([], NEW),
        (["until: 2027-01-01 00:00"], NEW),
        (["disabled: true"], NEW),
        (["starts: 2026-12-01 09:00"], {**NEW, "at": "2026-12-01 09:01:00 +00:00"}),
        (
            ["departure: {at: 2026-11-27 17:00, kind: voluntary}"],
            {"at": "2026-11-27 17:00", "kind": "voluntary", "hold": "until released", **RELEASED},
        ),
        (
            ["departure: {at: 2026-11-27 17:00, hold: none}"],
            {"at": "2026-11-27 17:00", "hold": "until released", **RELEASED},
        ),
        (
            ["departure: {at: 2026-11-20 17:00, hold: until released}"],
            {"at": "2026-11-20 17:00", "hold": "until released", **RELEASED},
        ),
        (
            ["departure: {at: 2026-11-27 17:00, hold: {until: released, owner: on-call}}"],
            {"at": "2026-11-27 17:00", "hold": {"until": "released", "owner": "on-call"}, **RELEASED},
        ),
        (
            ["departure: {at: 2026-11-27 17:00, hold: until released, released: 2026-12-24 09:00}"],
            {"at": "2026-11-27 17:00", "hold": "until released", **RELEASED},
        ),
    ],
)
def test_a_release_ends_access_from_its_own_moment_on(lines: list[str], wanted: dict[str, object]) -> None:
    text = released(people(*lines))
    assert departure(text) == wanted
    assert phase_of(text) is (Phase.DISABLED if "disabled: true" in lines else Phase.DEPARTED)


@pytest.mark.parametrize(
    "line",
    [
        "departure: {at: 2026-11-20 17:00}",
        "departure: {at: 2026-11-20 17:00, hold: none}",
        "departure: {at: 2026-11-27 17:00, hold: until released, released: 2026-11-20 17:00, released by: Bo}",
    ],
)
def test_what_ended_before_keeps_the_word_that_ended_it(line: str) -> None:
    assert released(people(line)) == people(line)


def test_a_release_that_was_written_is_said_again_in_its_own_words() -> None:
    written = released(people(), reason="the call")
    later = Release(CLIENT, "dana", FILE, NOW + timedelta(hours=1), "Bo").again(written)
    assert departure(later(people())) == {**NEW, "reason": "the call"}


def test_a_release_whose_reason_is_too_long_for_a_record_is_refused() -> None:
    with pytest.raises(EditRefused, match="reason"):
        released(people(), reason="x" * 300)


def test_a_fault_that_was_there_before_does_not_stop_a_release() -> None:
    text = people("title: [x]")
    assert "released: " in released(text)


@given(
    now=st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(
        ["UTC", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/London"]
    ),
)
def test_a_stamp_is_read_as_the_second_it_was_made_in(now: datetime, zone: str) -> None:
    record = {"departure": {"at": stamp(now, zone)}}
    person = Person.model_validate(record, context={"zone": "Pacific/Kiritimati"})
    assert person.departure is not None
    assert person.departure.at == now.replace(microsecond=0)


@pytest.mark.parametrize("hour", [0, 1])
def test_the_hour_that_comes_twice_is_stamped_without_doubt(hour: int) -> None:
    night = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)
    assert stamp(night, ZONE) == ("2026-10-25 01:30:00 +01:00", "2026-10-25 01:30:00 +00:00")[hour]


def test_a_hold_on_a_plain_departure_needs_no_more_than_the_word() -> None:
    text = HoldBack(CLIENT, "dana", FILE)(people("departure: {at: 2026-11-27 17:00}"))
    assert departure(text) == {"at": "2026-11-27 17:00", "hold": "until released"}
    assert phase_of(text, NOW + timedelta(days=30)) is Phase.HELD


def test_a_hold_keeps_what_it_is_not_told() -> None:
    before = people("departure: {at: 2026-11-27 17:00, hold: {until: released, owner: a@b.example}}")
    text = HoldBack(CLIENT, "dana", FILE, expires="2026-12-01 09:00")(before)
    assert departure(text) == {
        "at": "2026-11-27 17:00",
        "hold": {"until": "released", "owner": "a@b.example", "expires": "2026-12-01 09:00"},
    }


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("title: x", "has no departure to hold"),
        (
            "departure: {at: 2026-11-27 17:00, hold: until released, released: 2026-11-20 17:00}",
            "was released",
        ),
        ("departure: {at: 2026-11-27 17:00, kind: contentious, hold: none}", "its hold has no owner"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(line: str, said: str) -> None:
    with pytest.raises(EditRefused, match=said):
        HoldBack(CLIENT, "dana", FILE)(people(line))


def test_a_cancellation_takes_the_departure_and_nothing_else() -> None:
    before = people("title: Controller")
    assert Cancellation(CLIENT, "dana", FILE)(released(before)) == before
    assert Cancellation(CLIENT, "dana", FILE)(before) == before


def test_a_person_who_is_not_in_the_file_is_told() -> None:
    with pytest.raises(EditRefused):
        released("people:\n  lee:\n    name: Lee\n")


def test_the_rules_between_records_are_asked_before_a_hold_is_written() -> None:
    held = Person.model_validate(
        {"departure": {"at": "2026-11-27 17:00", "hold": {"until": "released", "owner": "nobody"}}},
        context={"zone": ZONE},
    )
    (said,) = faults_with(CLIENT, "dana", held)
    assert 'owner "nobody" is not known' in said


def test_a_hold_alarms_a_day_after_the_moment_or_after_now() -> None:
    at = datetime(2026, 11, 27, 17, tzinfo=UTC)
    assert default_expiry(at, NOW, ZONE) == "2026-11-28 17:00:00 +00:00"
    assert default_expiry(NOW - timedelta(days=9), NOW, ZONE) == "2026-11-23 14:00:03 +00:00"
