"""The products of a tenant and who was given them directly, by canned answers."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qs

import pytest

from leaver.actions import BadAnswer, Forbidden, LiveDirectory, Sku

from .script import DANA, LEE, Script, answer, entra, okta

GRAPH = "https://graph.microsoft.com"
E3, VISIO = "05e9a617-0261-4cee-bb44-138d3ef5d965", "38b434d2-a15e-4cde-9a98-e737c75623e1"
SKUS, USERS = "GET /v1.0/subscribedSkus", "GET /v1.0/users"


def sku(id: str, name: str, used: Any = 3, **prepaid: Any) -> dict[str, Any]:
    units = {"enabled": 5, "suspended": 0, "warning": 0, **prepaid}
    return {
        "id": f"t_{id}",
        "skuId": id,
        "skuPartNumber": name,
        "consumedUnits": used,
        "prepaidUnits": units,
    }


def user(id: str, *states: tuple[str, str | None]) -> dict[str, Any]:
    return {
        "id": id,
        "licenseAssignmentStates": [{"skuId": each, "assignedByGroup": group} for each, group in states],
    }


def test_direct_holders_of_all_pages_and_none_that_have_it_by_a_group(script: Script) -> None:
    script.on(SKUS, answer(200, {"value": [sku(E3.upper(), "SPE_E3"), sku(VISIO, "VISIOCLIENT")]}))
    script.on(
        USERS,
        answer(
            200,
            {"value": [user(DANA, (E3, None), (VISIO, "g-1"))], "@odata.nextLink": f"{GRAPH}/v1.0/users?p=2"},
        ),
        answer(200, {"value": [user(LEE, (E3.upper(), None), (E3, "g-1")), {"id": "no-states"}]}),
    )
    found = asyncio.run(entra(script).licences())
    assert found == {
        E3: Sku(E3, "SPE_E3", frozenset({DANA, LEE}), free=2),
        VISIO: Sku(VISIO, "VISIOCLIENT", frozenset(), free=2),
    }
    asked = next(each for each in script.seen if each.url.path == "/v1.0/users")
    assert parse_qs(asked.url.query.decode())["$select"] == ["id,licenseAssignmentStates"]


@pytest.mark.parametrize(
    ("row", "free"),
    [
        (sku(E3, "SPE_E3", warning=4), 6),
        (sku(E3, "SPE_E3", used=9), -4),
        (sku(E3, "SPE_E3", used=None), None),
        (sku(E3, "SPE_E3", enabled="5"), None),
        ({**sku(E3, "SPE_E3"), "prepaidUnits": None}, None),
    ],
    ids=["grace period", "too many", "no use", "no number", "no units"],
)
def test_how_many_are_free_is_said_only_where_it_is_known(
    script: Script, row: dict[str, Any], free: int | None
) -> None:
    script.on(SKUS, answer(200, {"value": [row]})).on(USERS, answer(200, {"value": []}))
    assert asyncio.run(entra(script).licences())[E3].free == free


def test_a_product_without_a_name_is_no_product_to_guess(script: Script) -> None:
    nameless = {key: value for key, value in sku(E3, "SPE_E3").items() if key != "skuPartNumber"}
    script.on(SKUS, answer(200, {"value": [nameless]})).on(USERS, answer(200, {"value": []}))
    with pytest.raises(BadAnswer, match="has no skuPartNumber"):
        asyncio.run(entra(script).licences())


def test_a_refusal_names_the_permission(script: Script) -> None:
    script.on(SKUS, answer(403, {"error": {"code": "Authorization_RequestDenied"}}))
    script.on(USERS, answer(200, {"value": []}))
    with pytest.raises(Forbidden, match=r"Grant Organization\.Read\.All"):
        asyncio.run(entra(script).licences())


def test_okta_has_none_and_is_not_asked(script: Script) -> None:
    assert asyncio.run(okta(script).licences()) == {}
    assert script.calls() == []


@pytest.mark.parametrize("word", ["SPE_E3", "spe_e3", E3, E3.upper()])
def test_a_product_is_found_by_number_and_id(word: str) -> None:
    shown = LiveDirectory(licences={E3: Sku(E3, "SPE_E3", frozenset())})
    assert shown.sku(word) == shown.licences[E3]
    assert shown.sku("SPE") is None
