"""Whatever a caller sends, Graph answers with an error of its own: never with a crash."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from leaver.sandbox.graph.errors import GraphError
from leaver.sandbox.graph.filters import parse_filter
from tests.examples import examples
from tests.sandbox.graph_client import Graph, refusal

_SCALARS = st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner)
)
_NAMES = st.sampled_from(
    [
        "@odata.id",
        "accountEnabled",
        "addLicenses",
        "appId",
        "appRoleId",
        "clientId",
        "conditions",
        "consentType",
        "displayName",
        "groupIds",
        "groupTypes",
        "ids",
        "mailEnabled",
        "mailNickname",
        "members@odata.bind",
        "operatingSystem",
        "operatingSystemVersion",
        "passwordProfile",
        "principalId",
        "removeLicenses",
        "requests",
        "resourceId",
        "roleDefinitionId",
        "roleTemplateId",
        "scope",
        "securityEnabled",
        "state",
        "types",
        "userPrincipalName",
        "phoneNumber",
    ]
)
_BODIES = st.dictionaries(_NAMES, _VALUES, max_size=8) | _VALUES
_PATHS = [
    ("POST", "/v1.0/users"),
    ("PATCH", "/v1.0/users/dana@acme.example"),
    ("PUT", "/v1.0/users/dana@acme.example/manager/$ref"),
    ("POST", "/v1.0/users/dana@acme.example/assignLicense"),
    ("POST", "/v1.0/users/dana@acme.example/getMemberGroups"),
    ("POST", "/v1.0/users/dana@acme.example/appRoleAssignments"),
    ("POST", "/v1.0/users/dana@acme.example/authentication/phoneMethods"),
    ("PATCH", "/v1.0/users/dana@acme.example/mailboxSettings"),
    ("POST", "/v1.0/groups"),
    ("POST", "/v1.0/devices"),
    ("POST", "/v1.0/servicePrincipals"),
    ("POST", "/v1.0/oauth2PermissionGrants"),
    ("POST", "/v1.0/directoryRoles"),
    ("POST", "/v1.0/roleManagement/directory/roleAssignments"),
    ("POST", "/v1.0/identity/conditionalAccess/policies"),
    ("POST", "/v1.0/directoryObjects/getByIds"),
    ("POST", "/v1.0/$batch"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), _PATHS)
def test_no_body_makes_graph_crash(graph: Graph, method: str, path: str) -> None:
    graph.new_user("dana", mail="dana@acme.example")

    @examples(25, *HealthCheck)
    @given(_BODIES)
    def send(body: Any) -> None:
        answer = graph.request(method, path, content=json.dumps(body).encode())
        assert answer.status_code < 500, (body, answer.text)
        if answer.status_code >= 400:
            assert answer.json()["error"]["code"]

    send()


@given(st.text(alphabet="abid/ ()'eqnorinstartswith,:x1-$", max_size=40), st.booleans())
def test_a_filter_is_understood_or_refused(text: str, advanced: bool) -> None:
    try:
        found = parse_filter(text, advanced=advanced)
    except GraphError:
        return
    assert found.matches({"id": "a", "b": None, "a": ["x"]}) in (True, False)


def test_half_a_surrogate_pair_is_refused(graph: Graph) -> None:
    answer = graph.post("/v1.0/groups", content=b'{"displayName": "\\ud800", "mailNickname": "x"}')
    assert refusal(answer)[:2] == (400, "Request_BadRequest")
