"""The policies on resources, held against the plan of a run before anything is declared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import desired
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.decide import decide
from leaver.program.plan import Plan
from leaver.program.ruled import ruled
from leaver.source.state import StackState
from tests.estates import NOW, account_id, client, settled
from tests.invariants.oracle import PROFILE, unlimited
from tests.strategies import clients, instants

GROUPS = {"finance": {"directory": "entra", "confidential": True}}
LEFT = {"departure": {"at": "2026-11-20 17:00"}, "groups": ["finance"]}


def planned(record: dict[str, Any]) -> tuple[Client, Plan, StackState]:
    made = client({"dana": record, "lee": {"groups": ["finance"]}}, GROUPS)
    live, state = settled(made, desired(made, NOW))
    return made, compose(made, NOW, live, state)[1], state


def spoilt(plan: Plan, **changes: Any) -> Plan:
    """The plan with another account of Dana's."""
    accounts = tuple(replace(each, **changes) if each.person == "dana" else each for each in plan.accounts)
    return replace(plan, accounts=accounts)


@PROFILE
@given(st.data(), clients())
def test_what_the_program_plans_breaks_none(data: st.DataObject, client: Client) -> None:
    client = unlimited(client)
    first, second = sorted([data.draw(instants(client)), data.draw(instants(client))])
    live, state = settled(client, desired(client, first))
    assert decide(client, second, live, state).told.policies == ()


def test_an_account_that_somebody_deleted_by_hand_is_not_deleted_by_the_run() -> None:
    made, state = planned({"groups": ["finance"]})[::2]
    live, _ = settled(made, desired(made, NOW))
    shown = live["entra"]
    gone = account_id("dana", "entra")
    left = {id_: account for id_, account in shown.accounts.items() if id_ != gone}
    members = {id_: ids - {gone} for id_, ids in shown.members.items()}
    live = {"entra": replace(shown, accounts=left, members=members)}
    assert decide(made, NOW, live, state).told.policies == ()


def test_a_renamed_person_is_no_account_that_goes() -> None:
    made, state = planned({"groups": ["finance"]})[::2]
    live, _ = settled(made, desired(made, NOW))
    renamed = client(
        {
            "dana.two": {"was": "dana", "username": "dana@acme.example", "groups": ["finance"]},
            "lee": {"groups": ["finance"]},
        },
        GROUPS,
    )
    assert decide(renamed, NOW, live, state).told.policies == ()


@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"inputs": {"account_enabled": True}, "ignore": ()}, "no-access-after-end"),
        ({"inputs": {}, "ignore": ()}, "stated-sign-in"),
    ],
)
def test_a_plan_that_gives_a_leaver_access_is_told(changes: dict[str, Any], policy: str) -> None:
    made, plan, state = planned(LEFT)
    found = ruled(made, NOW, spoilt(plan, **changes), state)
    assert [each.policy for each in found] == [policy]
    assert all(each.mandatory for each in found)


def test_a_leaver_among_the_members_of_a_group_is_told() -> None:
    made, plan, state = planned(LEFT)
    groups = tuple(
        replace(each, members=(*(each.members or ()), account_id("dana", "entra"))) for each in plan.groups
    )
    found = ruled(made, NOW, replace(plan, groups=groups), state)
    assert [each.policy for each in found] == ["protected-members"]


def test_an_account_that_could_be_deleted_by_accident_is_told() -> None:
    made, plan, state = planned({"groups": ["finance"]})
    found = ruled(made, NOW, spoilt(plan, protect=False), state)
    assert [each.policy for each in found] == ["disable-not-delete"]
