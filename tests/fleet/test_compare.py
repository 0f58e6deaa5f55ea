"""Invariant 7: success is said only of what was read back, so every deviation of a directory is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.actions import LiveDirectory
from leaver.desired import desired
from leaver.fleet.compare import compare
from leaver.model import Client
from tests.estates import NOW, account_id, change_account, client, group_id, settled

PEOPLE: dict[str, dict[str, Any]] = {
    "dana.reyes": {"name": "Dana Reyes", "title": "Controller", "groups": ["finance"], "manager": "lee.park"},
    "lee.park": {"name": "Lee Park", "groups": ["finance", "vpn"], "roles": ["User Administrator"]},
    "sam.okafor": {"name": "Sam Okafor", "disabled": True, "groups": ["finance"]},
}
GROUPS = {
    "finance": {"directory": "entra"},
    "vpn": {"directory": "entra", "membership": "additive"},
}
DANA, SAM = account_id("dana.reyes", "entra"), account_id("sam.okafor", "entra")


def found(made: Client, live: dict[str, LiveDirectory]) -> list[str]:
    wanted = desired(made, NOW)
    _, state = settled(made, wanted)
    return [str(difference) for difference in compare(made, wanted, live, state)]


def agreeing() -> tuple[Client, dict[str, LiveDirectory]]:
    made = client(PEOPLE, GROUPS)
    return made, settled(made, desired(made, NOW))[0]


def test_an_account_ended_in_the_directory_is_not_missed_in_its_groups() -> None:
    made, live = agreeing()
    live = change_account(
        with_members(live, "finance", {account_id("lee.park", "entra")}), "entra", DANA, enabled=False
    )
    assert found(made, live) == []


def with_members(live: dict[str, LiveDirectory], group: str, members: set[str]) -> dict[str, LiveDirectory]:
    shown = live["entra"]
    return {"entra": replace(shown, members={**shown.members, group_id(group): frozenset(members)})}


def test_a_directory_as_desired_has_no_difference() -> None:
    assert found(*agreeing()) == []


@pytest.mark.parametrize(
    ("person", "changes", "said"),
    [
        (
            SAM,
            {"enabled": True, "status": "enabled"},
            "sam.okafor in entra: sign-in: wanted disabled, found enabled",
        ),
        (
            DANA,
            {"attributes": {"jobTitle": "Boss"}},
            "dana.reyes in entra: job title: wanted Controller, found Boss",
        ),
        (DANA, {"manager": None}, "dana.reyes in entra: manager: wanted lee.park, found none"),
        (
            DANA,
            {"username": "d@acme.example"},
            "dana.reyes in entra: username: wanted dana.reyes@acme.example, found d@acme.example",
        ),
    ],
)
def test_a_changed_account_is_named(person: str, changes: dict[str, Any], said: str) -> None:
    made, live = agreeing()
    assert found(made, change_account(live, "entra", person, **changes)) == [said]


def test_an_account_that_somebody_disabled_by_hand_is_left_to_the_preview() -> None:
    made, live = agreeing()
    assert found(made, change_account(live, "entra", DANA, enabled=False, status="disabled")) == []


@given(extra=st.sets(st.sampled_from([SAM, "stranger"]), max_size=2), missing=st.booleans())
def test_invariant_7_every_deviation_of_an_exact_group_is_named(extra: set[str], missing: bool) -> None:
    made, live = agreeing()
    lee = account_id("lee.park", "entra")
    members = {DANA, lee} - ({DANA} if missing else set()) | extra
    assert len(found(made, with_members(live, "finance", members))) == len(extra) + missing


def test_a_leaver_in_an_additive_group_is_named_and_a_stranger_is_not() -> None:
    made, live = agreeing()
    lee = account_id("lee.park", "entra")
    assert found(made, with_members(live, "vpn", {lee, SAM, "stranger"})) == [
        "sam.okafor in entra: group Vpn: wanted not a member, found a member"
    ]


def test_a_role_that_a_leaver_still_holds_is_named() -> None:
    made, live = agreeing()
    roles = {"User Administrator": {**live["entra"].roles["User Administrator"], SAM: "assignment"}}
    live = {"entra": replace(live["entra"], roles=roles)}
    assert found(made, live) == ["sam.okafor in entra: role User Administrator: wanted not held, found held"]


def test_another_group_of_that_name_is_nobodys_business() -> None:
    made, live = agreeing()
    shown = live["entra"]
    twin = replace(shown.groups[group_id("finance")], id="twin")
    assert found(made, {"entra": replace(shown, groups={"twin": twin, **shown.groups})}) == []


def test_a_group_renamed_by_hand_is_named() -> None:
    made, live = agreeing()
    shown = live["entra"]
    renamed = replace(shown.groups[group_id("finance")], name="Money")
    live = {"entra": replace(shown, groups={**shown.groups, group_id("finance"): renamed})}
    assert found(made, live) == ["group Finance in entra: name: wanted Finance, found Money"]
