from __future__ import annotations

import time

import pytest

from leaver.errors import DirectoryError
from leaver.sandbox.graph.licences import SKUS
from tests.sandbox.graph_client import Graph

PLACE = {"client": "acme", "directory": "entra"}


@pytest.mark.slow
def test_ten_thousand_people_are_loaded_within_three_seconds_and_read_whole(graph: Graph) -> None:
    users = [{"userPrincipalName": f"u{n}@acme.example", "displayName": f"User {n}"} for n in range(10_000)]
    groups = [
        {"displayName": f"g{k}", "members": [f"u{n}@acme.example" for n in range(k, 10_000, 20)]}
        for k in range(20)
    ]
    started = time.monotonic()
    made = graph.box.admin("POST", "/seed", {**PLACE, "users": users, "groups": groups})
    assert time.monotonic() - started < 3
    assert made["links"] == 10_000
    assert len(set(graph.ids("/v1.0/users?$top=999&$select=id"))) == 10_000
    assert len(graph.ids(f"/v1.0/groups/{made['groups']['g3']}/members?$top=999")) == 500


def test_a_seeded_user_has_his_manager_methods_and_devices(graph: Graph) -> None:
    users = [
        {
            "userPrincipalName": "dana@acme.example",
            "manager": "lee@acme.example",
            "methods": [{"segment": "fido2Methods", "displayName": "Key"}],
            "devices": [{"displayName": "LAPTOP-7"}],
        },
        {"userPrincipalName": "lee@acme.example"},
    ]
    made = graph.box.admin("POST", "/seed", {**PLACE, "users": users})["users"]
    dana = "/v1.0/users/dana@acme.example"
    assert graph.get(f"{dana}/manager").json()["id"] == made["lee@acme.example"]
    assert len(graph.ids(f"{dana}/authentication/fido2Methods")) == 1
    assert len(graph.ids(f"{dana}/ownedDevices")) == 1


@pytest.mark.parametrize(
    ("users", "message"),
    [
        ([{"userPrincipalName": "a@acme.example", "shoeSize": 7}], "unknown property 'shoeSize'"),
        ([{"userPrincipalName": "a@acme.example"}] * 2, "UNIQUE constraint failed"),
        (
            [{"userPrincipalName": "a@acme.example", "methods": [{"segment": "x"}]}],
            "sign-in method 'x'. Use one of",
        ),
    ],
)
def test_a_faulty_seed_loads_nothing(graph: Graph, users: list[dict[str, object]], message: str) -> None:
    with pytest.raises(DirectoryError, match=message):
        graph.box.admin("POST", "/seed", {**PLACE, "users": users})
    assert graph.ids("/v1.0/users") == []


def test_users_are_found_by_a_licence_of_their_group(graph: Graph) -> None:
    dana = graph.new_user("dana", usageLocation="GB")
    graph.new_user("lee", usageLocation="GB")
    group = graph.new_group("staff", dana)
    sku = SKUS["SPE_E3"]
    graph.post(
        f"/v1.0/groups/{group}/assignLicense", json={"addLicenses": [{"skuId": sku}], "removeLicenses": []}
    )
    wanted = {"$filter": f"assignedLicenses/any(x:x/skuId eq {sku})"}
    assert graph.ids("/v1.0/users", **wanted) == [dana]
    bought = graph.get("/v1.0/subscribedSkus").json()["value"]
    assert {each["skuPartNumber"]: each["consumedUnits"] for each in bought}["SPE_E3"] == 1
