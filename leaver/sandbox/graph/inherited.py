"""Licences that a user has: the direct ones and those of groups he is in."""

from __future__ import annotations

import sqlite3
from typing import Any

from leaver.sandbox.graph import objects
from leaver.sandbox.graph.objects import Obj


def group_licences(db: sqlite3.Connection, tenant: str, user_id: str) -> list[tuple[str, dict[str, Any]]]:
    """(group id, assigned licence) for every licence that reaches the user through a group."""
    return [
        (group.id, licence)
        for group in objects.sources(db, tenant, "member", user_id)
        if group.type == "group"
        for licence in group.doc.get("assignedLicenses", [])
    ]


def licences(db: sqlite3.Connection, tenant: str, user: Obj) -> dict[str, Any]:
    """assignedLicenses and licenseAssignmentStates as Graph derives them."""
    direct: list[dict[str, Any]] = user.doc.get("assignedLicenses", [])
    through = group_licences(db, tenant, user.id)
    if not direct and not through:
        return {"assignedLicenses": [], "licenseAssignmentStates": []}
    every = {licence["skuId"]: licence for licence in [*(each for _, each in through), *direct]}
    states = [
        {
            "skuId": licence["skuId"],
            "assignedByGroup": group,
            "disabledPlans": licence["disabledPlans"],
            "state": "Active",
            "error": "None",
        }
        for group, licence in [*((None, each) for each in direct), *through]
    ]
    return {"assignedLicenses": list(every.values()), "licenseAssignmentStates": states}
