"""Which licences a run declares, by records, directories and the last state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.actions import LiveDirectory, Sku
from leaver.desired import Desired, Effect, desired
from leaver.fleet.compare import compare
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.plan import NewAccount, Plan
from leaver.program.report import report
from leaver.source.state import LICENCE_TYPE, StackState
from tests.estates import NOW, account_id, change_account, client, settled, sku_id

CATALOGUE = {"e3": {"sku": "SPE_E3"}, "visio": {"sku": "VISIOCLIENT"}}
RECORD = {"licences": ["e3"], "usage location": "GB", "groups": []}
DANA, LEE = account_id("dana", "entra"), account_id("lee", "entra")
E3, VISIO = sku_id("SPE_E3"), sku_id("VISIOCLIENT")
NAME = "dana/entra/licence/e3"
Live = dict[str, LiveDirectory]


def acme(dana: dict[str, Any] | None = None, **settings: Any) -> Client:
    people = {"dana": RECORD if dana is None else {**RECORD, **dana}, "lee": RECORD}
    return client(people, **{"licences": CATALOGUE, **settings})


def before(made: Client | None = None) -> tuple[Live, StackState]:
    made = made or acme()
    return settled(made, desired(made, NOW))


def held_by(live: Live, sku: str, *holders: str, free: int | None = None) -> Live:
    """`live` with exactly these holders of a product."""
    shown = live["entra"]
    product = replace(shown.licences[sku], holders=frozenset(holders), free=free)
    return {"entra": replace(shown, licences={**shown.licences, sku: product})}


def run(made: Client, live: Live, state: StackState) -> tuple[Desired, Plan, list[tuple[str, str, str]]]:
    wanted, plan = compose(made, NOW, live, state)
    told = [
        (each.subject, each.effect.value, each.what)
        for each in report(made, wanted, plan, live, state).changes
        if each.what.startswith("licence ")
    ]
    return wanted, plan, told


def test_a_joiner_is_given_the_licence_of_an_account_that_is_yet_to_be_made() -> None:
    live = {"entra": LiveDirectory(licences={E3: Sku(E3, "SPE_E3", frozenset(), free=2)})}
    _, plan, told = run(acme(), live, StackState())
    assert [(each.name, each.sku, each.member, each.held) for each in plan.licences] == [
        (NAME, E3, NewAccount("dana", "entra"), False),
        ("lee/entra/licence/e3", E3, NewAccount("lee", "entra"), False),
    ]
    assert told == [("dana", "added", "licence e3"), ("lee", "added", "licence e3")]
    assert plan.notices == ()


def test_a_second_run_gives_nothing() -> None:
    live, state = before()
    wanted, plan, told = run(acme(), live, state)
    assert [(each.held, each.instead, each.left) for each in plan.licences] == [(True, (), False)] * 2
    assert (plan.stale, told) == ((), [])
    assert compare(acme(), wanted, live, state) == ()


def test_what_somebody_took_away_is_stale_named_and_given_again() -> None:
    live, state = before()
    live = held_by(live, E3, LEE)
    wanted, plan, told = run(acme(), live, state)
    assert plan.stale == ((LICENCE_TYPE, NAME),)
    assert told == [("dana", "added", "licence e3")]
    assert [str(each) for each in compare(acme(), wanted, live, state)] == [
        "dana in entra: licence e3: wanted assigned, found not assigned"
    ]


def test_what_is_there_already_is_taken_over_without_a_word() -> None:
    live, _ = before()
    _, state = before(acme({"licences": []}))
    _, plan, told = run(acme(), live, state)
    assert [each.held for each in plan.licences] == [True, True]
    assert (plan.stale, told) == ((), [])


def test_one_that_is_dropped_goes_in_the_call_that_gives_another() -> None:
    live, state = before()
    _, plan, told = run(acme({"licences": ["visio"]}), live, state)
    assert [(each.name, each.instead) for each in plan.licences if each.person == "dana"] == [
        ("dana/entra/licence/visio", (E3,))
    ]
    assert told == [("dana", "removed", "licence e3"), ("dana", "added", "licence visio")]


def test_another_product_under_the_same_key_goes_in_one_call_too() -> None:
    live, state = before()
    live["entra"] = replace(
        live["entra"],
        licences={**live["entra"].licences, "id-of-spe_e5": Sku("id-of-spe_e5", "SPE_E5", frozenset())},
    )
    _, plan, told = run(acme(licences={"e3": {"sku": "SPE_E5"}}), live, state)
    assert {(each.sku, each.instead, each.held) for each in plan.licences} == {("id-of-spe_e5", (E3,), False)}
    assert told == [("dana", "added", "licence e3"), ("lee", "added", "licence e3")]
    assert plan.stale == ()


def test_another_key_for_the_same_product_keeps_the_assignment() -> None:
    live, state = before()
    made = acme({"licences": ["office"]}, licences={**CATALOGUE, "office": {"sku": E3}})
    made = replace(made, people={"dana": made.people["dana"]})
    _, plan, told = run(made, live, state)
    (own,) = [each for each in plan.licences if each.person == "dana"]
    assert (own.name, own.was, own.held) == ("dana/entra/licence/office", NAME, True)
    assert [each for each in told if each[0] == "dana"] == []


def test_one_product_under_two_keys_is_one_assignment() -> None:
    live, state = before()
    made = acme({"licences": ["e3", "office"]}, licences={**CATALOGUE, "office": {"sku": E3}})
    _, plan, told = run(made, live, state)
    assert [each.name for each in plan.licences if each.person == "dana"] == [NAME]
    assert told == []


def test_a_product_that_the_tenant_does_not_show_is_given_to_nobody_and_taken_from_nobody() -> None:
    live, state = before()
    live["entra"] = replace(live["entra"], licences={VISIO: live["entra"].licences[VISIO]})
    wanted, plan, told = run(acme({"licences": ["e3", "visio"]}), live, state)
    assert [(each.name, each.sku, each.held) for each in plan.licences] == [
        (NAME, E3, True),
        ("dana/entra/licence/visio", VISIO, False),
        ("lee/entra/licence/e3", E3, True),
    ]
    assert told == [("dana", "added", "licence visio")]
    assert [str(each) for each in plan.notices] == [
        "licence e3: the tenant of entra has no SPE_E3, so nobody is given it: it has VISIOCLIENT"
    ]
    assert "dana in entra: licence e3: wanted assigned, found the tenant has no such licence" in [
        str(each) for each in compare(acme(), wanted, live, state)
    ]


@pytest.mark.parametrize(("free", "words"), [(1, "1 is free"), (0, "none is free"), (-1, "none is free")])
def test_more_than_there_are_units_is_said_at_preview(free: int, words: str) -> None:
    live, _ = before()
    _, plan, _ = run(acme(), held_by(live, E3, free=free), before(acme({"licences": []}))[1])
    assert [str(each) for each in plan.notices] == [
        f"licence e3: 2 to be given in entra, and {words}: buy more, or take some away first"
    ]


DEPARTED = {"departure": {"at": NOW - timedelta(hours=1)}}
ENDINGS: dict[str, tuple[dict[str, Any], dict[str, Any], list[tuple[str, bool]]]] = {
    "a departure": (DEPARTED, {}, [(NAME, True)]),
    "a departure, without the step": (DEPARTED, {"runbook": {"steps": {"licences": False}}}, []),
    "the end of a contract": ({"until": NOW}, {}, [(NAME, True)]),
    "disabled": ({"disabled": True}, {}, []),
    "disabled, and kept": (
        {"disabled": True},
        {"runbook": {"steps": {"licences": {"keep": ["SPE_E3"]}}}},
        [(NAME, True)],
    ),
    "disabled, with a mailbox to be shared": (
        {"disabled": True},
        {"runbook": {"steps": {"licences": {"mailbox": "shared"}}}},
        [(NAME, True)],
    ),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_who_is_out_loses_it_by_the_runbook_where_it_takes_licences(ending: str) -> None:
    record, settings, declared = ENDINGS[ending]
    live, state = before()
    made = acme(record, **settings)
    wanted, plan, told = run(made, live, state)
    assert wanted.accounts["dana", "entra"].licences == ()
    assert [(each.name, each.left) for each in plan.licences if each.person == "dana"] == declared
    assert told == [("dana", "removed", "licence e3")]
    still = [str(each) for each in compare(made, wanted, live, state) if each.what.startswith("licence")]
    assert still == ([] if declared else ["dana in entra: licence e3: wanted not assigned, found assigned"])
    left = replace(state, inputs={**state.inputs, (LICENCE_TYPE, NAME): {"left": True}})
    if declared:
        assert run(made, live, left)[2] == []


def test_a_record_that_is_gone_leaves_the_licence_to_the_runbook() -> None:
    live, state = before()
    made = client({"lee": RECORD}, licences=CATALOGUE)
    _, plan, told = run(made, live, state)
    assert [(each.name, each.left) for each in plan.licences] == [
        (NAME, True),
        ("lee/entra/licence/e3", False),
    ]
    assert told == [("dana", "removed", "licence e3")]


def test_an_account_that_its_directory_shows_disabled_is_given_none() -> None:
    live, state = before()
    live = change_account(live, "entra", DANA, enabled=False, status="disabled")
    _, plan, told = run(acme({"licences": ["e3", "visio"]}), live, state)
    assert [each.name for each in plan.licences if each.person == "dana"] == [NAME]
    assert told == []
    reinstated = run(acme({"licences": ["e3", "visio"], "reinstate": True}), live, state)
    assert reinstated[2] == [("dana", Effect.ADDED.value, "licence visio")]


def test_a_renamed_person_keeps_it() -> None:
    live, state = before()
    made = client(
        {"dana.stone": {**RECORD, "was": "dana", "username": "dana@acme.example"}, "lee": RECORD},
        licences=CATALOGUE,
    )
    _, plan, told = run(made, live, state)
    assert [(each.name, each.held) for each in plan.licences] == [
        ("dana.stone/entra/licence/e3", True),
        ("lee/entra/licence/e3", True),
    ]
    assert told == []
