"""The products of a tenant, and who was given them directly: by two lists of Microsoft Graph."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from leaver.actions.api import Api
from leaver.actions.call import Call
from leaver.actions.graph_pages import listed
from leaver.actions.types import Sku

READ_SKUS = "Organization.Read.All"
_READ_USERS = "User.Read.All"
_PAGE = "999"


async def read_licences(api: Api) -> dict[str, Sku]:
    """Every product by its ID in lower case. Raises a `CallFailed`.

    learn.microsoft.com/graph/api/subscribedsku-list, /resources/licenseassignmentstate: what has no
    `assignedByGroup` was assigned directly.
    """
    skus = Call("GET", "/v1.0/subscribedSkus", "licences of the tenant", READ_SKUS)
    users = Call(
        "GET",
        "/v1.0/users",
        "licences of accounts",
        _READ_USERS,
        params={"$select": "id,licenseAssignmentStates", "$top": _PAGE},
    )
    bought, holders = await asyncio.gather(_bought(api, skus), _holders(api, users))
    return {id_: Sku(id_, name, frozenset(holders[id_]), free) for id_, (name, free) in bought.items()}


async def _bought(api: Api, call: Call) -> dict[str, tuple[str, int | None]]:
    found: dict[str, tuple[str, int | None]] = {}
    async for data, answer in listed(api, call):
        row = api.row(data, call.subject, answer, "skuId", "skuPartNumber")
        found[row["skuId"].lower()] = (row["skuPartNumber"], _free(row))
    return found


async def _holders(api: Api, call: Call) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    async for data, answer in listed(api, call):
        row = api.row(data, call.subject, answer)
        for sku in direct(row):
            found[sku].add(row["id"])
    return found


def direct(user: Mapping[str, Any]) -> frozenset[str]:
    """The IDs, in lower case, of the products that a user was given directly, by `licenseAssignmentStates`."""
    states = user.get("licenseAssignmentStates")
    return frozenset(
        str(state["skuId"]).lower()
        for state in (states if isinstance(states, list) else ())
        if isinstance(state, dict) and state.get("skuId") and state.get("assignedByGroup") is None
    )


def _free(row: Mapping[str, Any]) -> int | None:
    """Units that nobody has; a subscription in its grace period ("warning") still has its own."""
    prepaid, used = row.get("prepaidUnits"), row.get("consumedUnits")
    bought = [prepaid.get(name) for name in ("enabled", "warning")] if isinstance(prepaid, dict) else [None]
    known = [each for each in bought if isinstance(each, int)]
    return sum(known) - used if isinstance(used, int) and len(known) == len(bought) else None
