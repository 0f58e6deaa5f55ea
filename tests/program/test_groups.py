"""Groups as a directory really has them: renamed by hand, with others than people in them, not to be set."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.actions import DirectoryGroup, LiveDirectory
from leaver.desired import Change, Effect, desired
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.decide import decide
from leaver.program.plan import PlanError
from leaver.source.state import ENTRA_GROUP, ENTRA_MEMBER, ENTRA_ROLE, StackState
from tests.estates import NOW, client, group_id, settled

PEOPLE = {"dana.reyes": {"groups": ["finance"]}}
FINANCE = group_id("finance")


def made(**group: Any) -> Client:
    return client(PEOPLE, {"finance": {"directory": "entra", **group}})


def shown(live: dict[str, LiveDirectory], **changes: Any) -> dict[str, LiveDirectory]:
    """`live`, with the group Finance changed by hand."""
    groups = {FINANCE: replace(live["entra"].groups[FINANCE], **changes)}
    return {"entra": replace(live["entra"], groups={**live["entra"].groups, **groups})}


def before(records: Client, state: StackState) -> StackState:
    """The last state, with what it last declared of the group."""
    name = (ENTRA_GROUP, "group/finance")
    group = records.groups["finance"]
    said = {"displayName": group.name, "description": group.description}
    return replace(state, inputs={**state.inputs, name: {**state.inputs[name], **said}})


def test_a_new_name_of_a_group_is_told_and_nobody_joins_or_leaves() -> None:
    records = made(name="Finance")
    live, state = settled(records, desired(records, NOW))
    told = decide(made(name="Ledgers"), NOW, live, before(records, state)).told
    assert told.changes == (Change("group Ledgers", "entra", Effect.CHANGED, "name: Finance → Ledgers"),)


@pytest.mark.parametrize("by_hand", [{"name": "Money"}, {"description": "Ask Lee"}])
def test_a_group_changed_by_hand_is_told_and_refreshed_so_that_the_engine_sees_it(
    by_hand: dict[str, str],
) -> None:
    records = made(name="Finance", description="Reads the ledgers")
    live, state = settled(records, desired(records, NOW))
    decision = decide(records, NOW, shown(live, **by_hand), before(records, state))
    assert [change.effect for change in decision.told.changes] == [Effect.CHANGED]
    assert decision.plan.stale == ((ENTRA_GROUP, "group/finance"),)


def test_a_group_nested_in_an_exact_one_is_named_before_it_is_taken_out() -> None:
    records = made(existing=True, membership="exact")
    live, state = settled(records, desired(records, NOW))
    child = DirectoryGroup("child", "Temps", None, "security")
    entra = live["entra"]
    live = {
        "entra": replace(
            entra,
            groups={**entra.groups, "child": child},
            members={FINANCE: entra.members[FINANCE] | {"child"}},
        )
    }
    told = decide(records, NOW, live, state).told
    assert [(change.subject, change.effect, change.what) for change in told.changes] == [
        ("nested group Temps", Effect.REMOVED, "group Finance")
    ]


@pytest.mark.parametrize(
    ("group", "said"),
    [
        ({"dynamic": True}, 'the members of "Finance" follow from a rule in entra. Change the rule there'),
        (
            {"mastered_elsewhere": "on-premises"},
            '"Finance" comes into entra from elsewhere (on-premises), which sets its members. Change them there',
        ),
        (
            {"kind": "mail-security"},
            '"Finance" is a mail-enabled security group or a distribution list, whose members only Exchange sets. '
            "Change them there",
        ),
    ],
)
def test_a_group_whose_members_no_api_sets_is_refused_in_the_preview(
    group: dict[str, Any], said: str
) -> None:
    records = made(existing=True)
    live, state = settled(records, desired(records, NOW))
    with pytest.raises(PlanError) as caught:
        compose(records, NOW, shown(live, **group), state)
    assert str(caught.value) == (f'acme: group "finance": {said}, and take the group out of groups.yaml.')


def test_a_single_membership_and_a_role_taken_by_hand_are_refreshed_so_that_the_engine_gives_them_again() -> (
    None
):
    role = "Reports Reader"
    both = {"groups": ["finance"], "roles": [role]}
    records = client({"dana.reyes": both}, {"finance": {"directory": "entra", "membership": "additive"}})
    live, state = settled(records, desired(records, NOW))
    member = (ENTRA_MEMBER, "dana.reyes/entra/finance")
    assignment = (ENTRA_ROLE, "dana.reyes/entra/role/reports-reader")
    given = replace(state, ids={**state.ids, member: "member", assignment: "assignment"})
    assert compose(records, NOW, live, given)[1].stale == ()
    taken = {"entra": replace(live["entra"], members={FINANCE: frozenset()}, roles={})}
    assert compose(records, NOW, taken, given)[1].stale == tuple(sorted([member, assignment]))
    assert compose(records, NOW, taken, state)[1].stale == (), "what no run has given yet is not out of date"


def test_a_role_that_the_tenant_does_not_have_is_refused_in_the_preview() -> None:
    records = client({"dana.reyes": {"roles": ["Reprots Reader"]}})
    live, state = settled(records, desired(records, NOW))
    known: dict[str, dict[str, str]] = {"Reports Reader": {}, "User Administrator": {}}
    with pytest.raises(PlanError) as refused:
        compose(records, NOW, {"entra": replace(live["entra"], roles=known)}, state)
    assert str(refused.value) == (
        'acme: person "dana.reyes": there is no role "Reprots Reader" in entra. Correct `roles` to "Reports Reader".'
    )
