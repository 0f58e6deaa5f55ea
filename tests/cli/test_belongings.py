"""The demo's leaver has all that a departure has to end, in both kinds of directories."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leaver.cli.belongings import give
from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.conftest import box, endpoint  # noqa: F401 - fixtures
from tests.sandbox.graph_client import TENANT, Graph
from tests.sandbox.okta_api import OrgApi, person

# ruff: noqa: F811 - fixtures are imported, and are arguments of the same name.
DANA = "dana.reyes@acme.example"


@pytest.fixture
def graph(box: Endpoint) -> Iterator[Graph]:
    with Graph(box, box.register("acme", "entra", "entra", TENANT, ["acme.example"])) as client:
        yield client


def test_an_entra_account_has_all_of_it(graph: Graph) -> None:
    dana = graph.new_user("dana.reyes")
    give(graph.box, "acme", "entra", DANA)
    give(graph.box, "acme", "entra", DANA)
    user = f"/v1.0/users/{dana}"
    counted = {
        path: len(graph.ids(f"{user}/{path}"))
        for path in (
            "authentication/methods",
            "licenseDetails",
            "oauth2PermissionGrants",
            "appRoleAssignments",
            "ownedDevices",
            "managedDevices",
            "ownedObjects",
            "mailFolders/inbox/messageRules",
        )
    }
    assert counted == {
        "authentication/methods": 4,
        "licenseDetails": 5,
        "oauth2PermissionGrants": 10,
        "appRoleAssignments": 2,
        "ownedDevices": 4,
        "managedDevices": 2,
        "ownedObjects": 2,
        "mailFolders/inbox/messageRules": 2,
    }
    sessions = graph.box.admin("GET", "/sessions")["sessions"]
    assert [each["username"] for each in sessions if each["valid"]] == [DANA, DANA]


def test_an_okta_account_has_all_of_it(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [person("dana.reyes")]
    made = box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "users": users})
    dana = made["users"][DANA]
    give(box, "acme", "okta", DANA)
    give(box, "acme", "okta", DANA)
    lists = ("factors", "devices", "grants", "appLinks", "groups", "roles")
    assert {path: len(okta.get(f"/users/{dana}/{path}").json()) for path in lists} == {
        "factors": 3,
        "devices": 2,
        "grants": 5,
        "appLinks": 5,
        "groups": 9,
        "roles": 3,
    }
    assert "Nightly export" in {each["name"] for each in okta.get("/api-tokens").json()}
    assert [each["kind"] for each in okta.sessions()].count("session") == 2


def test_somebody_without_an_account_gets_nothing(graph: Graph) -> None:
    with pytest.raises(DirectoryError, match="no account nobody@acme"):
        give(graph.box, "acme", "entra", "nobody@acme.example")
    assert graph.ids("/v1.0/devices") == []
