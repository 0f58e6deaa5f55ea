from __future__ import annotations

from typing import Any

import pytest

from leaver.sandbox.graph.errors import GraphError
from leaver.sandbox.graph.filters import parse_filter
from tests.sandbox.graph_client import Graph, refusal

EVENTUAL = {"ConsistencyLevel": "eventual"}
DOC: dict[str, Any] = {
    "id": "1",
    "displayName": "Ada O'Neil",
    "accountEnabled": True,
    "department": None,
    "employeeOrgData": {"costCenter": "C1"},
    "groupTypes": ["Unified"],
    "assignedLicenses": [{"skuId": "05e9a617-0261-4cee-bb44-138d3ef5d965"}],
    "createdDateTime": "2026-02-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("displayName eq 'ada o''neil'", True),
        ("displayName eq 'ada'", False),
        ("accountEnabled eq true", True),
        ("accountEnabled eq false", False),
        ("department eq null", True),
        ("startswith(displayName,'ADA')", True),
        ("startswith(displayName, 'neil')", False),
        ("id in ('2', '1')", True),
        ("id in ('2')", False),
        ("id eq '2' or id eq '1'", True),
        ("id eq '1' and accountEnabled eq false", False),
        ("id eq '2' or id eq '1' and accountEnabled eq true", True),
        ("(id eq '1' or id eq '2') and accountEnabled eq false", False),
        ("employeeOrgData/costCenter eq 'c1'", True),
        ("groupTypes/any(c:c eq 'Unified')", True),
        ("groupTypes/any(c:c eq 'Other')", False),
        ("assignedLicenses/any(x:x/skuId eq 05e9a617-0261-4cee-bb44-138d3ef5d965)", True),
        ("createdDateTime ge 2026-02-01T00:00:00Z", True),
        ("createdDateTime lt 2026-02-01T00:00:00Z", False),
    ],
)
def test_filters_decide_as_the_directory_does(text: str, expected: bool) -> None:
    assert parse_filter(text, advanced=False).matches(DOC) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("accountEnabled ne true", False),
        ("not(startswith(displayName,'B'))", True),
        ("endswith(displayName,'NEIL')", True),
        ("contains(displayName,'xyz')", False),
    ],
)
def test_some_operators_need_the_advanced_capabilities(text: str, expected: bool) -> None:
    with pytest.raises(GraphError) as refused:
        parse_filter(text, advanced=False)
    assert refused.value.code == "Request_UnsupportedQuery"
    assert parse_filter(text, advanced=True).matches(DOC) is expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "id",
        "id eq",
        "id eq 'x' and",
        "id like 'x'",
        "(id eq 'x'",
        "id eq 'x",
        "startswith(id)",
        "id in ('x'",
        "'",
    ],
)
def test_a_broken_filter_is_refused_and_never_matches_everything(text: str) -> None:
    with pytest.raises(GraphError) as refused:
        parse_filter(text, advanced=True)
    assert refused.value.status == 400


def test_pages_follow_one_another_without_loss_or_repetition(graph: Graph) -> None:
    made = [graph.new_user(f"u{number:02}") for number in range(7)]
    first = graph.get("/v1.0/users?$top=3&$select=id").json()
    assert len(first["value"]) == 3
    assert first["@odata.nextLink"].startswith(f"{graph.box.http}/v1.0/users?$top=3&$select=id&$skiptoken=")
    assert graph.ids("/v1.0/users?$top=3") == made
    assert graph.ids("/v1.0/users?$top=7") == made
    assert "@odata.nextLink" not in graph.get("/v1.0/users?$top=7").json()


def test_a_page_holds_a_hundred_by_default(graph: Graph) -> None:
    users = [{"userPrincipalName": f"u{number:03}@acme.example"} for number in range(101)]
    graph.box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": users})
    page = graph.get("/v1.0/users").json()
    assert len(page["value"]) == 100
    assert len(graph.get(page["@odata.nextLink"]).json()["value"]) == 1


def test_a_user_created_or_deleted_between_pages_disturbs_no_other(graph: Graph) -> None:
    made = [graph.new_user(f"u{number}") for number in range(4)]
    page = graph.get("/v1.0/users?$top=2&$select=id").json()
    graph.delete(f"/v1.0/users/{made[0]}")
    late = graph.new_user("late")
    rest = graph.get(page["@odata.nextLink"]).json()
    assert [each["id"] for each in rest["value"]] == made[2:]
    assert [each["id"] for each in graph.get(rest["@odata.nextLink"]).json()["value"]] == [late]


@pytest.mark.parametrize("size", ["0", "1000", "x"])
def test_a_page_size_out_of_bounds_is_refused(graph: Graph, size: str) -> None:
    assert refusal(graph.get(f"/v1.0/users?$top={size}")) == (
        400,
        "Request_BadRequest",
        f"Invalid page size specified: '{size}'. Must be between 1 and 999 inclusive.",
    )


def test_counts_need_the_eventual_consistency_level(graph: Graph) -> None:
    for name in ("dana", "lee"):
        graph.new_user(name, department="Finance" if name == "dana" else "Sales")
    assert "@odata.count" not in graph.get("/v1.0/users?$count=true").json()
    assert graph.get("/v1.0/users?$count=true&$top=1", headers=EVENTUAL).json()["@odata.count"] == 2
    assert graph.get("/v1.0/users/$count").status_code == 400
    assert graph.get("/v1.0/users/$count", headers=EVENTUAL).text == "2"
    assert graph.get("/v1.0/users/$count?$filter=department eq 'Sales'", headers=EVENTUAL).text == "1"


def test_search_and_order(graph: Graph) -> None:
    for name in ("mary", "ada", "zoe"):
        graph.new_user(name, displayName=f"{name.title()} Example")
    ordered = graph.get("/v1.0/users?$orderby=displayName desc&$top=2").json()
    assert [each["displayName"] for each in ordered["value"]] == ["Zoe Example", "Mary Example"]
    following = graph.get(ordered["@odata.nextLink"]).json()
    assert [each["displayName"] for each in following["value"]] == ["Ada Example"]
    found = graph.get('/v1.0/users?$search="displayName:mar"', headers=EVENTUAL).json()
    assert [each["displayName"] for each in found["value"]] == ["Mary Example"]
    assert graph.get('/v1.0/users?$search="displayName:mar"').status_code == 400


def test_a_filtered_list_is_paged_too(graph: Graph) -> None:
    off = [graph.new_user(f"off{number}", accountEnabled=False) for number in range(3)]
    graph.new_user("on")
    assert graph.ids("/v1.0/users?$filter=accountEnabled eq false&$top=2&$select=id") == off
    assert graph.ids("/v1.0/users", **{"$filter": "userPrincipalName eq 'OFF1@acme.example'"}) == [off[1]]
    assert graph.ids("/v1.0/users", **{"$filter": f"id in ('{off[0]}','{off[2]}')"}) == [off[0], off[2]]


def test_an_unknown_property_cannot_be_selected(graph: Graph) -> None:
    assert refusal(graph.get("/v1.0/users?$select=id,shoeSize"))[2] == (
        "Could not find a property named 'shoeSize' on type 'microsoft.graph.user'."
    )
