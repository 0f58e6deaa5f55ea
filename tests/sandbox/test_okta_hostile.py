"""Whatever is sent, the answer is Okta's: never a crash."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from leaver.sandbox.endpoint import Endpoint
from tests.examples import examples
from tests.sandbox.okta_api import OrgApi, code, person

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
)
NAMES = ("profile", "credentials", "type", "groupIds", "id", "label", "factorType", "provider", "definitions")
PROFILE = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("login", "email", "firstName", "lastName", "name", "description", "title"), VALUES
    ),
)
CREDENTIALS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("password", "recovery_question", "provider"), VALUES)
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(NAMES, VALUES),
        "profile": PROFILE | VALUES,
        "credentials": CREDENTIALS | VALUES,
    },
) | st.dictionaries(st.sampled_from(NAMES), VALUES)


@pytest.fixture(scope="module")
def okta(endpoint: Endpoint) -> Iterator[OrgApi]:
    api = OrgApi(endpoint)
    api.user()
    yield api
    endpoint.admin("DELETE", "/tenants/acme/okta")


def targets() -> list[tuple[str, str]]:
    user = "/users/dana.reyes"
    return [
        ("POST", "/users"),
        ("POST", user),
        ("PUT", user),
        ("POST", f"{user}/credentials/change_password"),
        ("POST", f"{user}/factors"),
        ("POST", f"{user}/roles"),
        ("POST", "/groups"),
        ("POST", "/apps"),
        ("POST", "/meta/schemas/user/default"),
    ]


@examples(150, HealthCheck.function_scoped_fixture)
@given(target=st.sampled_from(targets()), body=BODIES)
def test_any_body_is_answered(okta: OrgApi, target: tuple[str, str], body: dict[str, Any]) -> None:
    method, path = target
    answer = okta.request(method, path, content=json.dumps(body))
    assert answer.status_code in (200, 201, 400, 403, 404, 409), (path, body, answer.text)
    if answer.status_code >= 400:
        assert set(answer.json()) == {"errorCode", "errorSummary", "errorLink", "errorId", "errorCauses"}


@examples(100, HealthCheck.function_scoped_fixture)
@given(
    path=st.sampled_from(
        ["/users", "/groups", "/users/me/groups", "/apps", "/devices", "/logs", "/users/x%00y"]
    ),
    query=st.dictionaries(
        st.sampled_from(["search", "filter", "q", "limit", "after", "sortBy", "sortOrder", "since"]),
        st.text(max_size=12) | st.sampled_from(["9" * 30, 'id eq "x"', "profile.a'b", "profile.login"]),
    ),
)
def test_any_query_is_answered(okta: OrgApi, path: str, query: dict[str, str]) -> None:
    try:
        answer = okta.get(path, params=query)
    except UnicodeEncodeError:
        return
    assert answer.status_code in (200, 400, 404), (path, query, answer.text)


@pytest.mark.parametrize(
    "expression",
    [
        'profile.login eq "\\ud800"',
        "profile.age gt 99999999999999999999",
        "profile.age gt 1e999",
        'created gt "0001-01-01T00:00:00+14:00"',
        'created gt "9999-12-31T23:59:59-14:00"',
    ],
)
def test_values_beyond_what_can_be_compared(okta: OrgApi, expression: str) -> None:
    assert okta.get("/users", params={"search": expression}).status_code in (200, 400)


def test_half_a_surrogate_pair_is_no_text(okta: OrgApi) -> None:
    answer = okta.post("/users", content=json.dumps(person("x.y", title="\ud800")))
    assert code(answer) == (400, "E0000003")
