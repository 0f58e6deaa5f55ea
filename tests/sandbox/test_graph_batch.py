from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.graph_client import Graph, refusal


def _batch(graph: Graph, *steps: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = graph.post("/v1.0/$batch", json={"requests": list(steps)})
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


def test_each_request_of_a_batch_has_its_own_status(graph: Graph) -> None:
    dana = graph.new_user("dana")
    found = _batch(
        graph,
        {"id": "1", "method": "GET", "url": f"/users/{dana}?$select=displayName"},
        {"id": "2", "method": "GET", "url": "users/nobody@acme.example"},
        {
            "id": "3",
            "method": "PATCH",
            "url": f"/users/{dana}",
            "headers": {"Content-Type": "application/json"},
            "body": {"accountEnabled": False},
        },
        {"id": "4", "method": "GET", "url": "/users/$count", "headers": {"ConsistencyLevel": "eventual"}},
    )
    assert [found[each]["status"] for each in "1234"] == [200, 404, 204, 200]
    assert found["1"]["body"]["displayName"] == "Dana"
    assert found["2"]["body"]["error"]["code"] == "Request_ResourceNotFound"
    assert "body" not in found["3"]
    assert graph.get(f"/v1.0/users/{dana}?$select=accountEnabled").json()["accountEnabled"] is False


def test_a_request_runs_after_what_it_depends_on_and_fails_with_it(graph: Graph) -> None:
    dana = graph.new_user("dana")
    found = _batch(
        graph,
        {"id": "last", "method": "DELETE", "url": f"/users/{dana}", "dependsOn": ["middle"]},
        {"id": "middle", "method": "GET", "url": "/users/nobody@acme.example", "dependsOn": ["first"]},
        {"id": "first", "method": "POST", "url": f"/users/{dana}/revokeSignInSessions"},
    )
    assert (found["first"]["status"], found["middle"]["status"], found["last"]["status"]) == (200, 404, 424)
    assert graph.get(f"/v1.0/users/{dana}").status_code == 200


def test_a_throttled_request_fails_alone(graph: Graph) -> None:
    dana = graph.new_user("dana")
    graph.box.fault("throttle", method="PATCH", path="/v1.0/users/*", retry_after=7)
    patch = {
        "method": "PATCH",
        "url": f"/users/{dana}",
        "headers": {"Content-Type": "application/json"},
        "body": {"jobTitle": "x"},
    }
    found = _batch(graph, {"id": "1", **patch}, {"id": "2", **patch})
    assert [found[each]["status"] for each in "12"] == [429, 204]
    assert found["1"]["headers"]["Retry-After"] == "7"


def test_a_lost_answer_inside_a_batch_is_a_gateway_timeout(graph: Graph) -> None:
    dana = graph.new_user("dana")
    graph.box.fault("drop_after", method="DELETE")
    found = _batch(graph, {"id": "1", "method": "DELETE", "url": f"/users/{dana}"})
    assert found["1"]["status"] == 504
    assert graph.get(f"/v1.0/users/{dana}").status_code == 404


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (
            [{"id": str(n), "method": "GET", "url": "/users"} for n in range(21)],
            "exceeds the maximum value of 20",
        ),
        ([{"id": "1", "method": "GET", "url": "/users"}] * 2, "an id that is unique"),
        ([{"id": "1", "method": "GET", "url": "/users", "dependsOn": ["1"]}], "depends on a step"),
        ([], "Invalid batch payload"),
    ],
)
def test_a_malformed_batch_is_refused_whole(graph: Graph, steps: list[dict[str, Any]], message: str) -> None:
    status, code, text = refusal(graph.post("/v1.0/$batch", json={"requests": steps}))
    assert (status, code) == (400, "BadRequest")
    assert message in text
