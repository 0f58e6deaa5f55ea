from __future__ import annotations

import ssl
import time
from typing import Any

import httpx
import pytest

from leaver.errors import DirectoryError
from leaver.sandbox.faults import Faults
from tests.sandbox.graph_client import Graph, refusal


def test_a_throttled_call_says_when_to_come_back_and_the_next_one_works(graph: Graph) -> None:
    graph.box.fault("throttle", method="GET", path="/v1.0/users", retry_after=4)
    answer = graph.get("/v1.0/users")
    assert refusal(answer) == (429, "TooManyRequests", "Too many requests.")
    assert answer.headers["Retry-After"] == "4"
    assert graph.get("/v1.0/users").status_code == 200


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_has_graphs_shape(graph: Graph, status: int) -> None:
    graph.box.fault("error", status=status)
    assert refusal(graph.get("/v1.0/users"))[0] == status
    assert graph.get("/v1.0/users").status_code == 200


def test_a_forbidden_call_is_denied_in_graphs_words(graph: Graph) -> None:
    dana = graph.new_user("dana")
    graph.box.fault("forbidden", method="PATCH", path="/v1.0/users/*")
    assert refusal(graph.patch(f"/v1.0/users/{dana}", json={"accountEnabled": False})) == (
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    )
    assert graph.get(f"/v1.0/users/{dana}?$select=accountEnabled").json()["accountEnabled"] is True


@pytest.mark.parametrize(("kind", "done"), [("drop_after", True), ("drop_before", False)])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_dropped_connection_gives_no_answer_and_the_write_was_or_was_not_done(
    graph: Graph, kind: str, done: bool, scheme: str
) -> None:
    dana = graph.new_user("dana")
    graph.box.fault(kind, method="PATCH", path="/v1.0/users/*")
    base = getattr(graph.box, scheme)
    headers = {"Authorization": graph.headers["Authorization"]}
    with (
        httpx.Client(base_url=base, headers=headers, verify=_trust(graph)) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.patch(f"/v1.0/users/{dana}", json={"accountEnabled": False})
    assert graph.get(f"/v1.0/users/{dana}?$select=accountEnabled").json()["accountEnabled"] is not done


def _trust(graph: Graph) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(graph.box.ca))


def test_a_slow_call_takes_as_long_as_was_ordered(graph: Graph) -> None:
    graph.box.fault("latency", path="/v1.0/users", seconds=0.15)
    started = time.monotonic()
    assert graph.get("/v1.0/users").status_code == 200
    assert time.monotonic() - started >= 0.15


def test_for_a_while_a_write_is_not_seen(graph: Graph) -> None:
    dana = graph.new_user("dana", jobTitle="Old")
    graph.box.fault("stale", method="PATCH", path="/v1.0/users/*", seconds=5)
    assert graph.patch(f"/v1.0/users/{dana}", json={"jobTitle": "New"}).status_code == 204
    assert graph.get(f"/v1.0/users/{dana}").json()["jobTitle"] == "Old"
    assert graph.get("/v1.0/users").json()["value"][0]["jobTitle"] == "Old"
    lee = graph.new_user("lee")
    assert graph.get(f"/v1.0/users/{lee}").status_code == 200, "other objects are as they are"
    graph.box.admin("POST", "/clock", {"offset_seconds": 5})
    assert graph.get(f"/v1.0/users/{dana}").json()["jobTitle"] == "New"


def test_for_a_while_a_new_object_is_missing_and_a_deleted_one_is_there(graph: Graph) -> None:
    graph.box.fault("stale", method="POST", path="/v1.0/users", seconds=5)
    dana = graph.new_user("dana")
    assert graph.get(f"/v1.0/users/{dana}").status_code == 404
    assert graph.ids("/v1.0/users") == []
    graph.box.admin("POST", "/clock", {"offset_seconds": 6})
    assert graph.ids("/v1.0/users") == [dana]
    graph.box.fault("stale", method="DELETE", seconds=5)
    graph.delete(f"/v1.0/users/{dana}")
    assert graph.get(f"/v1.0/users/{dana}").status_code == 200
    graph.box.admin("POST", "/clock", {"offset_seconds": 12})
    assert graph.get(f"/v1.0/users/{dana}").status_code == 404


