from __future__ import annotations

from typing import Any

import pytest

from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.redact import parsed_body, redact, redacted_query
from tests.sandbox.graph_client import PASSWORD, Graph, request_token


def test_every_call_is_logged_with_whose_it_was_and_what_it_said(graph: Graph) -> None:
    dana = graph.new_user("dana")
    graph.patch(f"/v1.0/users/{dana}?x=1", json={"accountEnabled": False})
    entry = graph.box.log(method="PATCH")[0]
    assert entry["path"] == f"/v1.0/users/{dana}"
    assert entry["query"] == "x=1"
    assert entry["body"] == {"accountEnabled": False}
    assert (entry["client"], entry["directory"], entry["status"]) == ("acme", "entra", 204)
    assert entry["at"] == "2026-11-22T14:00:00.000000Z"
    assert len(graph.box.log(path="/v1.0/users*", client="acme")) == 2
    assert graph.box.log(since=entry["seq"]) == []


def test_no_password_secret_or_token_is_logged(box: Endpoint, acme: dict[str, str], graph: Graph) -> None:
    request_token(box, acme)
    graph.new_user("dana")
    text = str(box.log())
    assert "<redacted>" in text
    for secret in (acme["client_secret"], PASSWORD, graph.headers["Authorization"].split()[1]):
        assert secret not in text


def test_a_dropped_call_is_logged_without_a_status(graph: Graph) -> None:
    graph.box.fault("drop_before")
    with pytest.raises(Exception, match="disconnected"):
        graph.get("/v1.0/users")
    entry = graph.box.log()[-1]
    assert (entry["status"], entry["fault"]) == (None, "drop_before")


def test_a_reset_of_one_client_keeps_the_others_and_the_credentials(graph: Graph) -> None:
    other = graph.box.register(
        "birch", "entra", "entra", "7a1d1a52-3b5e-4d0b-9f7e-0a8a35d3a002", ["birch.example"]
    )
    graph.new_user("dana")
    with Graph(graph.box, other) as birch:
        birch.new_user("lee", userPrincipalName="lee@birch.example")
        graph.box.admin("POST", "/reset", {"client": "acme"})
        assert graph.ids("/v1.0/users") == []
        assert len(birch.ids("/v1.0/users")) == 1
    assert graph.box.log(client="acme", path="/v1.0/users", method="POST") == []
    assert len(graph.box.log(client="birch", path="/v1.0/users", method="POST")) == 1


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"password": "x"}, {"password": "<redacted>"}),
        (
            {"passwordProfile": {"password": "x", "forceChangePasswordNextSignIn": True}},
            {"passwordProfile": {"password": "<redacted>", "forceChangePasswordNextSignIn": True}},
        ),
        (
            {
                "credentials": {
                    "password": {"value": "x"},
                    "recovery_question": {"answer": "y", "question": "q"},
                }
            },
            {
                "credentials": {
                    "password": {"value": "<redacted>"},
                    "recovery_question": {"answer": "<redacted>", "question": "q"},
                }
            },
        ),
        (
            {"passwordPolicies": "None", "client_secret": None},
            {"passwordPolicies": "None", "client_secret": None},
        ),
        ([{"access_token": "x"}], [{"access_token": "<redacted>"}]),
    ],
)
def test_secrets_are_replaced_and_the_rest_is_kept(value: Any, expected: Any) -> None:
    assert redact(value) == expected


def test_bodies_of_other_kinds_are_logged_by_their_size() -> None:
    assert parsed_body("text/plain", b"hello") == "<5 bytes>"
    assert parsed_body("application/json", b"") is None
    assert redacted_query("a=1&client_secret=x") == "a=1&client_secret=<redacted>"
