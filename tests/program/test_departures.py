"""Which departures a run declares, for whom, and what it says that they will do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leaver.actions import LiveDirectory
from leaver.desired import desired
from leaver.evidence import open_store
from leaver.model import Client
from leaver.program.before import Images
from leaver.program.compose import compose
from leaver.program.plan import PlannedDeparture
from leaver.runbook.choice import RunbookError
from leaver.source.state import DEPARTURE_TYPE, StackState
from tests.estates import NOW, account_id, change_account, client, settled

DAY = timedelta(days=1)
NAME = "dana/entra/departure"


def acme(record: dict[str, Any], directory: str = "entra", **settings: Any) -> Client:
    return client({"dana": record, "lee": {}}, directories=(directory,), **settings)


def planned(made: Client, now: datetime = NOW, **state: Any) -> tuple[PlannedDeparture, ...]:
    """What a run at `now` declares at a client where everything was settled two days before."""
    live, last = settled(made, desired(made, NOW - 2 * DAY))
    _, plan = compose(made, now, live, replace(last, **state))
    return plan.departures


def known(found: PlannedDeparture, **more: Any) -> dict[str, Any]:
    """The state that a run leaves which did all that."""
    return {
        "ids": {(DEPARTURE_TYPE, found.name): "id"},
        "inputs": {(DEPARTURE_TYPE, found.name): dict(found.inputs)},
        **more,
    }


def merged(made: Client, more: dict[str, Any]) -> dict[str, Any]:
    _, last = settled(made, desired(made, NOW - 2 * DAY))
    return {
        **more,
        "ids": {**last.ids, **more.get("ids", {})},
        "inputs": {**last.inputs, **more.get("inputs", {})},
    }


def test_whoever_has_left_gets_the_whole_runbook_with_the_agreed_moment_and_the_colleague() -> None:
    [found] = planned(acme({"departure": {"at": NOW - DAY, "handover": "lee"}}))
    assert found.name == NAME
    assert found.inputs["account"] == account_id("dana", "entra")
    assert found.inputs["cut"] == (NOW - DAY).isoformat()
    assert found.inputs["retainedUntil"] == (NOW + 29 * DAY).isoformat()
    assert (found.inputs["departure"], found.inputs["handover"]) == (True, "lee@acme.example")
    assert {"disable", "revoke-sessions", "groups", "licences", "devices"} <= set(found.inputs["steps"])
    assert "managed-devices" not in found.inputs["steps"], "it is done only on request"
    assert found.to_do == tuple(found.inputs["steps"].values())


def test_a_joiner_whose_end_is_agreed_already_is_announced_by_the_run_that_makes_the_account() -> None:
    made = acme({"departure": {"at": NOW + DAY}})
    _, plan = compose(made, NOW, {"entra": LiveDirectory()}, StackState())
    [found] = plan.departures
    assert list(found.inputs["steps"]) == ["leave-date"]
    assert "account" not in found.inputs, "the account has no ID yet"


@pytest.mark.parametrize(
    ("record", "steps"),
    [
        ({}, None),
        ({"departure": {"at": NOW + DAY, "hold": "until released"}}, None),
        ({"departure": {"at": NOW - DAY, "hold": "until released"}}, None),
        ({"departure": {"at": NOW + DAY}}, {"leave-date"}),
        ({"disabled": True}, {"disable", "revoke-sessions"}),
    ],
)
def test_who_stays_waits_or_is_only_disabled_keeps_what_they_have(
    record: dict[str, Any], steps: set[str] | None
) -> None:
    found = planned(acme(record))
    assert [set(each.inputs["steps"]) for each in found] == ([] if steps is None else [steps])


def test_the_account_of_a_record_that_is_gone_gets_the_whole_runbook_too() -> None:
    both = acme({})
    live, state = settled(both, desired(both, NOW - DAY))
    alone = replace(both, people={"lee": both.people["lee"]})
    _, plan = compose(alone, NOW, live, state)
    [found] = plan.departures
    assert found.inputs["cut"] == NOW.isoformat()
    assert found.inputs["departure"] is False
    assert "licences" in found.inputs["steps"]


def test_the_moment_at_which_a_record_was_first_seen_disabled_is_kept() -> None:
    made = acme({"disabled": True})
    [first] = planned(made)
    [later] = planned(made, NOW + DAY, **merged(made, known(first)))
    assert later.inputs == first.inputs
    assert later.to_do == ()


def test_who_is_disabled_ahead_of_an_agreed_end_has_left_now_and_not_then() -> None:
    end = {"departure": {"at": NOW + 30 * DAY}}
    [announced] = planned(acme(end))
    made = acme({**end, "disabled": True})
    [found] = planned(made, **merged(made, known(announced)))
    assert found.inputs["cut"] == NOW.isoformat()
    [later] = planned(made, NOW + DAY, **merged(made, known(found)))
    assert later.inputs == found.inputs


def test_a_second_run_does_nothing_and_one_with_open_or_untrue_steps_names_those() -> None:
    made = acme({"departure": {"at": NOW - DAY}})
    [first] = planned(made)
    [same] = planned(made, **merged(made, known(first)))
    assert same.to_do == ()
    [again] = planned(made, **merged(made, known(first, open={NAME: {"licences": "E5"}})))
    assert again.to_do == ("take the licences away",)
    [untrue] = planned(made, **merged(made, known(first, untrue={NAME: ("groups",)})))
    assert untrue.to_do == ("take the account out of all groups",)


def test_what_a_verification_found_untrue_is_read_again_before_the_run() -> None:
    made = acme({"departure": {"at": NOW - DAY}})
    [first] = planned(made)
    live, last = settled(made, desired(made, NOW - 2 * DAY))
    state: StackState = replace(last, **merged(made, known(first, untrue={NAME: ("groups",)})))
    _, plan = compose(made, NOW, live, state)
    assert (DEPARTURE_TYPE, NAME) in plan.stale


def test_the_client_chooses_steps_and_their_settings() -> None:
    runbook = {"steps": {"devices": False, "managed-devices": {"wipe": True, "after": ["groups"]}}}
    [found] = planned(acme({"departure": {"at": NOW - DAY}}, runbook=runbook))
    assert "devices" not in found.inputs["steps"]
    assert "managed-devices" in found.inputs["steps"]
    assert found.inputs["settings"] == {"managed-devices": {"wipe": True, "after": ["groups"]}}


def test_an_okta_account_is_deactivated_where_client_yaml_says_so() -> None:
    made = acme({"departure": {"at": NOW - DAY}}, "okta")
    assert "deactivate" not in planned(made)[0].inputs["steps"]
    okta = made.settings.directories["okta"].model_copy(update={"on_departure": "deactivate last"})
    ends = replace(made, settings=made.settings.model_copy(update={"directories": {"okta": okta}}))
    assert "deactivate" in planned(ends)[0].inputs["steps"]


def test_a_runbook_with_faults_declares_nothing() -> None:
    made = acme({}, runbook={"steps": {"grups": True}})
    live, state = settled(made, desired(made, NOW))
    with pytest.raises(RunbookError) as caught:
        compose(made, NOW, live, state)
    assert str(caught.value) == (
        'acme: runbook: step "grups" is not known. Correct it to "groups", or remove it.'
    )


def test_a_hidden_person_is_declared_hidden_so_that_the_next_run_changes_nothing() -> None:
    made = acme({"departure": {"at": NOW - DAY}})
    live, state = settled(made, desired(made, NOW - 2 * DAY))
    _, plan = compose(made, NOW, live, state)
    shown = {account.person: account.inputs.get("show_in_address_list") for account in plan.accounts}
    assert shown["dana"] is False
    assert shown["lee"] is not False


def test_memberships_that_the_engine_ends_itself_are_left_to_it() -> None:
    type_ = "azuread:index/groupMember:GroupMember"
    made = acme({"departure": {"at": NOW - DAY}})
    more = {
        "ids": {(type_, "dana/entra/vpn"): "x"},
        "inputs": {(type_, "dana/entra/vpn"): {"groupObjectId": "g-1"}},
    }
    [found] = planned(made, **merged(made, more))
    assert found.inputs["meanwhile"] == ["g-1"]


class AskedNothing:
    """A directory whose steps see nothing."""

    async def close(self) -> None: ...


@pytest.mark.parametrize("elsewhere", [None, "on-premises"])
def test_the_image_of_before_says_who_else_masters_the_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, elsewhere: str | None
) -> None:
    async def nothing(*_: object) -> dict[str, object]:
        return {}

    monkeypatch.setattr("leaver.program.before.pictures", nothing)
    monkeypatch.setattr("leaver.program.before.open_transport", lambda *_, **__: AskedNothing())
    made = acme({"departure": {"at": NOW - DAY}})
    live, state = settled(made, desired(made, NOW - 2 * DAY))
    live = change_account(live, "entra", account_id("dana", "entra"), mastered_elsewhere=elsewhere)
    wanted, plan = compose(made, NOW, live, state)
    images = Images(made, wanted, live, state, {}, tmp_path, tmp_path, lambda: NOW)
    with open_store(tmp_path) as store:
        images.record(plan.departures, store)
        [image] = [each.entry for each in store.read("acme")]
    assert (image.person, image.seen["account"]) == ("dana", account_id("dana", "entra"))
    assert image.seen.get("mastered") == (elsewhere and "The on-premises Active Directory")
