"""Renamed people and clients in a run: what the last state knew by the old name is what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.desired import Effect, desired
from leaver.program.compose import compose
from leaver.program.decide import decide
from leaver.program.plan import PlanError
from leaver.source.state import ENTRA_USER, PERSON_TYPE, StackState, renamed_resource
from tests.estates import NOW, account_id, change_account, client, settled

DANA: dict[str, Any] = {"name": "Dana Reyes", "username": "dana@acme.example", "groups": ["vpn"]}
VPN = {"vpn": {"directory": "entra"}}


def test_a_renamed_person_is_declared_by_the_account_that_was_theirs() -> None:
    made = client({"dana.reyes": DANA}, VPN)
    live, state = settled(made, desired(made, NOW))
    decision = decide(client({"dana.smith": {**DANA, "was": "dana.reyes"}}, VPN), NOW, live, state)
    (account,) = decision.plan.accounts
    assert (account.person, account.id, account.known) == (
        "dana.smith", account_id("dana.reyes", "entra"), True
    )  # fmt: skip
    assert decision.plan.renamed == {"dana.smith": "dana.reyes"}
    assert [(each.subject, each.effect, each.what) for each in decision.told.changes] == [
        ("dana.smith", Effect.RENAMED, "person dana.reyes → dana.smith")
    ]
    assert decision.judgement.counted == ()


def test_what_is_stale_is_named_as_the_last_state_names_it() -> None:
    made = client({"dana.reyes": DANA}, VPN)
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("dana.reyes", "entra"), enabled=False, status="disabled")
    renamed = client({"dana.smith": {**DANA, "was": "dana.reyes", "reinstate": True}}, VPN)
    _, plan = compose(renamed, NOW, live, state)
    assert plan.stale == ((ENTRA_USER, "dana.reyes/entra"),)


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (
            DANA,
            'acme: person "dana.smith": has the username dana@acme.example in entra, as "dana.reyes" did, whose '
            "record is gone. If it is the same person, write `was: dana.reyes` in the record, and the account is "
            "kept; if not, choose another username.",
        ),
        (
            {"name": "Dana Reyes"},
            'acme: person "dana.smith": is called "Dana Reyes", as "dana.reyes" did, whose record is gone. If it '
            "is the same person, write `was: dana.reyes` in the record, and the account is kept; if not, let the "
            "removal be applied first.",
        ),
    ],
)
def test_a_rename_that_is_not_named_is_refused_and_not_a_departure(record: dict[str, Any], said: str) -> None:
    made = client({"dana.reyes": DANA}, VPN)
    live, state = settled(made, desired(made, NOW))
    live = change_account(
        live, "entra", account_id("dana.reyes", "entra"), attributes={"displayName": "Dana Reyes"}
    )
    with pytest.raises(PlanError) as caught:
        compose(client({"dana.smith": record}, VPN), NOW, live, state)
    assert caught.value.reasons == (said,)


def test_somebody_of_the_same_name_may_come_when_the_other_is_gone_for_good() -> None:
    made = client({"dana.reyes": DANA}, VPN)
    live, state = settled(made, desired(made, NOW))
    live = change_account(
        live,
        "entra",
        account_id("dana.reyes", "entra"),
        attributes={"displayName": "Dana Reyes"},
        enabled=False,
    )
    accounts = {key: replace(each, removed=NOW, enabled=False) for key, each in state.memory.accounts.items()}
    state = replace(state, memory=replace(state.memory, accounts=accounts))
    _, plan = compose(client({"dana.smith": {"name": "Dana Reyes"}}, VPN), NOW, live, state)
    assert {account.person for account in plan.accounts} == {"dana.reyes", "dana.smith"}


def test_a_renamed_client_is_not_made_anew_beside_its_old_stack() -> None:
    made = client({"dana.reyes": DANA}, VPN, was="acme-robotics")
    live, state = settled(made, desired(made, NOW))
    with pytest.raises(PlanError) as caught:
        compose(made, NOW, live, StackState())
    assert caught.value.reasons == (
        'acme: was "acme-robotics", and its own stack is new: what is looked after is in the stack acme-robotics. '
        "Take that one over: pulumi stack rm acme --yes && pulumi stack rename acme --stack acme-robotics",
    )
    _, plan = compose(made, NOW, live, state)
    assert len(plan.accounts) == 1


@pytest.mark.parametrize(
    ("type_", "name", "expected"),
    [
        (PERSON_TYPE, "group", "team.account"),
        (ENTRA_USER, "group/entra", "team.account/entra"),
        ("azuread:index/groupMember:GroupMember", "group/entra/vpn", "team.account/entra/vpn"),
        ("azuread:index/group:Group", "group/vpn", "group/vpn"),
        ("okta:index/groupMemberships:GroupMemberships", "group/vpn/members", "group/vpn/members"),
        ("pulumi:providers:azuread", "group", "group"),
        (ENTRA_USER, "groups/entra", "groups/entra"),
    ],
)
def test_only_what_is_a_persons_is_renamed_with_them(type_: str, name: str, expected: str) -> None:
    assert renamed_resource((type_, name), {"group": "team.account"}) == expected


def test_a_group_under_another_key_is_not_deleted_as_the_one_and_used_as_the_other() -> None:
    made = client({"dana.reyes": DANA}, VPN)
    live, state = settled(made, desired(made, NOW))
    groups = {"tunnel": {"directory": "entra", "name": "Vpn", "existing": True, "membership": "exact"}}
    with pytest.raises(PlanError) as caught:
        compose(client({"dana.reyes": {**DANA, "groups": ["tunnel"]}}, groups), NOW, live, state)
    assert caught.value.reasons == (
        'acme: group "tunnel": is "Vpn" in entra, which the last run knew as group "vpn". Keep the key vpn; '
        "the name may change.",
    )
    renamed = client({"dana.reyes": DANA}, {"vpn": {"directory": "entra", "name": "Tunnel"}})
    _, plan = compose(renamed, NOW, live, state)
    assert [group.inputs["display_name"] for group in plan.groups] == ["Tunnel"]
