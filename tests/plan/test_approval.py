"""What an override names: the plan without any override; and what the hash says of a plan that is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.model import AllLimits, Client, Override
from leaver.plan import EngineView, FoundBreak, Plan, Standing, canonical, compare
from leaver.plan import document as documents
from leaver.plan.compare import compare_limits
from tests.estates import NOW, client
from tests.plan import golden

PEOPLE: dict[str, dict[str, Any]] = {f"p{number}": {} for number in range(4)}
FEWER: dict[str, dict[str, Any]] = {"p0": {}}
OLD = Override(losses=f"sha256:{'1' * 32}", reason="Last month", expires=NOW - timedelta(days=30))
NEW = Override(
    losses=f"sha256:{'2' * 32}", plan=f"sha256:{'3' * 64}", reason="HD-4822", expires=NOW + timedelta(days=2)
)


def acme(people: dict[str, dict[str, Any]], *overrides: Override, **settings: Any) -> Client:
    return replace(client(people, **settings), overrides=overrides)


def plan(before: Client | None, after: Client, **rest: Any) -> Plan:
    return Plan(NOW, "main", golden.COMMIT, (compare(before, after),), **rest)


BARE = plan(acme(PEOPLE), acme(FEWER))
APPROVAL = BARE.approval("acme")


@pytest.mark.parametrize(
    ("before", "after"),
    [((), (NEW,)), ((OLD,), ()), ((OLD,), (NEW,)), ((OLD,), (OLD, NEW)), ((OLD,), (OLD,))],
)
def test_no_override_before_or_after_changes_it(
    before: tuple[Override, ...], after: tuple[Override, ...]
) -> None:
    found = plan(acme(PEOPLE, *before), acme(FEWER, *after))
    assert found.approval("acme") == APPROVAL
    assert found.hash != BARE.hash, "the plan's own hash covers the overrides"


def test_another_client_in_the_change_is_none_of_its_business() -> None:
    other = replace(client(PEOPLE), key="blue")
    both = replace(BARE, clients=(*BARE.clients, compare(other, replace(client(FEWER), key="blue"))))
    assert both.approval("acme") == both.only(["acme"]).approval("acme") == APPROVAL
    assert both.approval("blue") != APPROVAL


@pytest.mark.parametrize(
    "other",
    [
        plan(acme(PEOPLE), acme({"p0": {}, "p1": {}})),
        plan(acme(PEOPLE), acme({**FEWER, "new": {}})),
        plan(acme(PEOPLE), acme({"p0": {"title": "Head"}})),
        plan(acme(PEOPLE), acme(FEWER, limits={"removals": 90})),
        plan(acme({**PEOPLE, "p4": {}}), acme(FEWER)),
    ],
    ids=[
        "fewer losses",
        "a colleague joins",
        "a title",
        "limits",
        "more losses",
    ],
)
def test_every_other_change_of_the_records_is_another_plan(other: Plan) -> None:
    assert other.approval("acme") != APPROVAL


@pytest.mark.parametrize(
    "same",
    [
        replace(BARE, now=NOW + timedelta(days=90)),
        replace(BARE, refusals=("acme: too many",)),
        replace(BARE, engine={"acme": EngineView(changes=golden.plan().engine["acme"].changes)}),
        replace(BARE, unchanged=500, since="origin/main", commit="0" * 40),
        replace(BARE, gone=("kestrel",)),
        replace(BARE, bounds=compare_limits(AllLimits(), AllLimits(removals=500))),
    ],
    ids=["the moment", "a refusal", "the engine", "the commit", "a client ends", "all limits"],
)
def test_what_is_no_change_of_the_records_is_not_in_it(same: Plan) -> None:
    assert same.approval("acme") == APPROVAL


def test_it_is_the_same_once_the_plan_is_read_from_its_file() -> None:
    made = plan(acme(PEOPLE, OLD), acme(FEWER, NEW))
    read = documents.load(documents.dump(made), "plan.json")
    assert (read.approval("acme"), read.hash) == (APPROVAL, made.hash)


BROKEN = FoundBreak("acme", "has-manager", True, Standing.NEW, "no manager")


@pytest.mark.parametrize(
    ("given", "is_refused"),
    [
        (BARE, False),
        (replace(BARE, refusals=("acme: too many",)), True),
        (replace(BARE, findings=(BROKEN,)), True),
        (replace(BARE, findings=(replace(BROKEN, mandatory=False),)), False),
        (replace(BARE, findings=(replace(BROKEN, standing=Standing.STAYS),)), False),
        (replace(BARE, findings=(replace(BROKEN, standing=Standing.GONE),)), False),
    ],
)
def test_the_hash_says_that_an_apply_refuses_the_plan_and_nothing_where_it_does_not(
    given: Plan, is_refused: bool
) -> None:
    assert given.canonical().get("refused") == (True if is_refused else None)
    assert (given.hash != BARE.hash) is is_refused
    assert documents.load(documents.dump(given), "plan.json") == given


@pytest.mark.parametrize("said", [True, None])
def test_a_file_in_which_the_field_and_the_list_disagree_is_no_plan(said: bool | None) -> None:
    given = BARE if said else replace(BARE, refusals=("acme: too many",))
    data = documents.to_json(given)
    data["plan"] = {**data["plan"], "refused": said} if said else {**data["plan"]}
    if not said:
        del data["plan"]["refused"]
    data["hash"] = canonical.digest(data["plan"])
    with pytest.raises(documents.NoPlan, match="its content is not what its hash says"):
        documents.load(json.dumps(data), "plan.json")


def test_a_plan_without_overrides_says_nothing_of_them_in_its_canonical_form() -> None:
    assert "besides" not in BARE.canonical()["clients"][0]
    assert "besides" in plan(acme(PEOPLE), acme(FEWER, NEW)).canonical()["clients"][0]
