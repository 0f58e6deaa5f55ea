"""Licences: what the tenant bought, and who has it (learn.microsoft.com/graph/api/user-assignlicense)."""

from __future__ import annotations

import sqlite3
from typing import Any

from leaver.sandbox.graph import objects, pages
from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.graph.groups import find_group
from leaver.sandbox.graph.inherited import group_licences
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.users import find_user
from leaver.sandbox.graph.views import view

# Part number -> sku id (learn.microsoft.com/entra/identity/users/licensing-service-plan-reference).
SKUS: dict[str, str] = {
    "SPE_E3": "05e9a617-0261-4cee-bb44-138d3ef5d965",
    "SPE_E5": "06ebc4ee-1bb5-47dd-8120-11324bc54e06",
    "ENTERPRISEPACK": "6fd2c87f-b296-42f0-b197-1e91e994b900",
    "O365_BUSINESS_PREMIUM": "f245ecc8-75af-4f8e-b61f-27d8114de5f3",
    "SPB": "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46",
    "EXCHANGESTANDARD": "4b9405b0-7788-4568-add1-99614e613b69",
    "AAD_PREMIUM_P2": "84a661c4-e949-4bd2-a560-ed7766fcaf2b",
}
BOUGHT = 20_000
"""Units of each product in a tenant of which nobody said another number."""
_UNITS = "subscription"
# The service plans of Exchange Online, of which a user may have one (the same page).
_SMALL_MAIL, _LARGE_MAIL = "9aaf7827-d63c-4b61-89c3-182f06f82e5c", "efb87545-963c-4e0d-99df-69c6916d9eb0"
_MAIL = {
    SKUS[name]: _LARGE_MAIL if name in ("SPE_E3", "SPE_E5", "ENTERPRISEPACK") else _SMALL_MAIL
    for name in ("SPE_E3", "SPE_E5", "ENTERPRISEPACK", "O365_BUSINESS_PREMIUM", "SPB", "EXCHANGESTANDARD")
}
_NAMES = {sku: name for name, sku in SKUS.items()}


def buy(db: sqlite3.Connection, tid: str, units: dict[str, int]) -> None:
    """Say how many units a tenant has, by part number. Raises KeyError for a product that there is not."""
    for name, number in units.items():
        sku = SKUS[name]
        db.execute("DELETE FROM graph_objects WHERE tenant = ? AND type = ? AND key = ?", (tid, _UNITS, sku))
        objects.insert(db, tid, _UNITS, f"{tid}_{sku}", {"enabled": int(number)}, key=sku)


def _bought(call: Call) -> dict[str, int]:
    stated = {each.key: each.doc["enabled"] for each in objects.listed(call.db, call.tid, _UNITS)}
    return {sku: stated.get(sku, BOUGHT) for sku in SKUS.values()}


def _consumed(call: Call) -> dict[str, int]:
    holders: dict[str, set[str]] = {sku: set() for sku in SKUS.values()}
    for group in objects.listed(call.db, call.tid, "group"):
        for licence in group.doc.get("assignedLicenses", []):
            members = objects.targets(call.db, call.tid, "member", group.id)
            holders[licence["skuId"]].update(each.id for each in members if each.type == "user")
    for user in objects.listed(call.db, call.tid, "user"):
        for licence in user.doc.get("assignedLicenses", []):
            holders[licence["skuId"]].add(user.id)
    return {sku: len(users) for sku, users in holders.items()}


def _sku(call: Call, seq: int, sku: str, consumed: int, bought: int) -> Obj:
    doc = {
        "accountId": call.tid,
        "accountName": call.tenant.client,
        "appliesTo": "User",
        "capabilityStatus": "Enabled",
        "consumedUnits": consumed,
        "prepaidUnits": {"enabled": bought, "suspended": 0, "warning": 0, "lockedOut": 0},
        "skuId": sku,
        "skuPartNumber": _NAMES[sku],
    }
    return Obj(seq, "subscribedSku", f"{call.tid}_{sku}", sku, "", doc, None)


def _list_skus(call: Call) -> Answer:
    used, bought = _consumed(call), _bought(call)
    rows = [_sku(call, seq, sku, used[sku], bought[sku]) for seq, sku in enumerate(SKUS.values(), 1)]
    source = pages.Source(lambda after, _ids, _keys: iter(rows[after:]))
    return pages.answer(call, "subscribedSkus", source, kind="subscribedSku")


