"""Records as values: what they refuse, and what they say when a field is left out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from leaver.model import Client, ClientSettings, Group, Membership, Period, Person

DIRECTORIES = {
    "entra": {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "acme.example"},
    "okta": {"kind": "okta", "org": "acme"},
}


def client(**people: dict[str, Any]) -> Client:
    settings = ClientSettings.model_validate({"name": "Acme", "directories": DIRECTORIES})
    return Client("acme", settings, {}, {key: Person.model_validate(value) for key, value in people.items()})


@pytest.mark.parametrize(
    ("stated", "membership"),
    [
        ({}, Membership.EXACT),
        ({"existing": True}, Membership.ADDITIVE),
        ({"existing": True, "membership": "exact"}, Membership.EXACT),
        ({"membership": "additive"}, Membership.ADDITIVE),
    ],
)
def test_a_group_is_exact_unless_it_existed(stated: dict[str, Any], membership: Membership) -> None:
    assert Group.model_validate({"name": "G", "directory": "entra", **stated}).mode is membership


def test_a_person_without_accounts_has_one_in_every_directory_and_in_its_order() -> None:
    known = client(a={}, b={"accounts": ["okta"]}, c={"accounts": ["okta", "entra"]})
    assert [known.accounts(key) for key in "abc"] == [("entra", "okta"), ("okta",), ("entra", "okta")]


def test_a_username_is_the_stated_one_or_the_key_at_the_domain() -> None:
    own = {"username": "kim@b.example", "usernames": {"okta": "kim@c.example"}}
    known = client(**{"dana.reyes": {}, "sam": {"username": "Sam@b.example"}, "kim": own})
    assert known.username("dana.reyes", "entra") == "dana.reyes@acme.example"
    assert known.username("dana.reyes", "okta") is None
    assert known.username("sam", "okta") == "Sam@b.example"
    assert [known.username("kim", name) for name in ("entra", "okta")] == ["kim@b.example", "kim@c.example"]


def test_a_display_name_is_the_stated_one_or_made_of_the_key() -> None:
    known = client(**{"dana.reyes": {}, "sam": {"name": "Samira O."}})
    assert (known.display_name("dana.reyes"), known.display_name("sam")) == ("Dana Reyes", "Samira O.")


def test_omitted_groups_are_not_no_groups() -> None:
    assert Person().groups is None
    assert Person.model_validate({"groups": []}).groups == ()


def test_a_record_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Person().name = "Dana"  # type: ignore[misc]


def test_a_deleted_person_is_kept_for_thirty_days_when_nothing_is_said() -> None:
    settings = client().settings
    assert (settings.retain, settings.on_removal) == (Period(30, "day"), "disable")


def test_a_moment_keeps_its_instant_and_is_in_utc() -> None:
    person = Person.model_validate({"starts": "2026-11-27 17:00"}, context={"zone": "Asia/Kathmandu"})
    assert person.starts == datetime(2026, 11, 27, 11, 15, tzinfo=UTC)
    assert person.starts is not None
    assert person.starts.tzinfo is UTC
    assert Person(starts=person.starts) == person


def test_a_moment_in_code_needs_a_zone() -> None:
    with pytest.raises(ValidationError, match="has no zone"):
        Person(starts=datetime(2026, 11, 27, 17, 0))


@pytest.mark.parametrize(
    ("departs", "starts", "is_accepted"),
    [("17:01", "17:00", True), ("17:00", "17:00", False), ("16:59", "17:00", False)],
)
def test_a_departure_is_after_the_start(departs: str, starts: str, is_accepted: bool) -> None:
    stated = {"starts": f"2026-11-27 {starts}", "departure": {"at": f"2026-11-27 {departs}"}}
    if is_accepted:
        Person.model_validate(stated, context={"zone": "UTC"})
    else:
        with pytest.raises(ValidationError, match="not after it starts"):
            Person.model_validate(stated, context={"zone": "UTC"})


@pytest.mark.parametrize(
    "username",
    ["dana", "dana@", "@acme.example", "dana reyes@acme.example", "dana@acme example", "da@na@acme.example",
     "dana@-acme.example", "dåna@acme.example", "x" * 65 + "@acme.example", "dana@acme.example\n", "a@b.example;x"],
)  # fmt: skip
def test_a_username_of_another_form_is_refused(username: str) -> None:
    with pytest.raises(ValidationError):
        Person(username=username)


@pytest.mark.parametrize(
    "zone",
    ["", "/etc/passwd", "../etc", "Europe", "Europe/", "America/Argentina", "EST", "localtime", "Mars/Base", "UTC\n",
     "A" * 999 + "/B"],
)  # fmt: skip
def test_a_zone_that_is_none_is_refused_and_no_file_is_opened_for_it(zone: str) -> None:
    with pytest.raises(ValidationError, match="is not an IANA time zone"):
        ClientSettings.model_validate({"name": "A", "zone": zone, "directories": DIRECTORIES})
