"""What an account of the sandbox holds, counted as its directory shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leaver.cli.belongings import give
from leaver.cli.holdings import held
from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.conftest import box, endpoint  # noqa: F401 - fixtures
from tests.sandbox.graph_client import TENANT, Graph
from tests.sandbox.okta_api import OrgApi, person

# ruff: noqa: F811 - fixtures are imported, and are arguments of the same name.
DANA = "dana.reyes@acme.example"
IN_ENTRA = {
    "session": 2,
    "sign-in method": 3,
    "licence": 5,
    "consent": 10,
    "group": 4,
    "role": 2,
    "application": 2,
    "device": 4,
    "managed device": 2,
    "ownership": 2,
    "forwarding rule": 1,
}
IN_OKTA = {
    "session": 2,
    "OAuth token": 6,
    "factor": 3,
    "consent": 5,
    "group": 8,
    "role": 3,
    "application": 5,
    "device": 2,
    "API token": 1,
}


@pytest.fixture
def graph(box: Endpoint) -> Iterator[Graph]:
    with Graph(box, box.register("acme", "entra", "entra", TENANT, ["acme.example"])) as client:
        yield client


def test_what_was_given_in_entra_is_counted_and_what_was_taken_is_not(graph: Graph) -> None:
    dana = graph.new_user("dana.reyes")
    give(graph.box, "acme", "entra", DANA)
    assert held(graph.box, "acme", "entra", DANA) == IN_ENTRA
    user = f"/v1.0/users/{dana}"
    laptop, *_ = graph.ids(f"{user}/ownedDevices")
    phone, *_ = graph.ids(f"{user}/managedDevices")
    grant, *_ = graph.ids(f"{user}/oauth2PermissionGrants")
    for answer in (
        graph.post(f"{user}/revokeSignInSessions"),
        graph.patch(f"/v1.0/devices/{laptop}", json={"accountEnabled": False}),
        graph.post(f"/v1.0/deviceManagement/managedDevices/{phone}/retire"),
        graph.delete(f"/v1.0/oauth2PermissionGrants/{grant}"),
    ):
        assert answer.is_success, answer.text
    assert held(graph.box, "acme", "entra", DANA) == {
        **IN_ENTRA,
        "session": 0,
        "device": 3,
        "managed device": 1,
        "consent": 9,
    }


def test_what_was_given_in_okta_is_counted_and_what_was_taken_is_not(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [person("dana.reyes")]
    made = box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "users": users})
    dana = made["users"][DANA]
    give(box, "acme", "okta", DANA)
    assert held(box, "acme", "okta", DANA) == IN_OKTA
    device = okta.get(f"/users/{dana}/devices").json()[0]["device"]["id"]
    for answer in (
        okta.delete(f"/users/{dana}/sessions", params={"oauthTokens": "true"}),
        okta.post(f"/devices/{device}/lifecycle/suspend"),
        okta.delete(f"/users/{dana}/grants"),
    ):
        assert answer.is_success, answer.text
    found = held(box, "acme", "okta", DANA)
    assert {kind for kind in IN_OKTA if found[kind] != IN_OKTA[kind]} == {
        "session",
        "OAuth token",
        "device",
        "consent",
    }
    assert (found["session"], found["OAuth token"], found["device"], found["consent"]) == (0, 0, 1, 0)


def test_somebody_without_an_account_is_told_of(graph: Graph) -> None:
    with pytest.raises(DirectoryError, match="answered 404"):
        held(graph.box, "acme", "entra", "nobody@acme.example")