def _changes(call: Call) -> tuple[list[dict[str, Any]], list[str]]:
    fields = call.fields()
    add, remove = fields.get("addLicenses"), fields.get("removeLicenses")
    if not isinstance(add, list) or not isinstance(remove, list):
        raise bad_request(
            "One or more parameters of the function import 'assignLicense' are missing from the request payload."
        )
    if not all(isinstance(each, dict) for each in add):
        raise bad_request(
            "Invalid value specified for parameter 'addLicenses' of the function import 'assignLicense'."
        )
    wanted = [
        {"skuId": str(each.get("skuId")).lower(), "disabledPlans": each.get("disabledPlans") or []}
        for each in add
    ]
    for sku in [*(each["skuId"] for each in wanted), *remove]:
        if str(sku).lower() not in _NAMES:
            raise bad_request(f"License {sku} does not correspond to a valid company License.")
    return wanted, [str(each).lower() for each in remove]


def _merged(held: list[dict[str, Any]], add: list[dict[str, Any]], remove: list[str]) -> list[dict[str, Any]]:
    kept = {each["skuId"]: each for each in held if each["skuId"] not in remove}
    kept.update({each["skuId"]: each for each in add})
    return list(kept.values())


def _assign_to_user(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    add, remove = _changes(call)
    if add and not user.doc.get("usageLocation"):
        raise bad_request("License assignment cannot be done for user with invalid usage location.")
    held = user.doc.get("assignedLicenses", [])
    through = {licence["skuId"] for _, licence in group_licences(call.db, call.tid, user.id)}
    for sku in remove:
        if sku in {each["skuId"] for each in held}:
            continue
        if sku in through:
            raise bad_request(
                "User license is inherited from a group membership and it cannot be removed directly from the user."
            )
        raise bad_request("User does not have a corresponding license.")
    merged = _merged(held, add, remove)
    before = {each["skuId"] for each in held} | through
    _refuse_conflicts(before, {each["skuId"] for each in merged} | through)
    _refuse_too_many(call, {each["skuId"] for each in add} - before)
    user.doc["assignedLicenses"] = merged
    objects.save(call.db, call.tid, user)
    return Answer(200, {"@odata.context": call.context("users/$entity"), **view(call, user, None)})


def _refuse_conflicts(before: set[str], after: set[str]) -> None:
    plans = {_MAIL[sku] for sku in after if sku in _MAIL}
    if len(plans) > 1 >= len({_MAIL[sku] for sku in before if sku in _MAIL}):
        raise bad_request(
            f"License assignment failed because service plans {','.join(sorted(plans))} are mutually exclusive."
        )


def _refuse_too_many(call: Call, fresh: set[str]) -> None:
    bought = _bought(call)
    # Counting reads every account, which a tenant with units enough does without.
    if all(bought[sku] == BOUGHT for sku in fresh):
        return
    used = _consumed(call)
    for sku in sorted(fresh):
        if used[sku] >= bought[sku]:
            raise bad_request(f"Subscription with SKU {sku} does not have any available licenses.")


def _assign_to_group(call: Call) -> Answer:
    group = find_group(call, call.ids[0])
    add, remove = _changes(call)
    held = group.doc.get("assignedLicenses", [])
    if set(remove) - {each["skuId"] for each in held}:
        raise bad_request("Group does not have a corresponding license.")
    group.doc["assignedLicenses"] = _merged(held, add, remove)
    objects.save(call.db, call.tid, group)
    return Answer(202, {"@odata.context": call.context("groups/$entity"), **view(call, group, None)})


def _details(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    held = {each["skuId"] for each in user.doc.get("assignedLicenses", [])}
    held |= {licence["skuId"] for _, licence in group_licences(call.db, call.tid, user.id)}
    value = [
        {"id": f"{user.id}_{sku}", "skuId": sku, "skuPartNumber": _NAMES[sku], "servicePlans": []}
        for sku in sorted(held)
    ]
    context = call.context(f"users('{user.id}')/licenseDetails")
    return Answer(200, {"@odata.context": context, "value": value})


def table() -> Table:
    return [
        ("GET", "/subscribedSkus", _list_skus),
        ("POST", "/users/{}/assignLicense", _assign_to_user),
        ("POST", "/groups/{}/assignLicense", _assign_to_group),
        ("GET", "/users/{}/licenseDetails", _details),
    ]
