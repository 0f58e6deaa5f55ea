"""What should be true of small clients at chosen moments."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.desired import Desired, Memory, Remembered, desired, next_change
from leaver.errors import LeaverError
from leaver.lifecycle import Phase
from leaver.model import Client, Person
from tests.estates import NOW, client

DAY = timedelta(days=1)
GROUPS = {
    "vpn": {"directory": "entra"},
    "finance": {"directory": "entra"},
    "leaving": {"directory": "entra"},
    "leaving-okta": {"directory": "okta"},
}


def company(people: dict[str, dict[str, Any]], **settings: Any) -> Client:
    return client(
        people,
        GROUPS,
        directories=("entra", "okta"),
        **{"notice groups": ["leaving", "leaving-okta"], **settings},
    )


def groups(wanted: Desired, person: str) -> list[str]:
    return [key for key, group in wanted.groups.items() if person in group.members]


def test_a_group_for_a_time_is_given_from_its_start_and_taken_at_its_end() -> None:
    entry = {"group": "vpn", "starts": NOW + DAY, "until": NOW + 2 * DAY}
    made = company({"dana": {"groups": ["finance", entry]}})
    seen = [groups(desired(made, NOW + days * DAY), "dana") for days in range(3)]
    assert seen == [["finance"], ["finance", "vpn"], ["finance"]]


def test_a_group_for_a_time_is_not_given_before_the_first_day() -> None:
    made = company({"dana": {"starts": NOW + DAY, "groups": [{"group": "vpn", "until": NOW + 2 * DAY}]}})
    assert [groups(desired(made, NOW + days * DAY), "dana") for days in range(3)] == [[], ["vpn"], []]


def test_a_role_for_a_time_ends_and_the_others_stay() -> None:
    roles = ["Reports Reader", {"role": "User Administrator", "until": NOW}]
    made = company({"dana": {"roles": roles}})
    before, after = desired(made, NOW - DAY), desired(made, NOW)
    assert before.accounts["dana", "entra"].roles == ("Reports Reader", "User Administrator")
    assert after.accounts["dana", "entra"].roles == ("Reports Reader",)
    assert after.accounts["dana", "okta"].roles == ()


def test_whoever_has_only_groups_for_a_time_has_said_something_of_groups() -> None:
    made = company({"dana": {"groups": [{"group": "vpn", "until": NOW}]}})
    assert [group.undecided for group in desired(made, NOW).groups.values()] == [(), (), (), ()]


def test_notice_adds_the_notice_groups_of_the_persons_directories_until_the_end() -> None:
    departure = {"at": NOW + 2 * DAY, "notice": NOW}
    made = company({"dana": {"groups": ["vpn"], "accounts": ["entra"], "departure": departure}})
    seen = [groups(desired(made, NOW + days * DAY), "dana") for days in (-1, 0, 1, 2)]
    assert seen == [["vpn"], ["leaving", "vpn"], ["leaving", "vpn"], []]
    both = company({"dana": {"departure": departure}})
    assert groups(desired(both, NOW), "dana") == ["leaving", "leaving-okta"]


def test_notice_lasts_through_a_hold() -> None:
    hold = {"until": "released", "owner": "boss@msp.example"}
    made = company({"dana": {"departure": {"at": NOW + DAY, "notice": NOW, "hold": hold}}})
    wanted = desired(made, NOW + 30 * DAY)
    assert wanted.accounts["dana", "entra"].phase is Phase.HELD
    assert groups(wanted, "dana") == ["leaving", "leaving-okta"]


def test_nobody_is_undecided_about_a_notice_group_so_that_a_cancelled_notice_ends() -> None:
    wanted = desired(company({"dana": {}}), NOW)
    assert {key: group.undecided for key, group in wanted.groups.items()} == {
        "finance": ("dana",),
        "leaving": (),
        "leaving-okta": (),
        "vpn": ("dana",),
    }


def test_the_end_of_a_contract_takes_everything_in_every_directory() -> None:
    made = company({"dana": {"groups": ["vpn"], "roles": ["Reports Reader"], "until": NOW}})
    wanted = desired(made, NOW)
    assert [(account.enabled, account.roles) for account in wanted.accounts.values()] == [(False, ())] * 2
    assert groups(wanted, "dana") == []


@pytest.mark.parametrize(
    ("age", "phase", "delete"), [(29, Phase.RETAINED, False), (30, Phase.REMOVABLE, True)]
)
def test_the_account_of_a_record_that_is_gone_is_retained_and_then_removable(
    age: int, phase: Phase, delete: bool
) -> None:
    memory = Memory({("sam", "entra"): Remembered("id", "sam@acme.example", False, removed=NOW)})
    account = desired(company({}), NOW + age * DAY, memory).accounts["sam", "entra"]
    assert (account.phase, account.enabled) == (phase, False)
    assert account.removal is not None
    assert account.removal.delete is delete


def test_the_next_change_is_the_nearest_moment_of_any_kind() -> None:
    hold = {"until": "released", "owner": "boss@msp.example", "expires": NOW + 6 * DAY}
    made = company(
        {
            "joiner": {"starts": NOW + 1 * DAY},
            "vpn.user": {"groups": [{"group": "vpn", "starts": NOW + 2 * DAY, "until": NOW + 3 * DAY}]},
            "leaver": {"departure": {"at": NOW + 5 * DAY, "notice": NOW + 4 * DAY, "hold": hold}},
            "contractor": {"until": NOW + 7 * DAY},
            "admin": {"roles": [{"role": "Reports Reader", "until": NOW + 8 * DAY}]},
        }
    )
    memory = Memory(
        {("sam", "entra"): Remembered("id", "sam@acme.example", False, removed=NOW - 30 * DAY + 9 * DAY)}
    )
    seen: list[datetime] = []
    moment = next_change(made, NOW, memory)
    while moment is not None:
        assert desired(made, moment - DAY, memory).next_change == moment
        seen.append(moment)
        moment = next_change(made, moment, memory)
    assert seen == [NOW + days * DAY for days in range(1, 10)]


def test_an_account_whose_directory_left_the_record_is_retained_too() -> None:
    memory = Memory({("dana", "okta"): Remembered("id", "dana@acme.example", True, removed=NOW)})
    made = company({"dana": {"accounts": ["entra"]}})
    assert desired(made, NOW, memory).accounts["dana", "okta"].phase is Phase.RETAINED
    assert next_change(made, NOW, memory) == NOW + 30 * DAY


def test_a_person_without_a_username_is_an_error_and_not_a_guess() -> None:
    made = company({"dana": {}})
    directories = dict(made.settings.directories)
    directories["okta"] = directories["okta"].model_copy(update={"domain": None})
    made = Client(
        "acme", made.settings.model_copy(update={"directories": directories}), made.groups, made.people
    )
    with pytest.raises(LeaverError) as caught:
        desired(made, NOW)
    assert str(caught.value) == 'person "dana": no username in okta. Add `username:` to the record.'


def test_only_what_a_record_states_is_managed() -> None:
    made = company({"dana": {"title": "Clerk"}, "sam": Person(name="Sam").model_dump(exclude_unset=True)})
    wanted = desired(made, NOW)
    assert wanted.accounts["dana", "entra"].attributes == {"title": "Clerk"}
    assert wanted.accounts["sam", "entra"].attributes == {"name": "Sam"}
