"""leaver:index:Licence over gRPC, as an engine calls it, against the sandbox."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import empty_pb2
from leaver_stage import CONFIG
from scripted import Clock, Engine, Failed, plugged

from leaver.providers.leaver.licence import TYPE
from leaver.providers.leaver.provider import provider
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.graph.licences import SKUS
from tests.sandbox.graph_client import TENANT, Graph

E3, MAIL, P2 = (SKUS[name] for name in ("SPE_E3", "EXCHANGESTANDARD", "AAD_PREMIUM_P2"))
ASSIGN = "*/assignLicense"
NOTHING = ("", {}, {})
"""A reading of what is not there."""


@pytest.fixture
def graph(box: Endpoint) -> Iterator[Graph]:
    with Graph(box, box.register("acme", "entra", "entra", TENANT, ["acme.example"])) as found:
        yield found
    box.admin("DELETE", "/tenants/acme/entra")
    box.admin("POST", "/reset", {})


@pytest.fixture
def dana(graph: Graph) -> str:
    return graph.new_user("dana", usageLocation="GB")


def asked(account: str, sku: str = "SPE_E3", **more: object) -> dict[str, object]:
    return {"account": account, "licence": "m365-e3", "sku": sku, **more}


def kept(found: object) -> dict[str, Any]:
    assert isinstance(found, dict), found
    return found


def direct(graph: Graph, account: str) -> set[str]:
    found = graph.get(f"/v1.0/users/{account}?$select=licenseAssignmentStates").json()
    return {each["skuId"] for each in found["licenseAssignmentStates"] if each["assignedByGroup"] is None}


def assign(graph: Graph, path: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    body = {"addLicenses": [{"skuId": each} for each in add], "removeLicenses": list(remove)}
    assert graph.post(f"/v1.0/{path}/assignLicense", json=body).is_success


def buy(box: Endpoint, **units: int) -> None:
    box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "units": units})


def test_a_preview_sends_nothing(engine: Engine, graph: Graph, dana: str, box: Endpoint) -> None:
    since = len(box.log())
    shown = kept(engine.create(TYPE, asked(dana), preview=True))
    assert (shown["account"], shown["sku"]) == (dana, "SPE_E3")
    assert len(box.log()) == since


@pytest.mark.parametrize("word", ["SPE_E3", "spe_e3", E3, E3.upper()])
def test_a_product_is_found_by_its_number_and_by_its_id(
    engine: Engine, graph: Graph, dana: str, word: str
) -> None:
    state = kept(engine.create(TYPE, asked(dana, word)))
    assert state["id"] == f"{dana}/licence/{E3}"
    assert (state["skuId"], state["skuPartNumber"]) == (E3, "SPE_E3")
    assert direct(graph, dana) == {E3}
    for same in ("SPE_E3", E3, E3.upper()):
        assert engine.diff(TYPE, state, asked(dana, same)) == {}


def test_other_licences_are_left_alone_and_so_are_those_of_groups(
    engine: Engine, graph: Graph, dana: str
) -> None:
    assign(graph, f"users/{dana}", add=(P2,))
    assign(graph, f"groups/{graph.new_group('staff', dana)}", add=(E3,))
    state = kept(engine.create(TYPE, asked(dana)))
    assert direct(graph, dana) == {E3, P2}
    assert engine.delete(TYPE, state) is None
    assert direct(graph, dana) == {P2}
    held = graph.get(f"/v1.0/users/{dana}/licenseDetails").json()["value"]
    assert {each["skuId"] for each in held} == {E3, P2}


def test_a_licence_that_is_there_is_taken_over_without_a_call(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    assign(graph, f"users/{dana}", add=(E3,))
    before = len(box.log(path=ASSIGN))
    kept(engine.create(TYPE, asked(dana, instead=[P2])))
    assert len(box.log(path=ASSIGN)) == before


def test_one_that_excludes_another_takes_its_place_in_one_call(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    assign(graph, f"users/{dana}", add=(MAIL,))
    failed = engine.create(TYPE, asked(dana))
    assert isinstance(failed, Failed)
    assert failed.message.startswith(
        f'acme/entra: licence "m365-e3" of account "{dana}": SPE_E3 and a licence that the account has exclude each '
        "other (400 (Request_BadRequest License assignment failed because service plans "
    )
    assert not failed.resource_id
    assert direct(graph, dana) == {MAIL}
    since = len(box.log(path=ASSIGN))
    state = kept(engine.create(TYPE, asked(dana, instead=[MAIL, P2])))
    assert direct(graph, dana) == {E3}
    assert len(box.log(path=ASSIGN)) == since + 1
    assert engine.diff(TYPE, state, asked(dana)) == {}


def test_without_a_free_unit_the_message_says_what_to_do(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    buy(box, SPE_E3=1)
    assign(graph, f"users/{graph.new_user('lee', usageLocation='GB')}", add=(E3,))
    failed = engine.create(TYPE, asked(dana))
    assert isinstance(failed, Failed)
    assert failed.message == (
        f'acme/entra: licence "m365-e3" of account "{dana}": no unit of SPE_E3 is free (1 bought). Buy one, or '
        "take one away: it is given with the next apply."
    )
    assert not failed.resource_id
    buy(box, SPE_E3=2)
    kept(engine.create(TYPE, asked(dana)))


MISTAKES = {
    "no usage location": (
        {"usageLocation": None},
        "SPE_E3",
        "the account has no usage location, and Entra gives no licence without one. Add `usage location:` to the "
        "record, two letters such as GB.",
    ),
    "no such product": (
        {"usageLocation": "GB"},
        "VISIOCLIENT",
        "the tenant has no VISIOCLIENT, but AAD_PREMIUM_P2, ENTERPRISEPACK, EXCHANGESTANDARD, "
        "O365_BUSINESS_PREMIUM, SPB, SPE_E3, SPE_E5. Correct `sku` in client.yaml, or buy it.",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_cannot_be_given_is_said_with_its_remedy(engine: Engine, graph: Graph, mistake: str) -> None:
    properties, sku, said = MISTAKES[mistake]
    account = graph.new_user("dana", **{key: value for key, value in properties.items() if value})
    failed = engine.create(TYPE, asked(account, sku))
    assert isinstance(failed, Failed)
    assert failed.message == f'acme/entra: licence "m365-e3" of account "{account}": {said}'
    assert not failed.resource_id


@pytest.mark.slow
def test_an_account_that_is_gone_gets_none_and_loses_none(engine: Engine, graph: Graph, dana: str) -> None:
    state = kept(engine.create(TYPE, asked(dana)))
    assert graph.delete(f"/v1.0/users/{dana}").is_success
    failed = engine.create(TYPE, asked(dana))
    assert isinstance(failed, Failed)
    assert "there is no such account" in failed.message
    assert engine.read(TYPE, state["id"], state, asked(dana)) == NOTHING
    assert engine.delete(TYPE, state) is None


def test_a_refresh_sees_that_it_was_taken_away_and_an_import_that_it_is_there(
    engine: Engine, graph: Graph, dana: str
) -> None:
    state = kept(engine.create(TYPE, asked(dana)))
    found = engine.read(TYPE, state["id"], state, asked(dana))
    assert not isinstance(found, Failed)
    assert found[1]["skuId"] == E3
    assert found[2] == asked(dana)
    imported = engine.read(TYPE, f"{dana}/licence/{E3.upper()}", {}, {})
    assert not isinstance(imported, Failed)
    assert imported[2]["sku"] == E3
    assert engine.read(TYPE, "no-licence", {}, {}) == NOTHING
    assign(graph, f"users/{dana}", remove=(E3,))
    assert engine.read(TYPE, state["id"], state, asked(dana)) == NOTHING
    assert engine.delete(TYPE, state) is None


def test_another_product_or_account_is_another_licence(engine: Engine, graph: Graph, dana: str) -> None:
    state = kept(engine.create(TYPE, asked(dana)))
    assert engine.diff(TYPE, state, asked(dana, "SPE_E5")) == {"sku": "update-replace"}
    assert engine.diff(TYPE, state, asked(graph.new_user("lee"))) == {"account": "update-replace"}
    assert engine.diff(TYPE, state, {**asked(dana), "licence": "e3"}) == {"licence": "update"}


def test_what_is_left_to_the_runbook_is_neither_given_nor_taken(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    state = kept(engine.create(TYPE, asked(dana)))
    before = len(box.log(path=ASSIGN))
    gone = kept(engine.update(TYPE, state, asked(dana, left=True)))
    assert gone["skuId"] == E3
    assert engine.delete(TYPE, gone) is None
    assert kept(engine.create(TYPE, asked(dana, "SPE_E5", left=True)))["left"] is True
    assert len(box.log(path=ASSIGN)) == before
    assert direct(graph, dana) == {E3}


FAULTS: dict[str, tuple[dict[str, Any], ...]] = {
    "throttled": ({"kind": "throttle", "retry_after": 1, "count": 2},),
    "unavailable": ({"kind": "error", "status": 503, "count": 2},),
    "a conflict": ({"kind": "error", "status": 409, "count": 2},),
    "answer lost": ({"kind": "drop_after"},),
    "answer lost, and again": ({"kind": "drop_after", "count": 2},),
    "connection lost": ({"kind": "drop_before", "count": 2},),
    "stale reads": ({"kind": "stale", "seconds": 1.0},),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_it_is_given_and_taken_whatever_happens_to_the_call(
    engine: Engine, graph: Graph, dana: str, box: Endpoint, fault: str
) -> None:
    for order in FAULTS[fault]:
        box.fault(method="POST", path=ASSIGN, **order)
    state = kept(engine.create(TYPE, asked(dana)))
    assert direct(graph, dana) == {E3}
    box.admin("DELETE", "/faults")
    for order in FAULTS[fault]:
        box.fault(method="POST", path=ASSIGN, **order)
    assert engine.delete(TYPE, state) is None
    assert direct(graph, dana) == set()


@pytest.mark.slow
def test_an_account_that_was_just_made_may_not_be_whole_everywhere_yet(
    engine: Engine, graph: Graph, box: Endpoint
) -> None:
    box.fault("stale", method="PATCH", path="*/users/*", seconds=1.5)
    account = graph.new_user("dana")
    assert graph.patch(f"/v1.0/users/{account}", json={"usageLocation": "GB"}).is_success
    assert kept(engine.create(TYPE, asked(account)))["skuId"] == E3


def test_a_write_that_is_refused_for_good_says_the_permission(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    box.fault("forbidden", method="POST", path=ASSIGN, count=None)
    failed = engine.create(TYPE, asked(dana))
    assert isinstance(failed, Failed)
    assert "Grant LicenseAssignment.ReadWrite.All" in failed.message
    assert not failed.resource_id


def test_the_calls_of_one_account_wait_for_each_other(
    engine: Engine, graph: Graph, dana: str, box: Endpoint
) -> None:
    box.fault("latency", method="POST", path=ASSIGN, seconds=0.5, count=None)
    wanted = ("SPE_E3", "AAD_PREMIUM_P2")
    started = time.monotonic()
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(lambda sku: engine.create(TYPE, asked(dana, sku)), wanted))
    assert time.monotonic() - started >= 1.0
    assert {kept(each)["skuPartNumber"] for each in made} == set(wanted)
    assert direct(graph, dana) == {E3, P2}


@pytest.mark.slow
def test_a_cancelled_engine_ends_the_wait_for_a_turn(
    home: Path, graph: Graph, dana: str, box: Endpoint
) -> None:
    served = provider(environ={"LEAVER_HOME": str(home)}, folder=home, clock=lambda: datetime.now(UTC))
    with plugged(served, Clock()) as engine:
        engine.configure(CONFIG)
        box.fault("latency", method="POST", path=ASSIGN, seconds=20.0, count=None)
        threading.Timer(3.0, lambda: engine.stub.Cancel(empty_pb2.Empty())).start()
        started = time.monotonic()
        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(lambda sku: engine.create(TYPE, asked(dana, sku)), ("SPE_E3", "SPB")))
        assert time.monotonic() - started < 12
    said = {each.message for each in made if isinstance(each, Failed)}
    assert said == {
        "cancelled by the engine. What is done is kept; run again for the rest.",
        "cancelled by the engine before its turn. Run again.",
    }


def test_words_that_are_no_product_are_refused_at_preview(engine: Engine) -> None:
    _, faults = engine.check(TYPE, asked("a", "Microsoft 365 E3"))
    assert [each for _, each in faults] == [
        "\"Microsoft 365 E3\" is neither a part number nor an ID of a product. Examine values at 'it.sku'."
    ]


def test_okta_gives_no_licences(home: Path) -> None:
    served = provider(environ={"LEAVER_HOME": str(home)}, folder=home, clock=lambda: datetime.now(UTC))
    with plugged(served, Clock()) as engine:
        engine.configure(
            {"client": "acme", "directory": "okta", "kind": "okta", "org": "acme", "sandbox": True}
        )
        failed = engine.create(TYPE, asked("u-1"))
    assert isinstance(failed, Failed)
    assert failed.message == "acme/okta: only an Entra directory gives licences."
