"""leaver:index:Departure over gRPC, as an engine calls it, against the sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from leaver_stage import CONFIG
from scripted import Clock, Engine, Failed, plugged

from leaver.evidence import Kind, open_store
from leaver.providers.leaver.departure import TYPE
from leaver.providers.leaver.provider import provider
from leaver.sandbox.endpoint import Endpoint
from tests.runbook.entra_leaver import DANA, Dana
from tests.sandbox.graph_client import TENANT

STEPS = {
    "disable": "disable the account",
    "sign-in-methods": "delete the sign-in methods",
    "groups": "take the account out of all groups",
}


@pytest.fixture
def dana(box: Endpoint) -> Iterator[Dana]:
    with Dana(box, box.register("acme", "entra", "entra", TENANT, ["acme.example"])) as found:
        yield found
    box.admin("DELETE", "/tenants/acme/entra")
    box.admin("POST", "/reset", {})


def inputs(dana: Dana, **more: object) -> dict[str, object]:
    cut = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
    return {
        "person": "dana.reyes",
        "directory": "entra",
        "account": dana.dana,
        "username": DANA,
        "cut": cut,
        "departure": True,
        "steps": STEPS,
        **more,
    }


def kept(found: object) -> dict[str, Any]:
    assert isinstance(found, dict), found
    return found


def test_a_preview_lists_the_steps_and_touches_nothing(engine: Engine, dana: Dana) -> None:
    shown = kept(engine.create(TYPE, inputs(dana), preview=True))
    assert shown["steps"] == STEPS
    assert len(dana.titles(f"/v1.0/users/{dana.dana}/memberOf")) > 1


def test_what_is_done_is_in_the_state_and_the_second_plan_is_empty(
    engine: Engine, dana: Dana, home: Path
) -> None:
    asked = inputs(dana)
    state = kept(engine.create(TYPE, asked))
    assert state["id"] == f"acme/entra/{dana.dana}"
    assert state["open"] == {}
    assert state["outcomes"] == dict.fromkeys(STEPS, "done")
    assert engine.diff(TYPE, state, asked) == {}
    assert dana.titles(f"/v1.0/users/{dana.dana}/memberOf") == []
    with open_store(home) as store:
        entries = [each.entry for each in store.read("acme") if each.entry.seen.get("account") != "x"]
    assert {each.step for each in entries if each.kind is Kind.STEP} >= set(STEPS)


def test_a_refused_step_is_kept_in_the_state_and_only_that_one_is_done_by_the_next_update(
    engine: Engine, dana: Dana, box: Endpoint
) -> None:
    asked = inputs(dana)
    box.fault("forbidden", method="DELETE", path="*/authentication/*", count=None)
    failed = engine.create(TYPE, asked)
    assert isinstance(failed, Failed)
    assert failed.message.startswith(
        "acme/entra: dana.reyes: 1 of 3 steps are not over. The next update tries again.\n"
        "  delete the sign-in methods: failed: 403"
    )
    state = dict(failed.properties)
    assert set(state["open"]) == {"sign-in-methods"}
    assert state["outcomes"] == {"disable": "done", "groups": "done", "sign-in-methods": "failed"}
    assert engine.diff(TYPE, state, asked) == {"open.sign-in-methods": "delete"}
    box.admin("DELETE", "/faults")
    mended = kept(engine.update(TYPE, state, asked))
    assert mended["open"] == {}
    assert mended["outcomes"] == {"disable": "already", "groups": "already", "sign-in-methods": "done"}


def test_a_refresh_asks_the_directory_again_and_the_next_update_mends(engine: Engine, dana: Dana) -> None:
    asked = inputs(dana)
    state = kept(engine.create(TYPE, asked))
    dana.patch(f"/v1.0/users/{dana.dana}", json={"accountEnabled": True})
    group = dana.new_group("Skiing", dana.dana)
    found = engine.read(TYPE, state["id"], state, asked)
    assert not isinstance(found, Failed)
    _, shown, again = found
    assert shown["open"] == {"disable": f"{DANA} can sign in", "groups": "Skiing"}
    assert again == asked
    assert engine.diff(TYPE, shown, asked) == {"open.disable": "delete", "open.groups": "delete"}
    assert kept(engine.update(TYPE, shown, asked))["open"] == {}
    assert dana.rows(f"/v1.0/groups/{group}/members") == []


def test_a_refresh_that_can_read_nothing_fails_and_one_that_reads_some_keeps_the_rest(
    engine: Engine, dana: Dana, box: Endpoint
) -> None:
    asked = inputs(dana)
    state = kept(engine.create(TYPE, asked))
    box.fault("forbidden", method="GET", path="*/authentication/methods", count=None)
    found = engine.read(TYPE, state["id"], state, asked)
    assert not isinstance(found, Failed)
    assert found[1]["open"] == {}
    box.fault("forbidden", method="GET", count=None)
    failed = engine.read(TYPE, state["id"], state, asked)
    assert isinstance(failed, Failed)
    assert failed.message.startswith("acme/entra: dana.reyes: nothing can be read: 403")


def test_what_the_engine_takes_itself_is_left_to_it_and_is_no_change_later(
    engine: Engine, dana: Dana, home: Path
) -> None:
    group = dana.new_group("Managed", dana.dana)
    asked = inputs(dana, meanwhile=[group])
    state = kept(engine.create(TYPE, asked))
    with open_store(home) as store:
        said = [each.entry.why for each in store.read("acme") if each.entry.step == "groups"]
    assert said[-1] == "Taken by this very update, and read back after it: Managed."
    assert dana.titles(f"/v1.0/users/{dana.dana}/memberOf") == ["Managed"]
    later = {key: value for key, value in asked.items() if key != "meanwhile"}
    assert engine.diff(TYPE, state, later) == {}


def test_deleting_it_lets_go_of_the_account(engine: Engine, dana: Dana) -> None:
    state = kept(engine.create(TYPE, inputs(dana)))
    before = dana.get(f"/v1.0/users/{dana.dana}").json()
    assert engine.delete(TYPE, state) is None
    assert dana.get(f"/v1.0/users/{dana.dana}").json() == before


def test_what_was_only_announced_is_taken_back_when_it_is_deleted(engine: Engine, dana: Dana) -> None:
    ahead = inputs(dana, cut="2027-01-31T17:00:00+00:00", steps={"leave-date": "write the date of leaving"})
    state = kept(engine.create(TYPE, ahead))
    path = f"/v1.0/users/{dana.dana}?$select=employeeLeaveDateTime"
    assert dana.get(path).json()["employeeLeaveDateTime"] == "2027-01-31T17:00:00Z"
    assert engine.delete(TYPE, state) is None
    assert dana.get(path).json()["employeeLeaveDateTime"] is None


@pytest.mark.slow
def test_a_cancelled_engine_gets_what_was_done_so_far(home: Path, dana: Dana, box: Endpoint) -> None:
    served = provider(environ={"LEAVER_HOME": str(home)}, folder=home, clock=lambda: datetime.now(UTC))
    with plugged(served, Clock()) as engine:
        engine.configure(CONFIG)
        box.fault("latency", path="*/members/*", seconds=20.0, count=None)
        threading.Timer(2.0, lambda: engine.stub.Cancel(empty_pb2.Empty())).start()
        started = time.monotonic()
        steps = {"disable": "disable", "revoke-sessions": "revoke", "groups": "leave all groups"}
        failed = engine.create(TYPE, inputs(dana, steps=steps))
        assert time.monotonic() - started < 8
    assert isinstance(failed, Failed)
    assert failed.message == "cancelled by the engine. What is done is kept; run again for the rest."
    assert dict(failed.properties)["outcomes"] == {"disable": "done", "revoke-sessions": "done"}
    assert dict(failed.properties)["open"] == {"groups": "not done yet"}


REFUSED = {
    "step \"wash-the-car\" is not known to this version of the plugin. Examine values at 'it.steps'.": {
        "steps": {"wash-the-car": "wash it"}
    },
    "\"tomorrow\" is not a moment with an offset (ISO 8601). Examine values at 'it.cut'.": {
        "cut": "tomorrow"
    },
    "\"2026-11-22T14:00:00\" is not a moment with an offset (ISO 8601). Examine values at 'it.cut'.": {
        "cut": "2026-11-22T14:00:00"
    },
}


@pytest.mark.parametrize("reason", REFUSED)
def test_inputs_that_make_no_sense_are_refused_at_preview(engine: Engine, dana: Dana, reason: str) -> None:
    _, faults = engine.check(TYPE, {**inputs(dana), **REFUSED[reason]})
    assert [found for _, found in faults] == [reason]


def test_a_configuration_that_names_no_tenant_is_refused(home: Path) -> None:
    served = provider(environ={"LEAVER_HOME": str(home)}, folder=home, clock=lambda: datetime.now(UTC))
    with plugged(served, Clock()) as engine, pytest.raises(grpc.RpcError) as caught:
        engine.configure({**CONFIG, "tenant": "acme"})
    assert caught.value.details() == "leaver: the provider's configuration is not sound: tenant"