def test_for_a_while_a_removed_member_is_still_shown(graph: Graph) -> None:
    dana = graph.new_user("dana")
    group = graph.new_group("finance", dana)
    graph.box.fault("stale", method="DELETE", path="*/members/*", seconds=5)
    graph.delete(f"/v1.0/groups/{group}/members/{dana}/$ref")
    assert graph.ids(f"/v1.0/groups/{group}/members") == [dana]
    graph.box.admin("POST", "/clock", {"offset_seconds": 6})
    assert graph.ids(f"/v1.0/groups/{group}/members") == []


def test_a_failed_write_makes_no_read_stale(graph: Graph) -> None:
    graph.box.fault("stale", method="PATCH", seconds=5)
    assert graph.patch("/v1.0/users/nobody@acme.example", json={}).status_code == 404
    dana = graph.new_user("dana")
    assert graph.get(f"/v1.0/users/{dana}").status_code == 200


def test_a_fault_for_one_client_leaves_the_others_alone(graph: Graph) -> None:
    other = graph.box.register(
        "birch", "entra", "entra", "7a1d1a52-3b5e-4d0b-9f7e-0a8a35d3a002", ["birch.example"]
    )
    graph.box.fault("error", client="birch", count=None)
    assert graph.get("/v1.0/users").status_code == 200
    with Graph(graph.box, other) as birch:
        assert birch.get("/v1.0/users").status_code == 503


def test_faults_are_listed_with_their_hits_and_withdrawn(graph: Graph) -> None:
    first = graph.box.fault("error", count=5)
    second = graph.box.fault("throttle", path="/nowhere")
    graph.get("/v1.0/users")
    listed = graph.box.admin("GET", "/faults")["faults"]
    assert [(each["id"], each["count"], each["hits"]) for each in listed] == [(first, 4, 1), (second, 1, 0)]
    assert graph.box.admin("DELETE", "/faults", id=first) == {"withdrawn": 1}
    assert graph.get("/v1.0/users").status_code == 200


@pytest.mark.parametrize(
    ("order", "message"),
    [
        ({"kind": "explode"}, "kind 'explode'. Use one of"),
        ({"kind": "error", "stauts": 500}, "unknown field 'stauts'. Use some of"),
        ({"kind": "latency"}, "latency of 0.0 seconds. Give seconds above 0."),
        ({"kind": "error", "share": 0}, "share 0. Give a part above 0 and up to 1."),
    ],
)
def test_an_order_that_cannot_be_meant_is_refused(graph: Graph, order: dict[str, Any], message: str) -> None:
    with pytest.raises(DirectoryError, match=message):
        graph.box.admin("POST", "/faults", order)


def _hits(faults: Faults, calls: int) -> list[int]:
    return [n for n in range(calls) if faults.take("GET", "/x", None, None).failure is not None]


def test_a_tenth_of_the_calls_fails_and_always_the_same_ones() -> None:
    runs = []
    for _ in range(2):
        faults = Faults()
        faults.order({"kind": "error", "share": 0.1, "count": None, "seed": 7})
        runs.append(_hits(faults, 1000))
    assert runs[0] == runs[1]
    assert 60 < len(runs[0]) < 140


def test_the_first_matching_calls_can_be_let_through() -> None:
    faults = Faults()
    faults.order({"kind": "error", "skip": 2, "count": 1})
    assert _hits(faults, 5) == [2]


def test_two_orders_for_the_same_calls_follow_one_another() -> None:
    faults = Faults()
    faults.order({"kind": "error", "status": 500})
    faults.order({"kind": "throttle"})
    kinds = [faults.take("GET", "/x", None, None).name for _ in range(3)]
    assert kinds == ["error", "throttle", None]
