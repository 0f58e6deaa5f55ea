"""Permissions that a directory's application lacks: what the sandbox then refuses, in the vendor's words."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import Graph
from tests.sandbox.okta_api import OrgApi, code

NOBODY = "a0000000-0000-4000-8000-00000000ffff"
WRITES: tuple[tuple[str, str, str, Any], ...] = (
    ("User.RevokeSessions.All", "POST", f"/users/{NOBODY}/revokeSignInSessions", None),
    ("User-PasswordProfile.ReadWrite.All", "PATCH", f"/users/{NOBODY}", {"passwordProfile": {}}),
    ("User-LifeCycleInfo.ReadWrite.All", "PATCH", f"/users/{NOBODY}", {"employeeLeaveDateTime": None}),
    ("UserAuthenticationMethod.ReadWrite.All", "GET", f"/users/{NOBODY}/authentication/methods", None),
    ("AppRoleAssignment.ReadWrite.All", "DELETE", f"/users/{NOBODY}/appRoleAssignments/x", None),
    ("DelegatedPermissionGrant.ReadWrite.All", "DELETE", "/oauth2PermissionGrants/x", None),
    ("RoleManagement.ReadWrite.Directory", "DELETE", "/roleManagement/directory/roleAssignments/x", None),
    ("MailboxSettings.ReadWrite", "PATCH", f"/users/{NOBODY}/mailboxSettings", {}),
    ("Files.ReadWrite.All", "POST", f"/users/{NOBODY}/drive/root/invite", {}),
    ("Device.ReadWrite.All", "PATCH", f"/devices/{NOBODY}", {"accountEnabled": False}),
    ("Application.ReadWrite.All", "POST", "/applications", {}),
)


@pytest.mark.parametrize(("permission", "method", "path", "body"), WRITES)
def test_graph_refuses_what_the_application_may_not(
    box: Endpoint, acme: dict[str, str], permission: str, method: str, path: str, body: Any
) -> None:
    with Graph(box, acme) as graph:
        assert graph.request(method, f"/v1.0{path}", json=body).status_code != 403
    box.withhold("acme", "entra", permission)
    with Graph(box, acme) as graph:
        refused = graph.request(method, f"/v1.0{path}", json=body)
        assert refused.status_code == 403
        assert refused.json()["error"]["code"] == "Authorization_RequestDenied"
        batch = {"requests": [{"id": "1", "method": method, "url": path, "body": body or {}}]}
        batch["requests"][0]["headers"] = {"Content-Type": "application/json"}
        (inner,) = graph.request("POST", "/v1.0/$batch", json=batch).json()["responses"]
        assert inner["status"] == 403


def test_a_greater_permission_will_do(box: Endpoint, acme: dict[str, str]) -> None:
    box.withhold("acme", "entra", "User.EnableDisableAccount.All", "GroupMember.ReadWrite.All")
    with Graph(box, acme) as graph:
        body = {"accountEnabled": False}
        assert graph.request("PATCH", f"/v1.0/users/{NOBODY}", json=body).status_code == 404
    box.withhold("acme", "entra", "User.EnableDisableAccount.All", "User.ReadWrite.All")
    with Graph(box, acme) as graph:
        assert graph.request("PATCH", f"/v1.0/users/{NOBODY}", json=body).status_code == 403


def test_an_old_token_keeps_its_permissions(box: Endpoint, acme: dict[str, str]) -> None:
    with Graph(box, acme) as graph:
        box.withhold("acme", "entra", "User.RevokeSessions.All")
        path = f"/v1.0/users/{NOBODY}/revokeSignInSessions"
        assert graph.request("POST", path).status_code == 404


def test_okta_refuses_an_api_token_what_its_owner_may_not(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    box.withhold("acme", "okta", "okta.roles.manage")
    assert okta.get(f"/users/{user}/roles").status_code == 200
    answer = okta.post(f"/users/{user}/roles", json={"type": "ORG_ADMIN"})
    assert code(answer) == (403, "E0000006")
    box.withhold("acme", "okta")
    assert okta.post(f"/users/{user}/roles", json={"type": "ORG_ADMIN"}).status_code == 201


def test_withheld_permissions_are_of_one_directory_and_end_with_a_reset(box: Endpoint) -> None:
    okta, other = OrgApi(box), OrgApi(box, "blue", "blue")
    box.withhold("acme", "okta", "okta.users.read")
    assert code(okta.get("/users")) == (403, "E0000006")
    assert other.get("/users").status_code == 200
    box.admin("POST", "/reset", {"client": "acme"})
    assert okta.get("/users").status_code == 200
