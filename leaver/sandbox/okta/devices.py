"""Devices and whose they are (Okta, Devices API)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from leaver.sandbox.okta import errors, ids, people
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.wire import Answer, Call, Operation

PLATFORMS = frozenset({"ANDROID", "IOS", "MACOS", "WINDOWS"})
# From which statuses an operation is allowed, and where it leads.
_RULES = {
    "activate": ({"CREATED", "DEACTIVATED"}, "ACTIVE"),
    "deactivate": ({"CREATED", "ACTIVE", "SUSPENDED"}, "DEACTIVATED"),
    "suspend": ({"ACTIVE"}, "SUSPENDED"),
    "unsuspend": ({"SUSPENDED"}, "ACTIVE"),
}


def add(db: sqlite3.Connection, org: str, user_id: str, device: dict[str, Any], now: str) -> str:
    """Register an active device (`displayName`, `platform`) for a user, or one of somebody else's (`id`) for them
    too; answers its id."""
    if device.get("id"):
        db.execute("INSERT INTO okta_device_users VALUES (?,?,?)", (device["id"], user_id, now))
        return str(device["id"])
    platform = device.get("platform", "WINDOWS")
    if platform not in PLATFORMS:
        raise errors.field_error("platform", "Invalid platform")
    device_id = ids.fresh(db, ids.DEVICE)
    name = str(device.get("displayName", "Device"))
    db.execute(
        "INSERT INTO okta_devices VALUES (?,?,'ACTIVE',?,?,?,?)", (device_id, org, name, platform, now, now)
    )
    db.execute("INSERT INTO okta_device_users VALUES (?,?,?)", (device_id, user_id, now))
    return device_id


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1/devices/{row['id']}"
    return {
        "id": row["id"],
        "status": row["status"],
        "created": row["created"],
        "lastUpdated": row["last_updated"],
        "profile": {"displayName": row["name"], "platform": row["platform"], "registered": True},
        "resourceType": "UDDevice",
        "resourceDisplayName": {"value": row["name"], "sensitive": False},
        "resourceAlternateId": None,
        "resourceId": row["id"],
        "_links": {"self": {"href": here}, "users": {"href": f"{here}/users"}},
    }


def _find(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_devices WHERE org = ? AND id = ?", (call.org.name, call.path["device"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["device"], "Device")
    return row


def _list(call: Call) -> Answer:
    page = page_of(call.query, default=200, largest=200)
    rows = call.db.execute(
        "SELECT * FROM okta_devices WHERE org = ? AND id > ? ORDER BY id LIMIT ?",
        (call.org.name, page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    return Answer(
        200, [_show(call, row) for row in rows[: page.limit]], links(call.url, call.query, page, cursor)
    )


def _get(call: Call) -> Answer:
    return Answer(200, _show(call, _find(call)))


def _of_user(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    rows = call.db.execute(
        "SELECT d.*, o.created AS enrolled FROM okta_device_users o JOIN okta_devices d ON d.id = o.device_id"
        " WHERE o.user_id = ? ORDER BY d.id",
        (user["id"],),
    )
    return Answer(
        200,
        [
            {
                "created": row["enrolled"],
                "deviceUserId": f"{row['id']}:{user['id']}",
                "device": _show(call, row),
            }
            for row in rows
        ],
    )


def _users(call: Call) -> Answer:
    device = _find(call)
    rows = call.db.execute(
        "SELECT u.*, o.created AS enrolled FROM okta_device_users o JOIN okta_users u ON u.id = o.user_id"
        " WHERE o.device_id = ? ORDER BY u.id",
        (device["id"],),
    )
    shown = [
        {
            "created": row["enrolled"],
            "managementStatus": "NOT_MANAGED",
            "user": people.show(call, row, whole=False),
        }
        for row in rows
    ]
    return Answer(200, shown)


def _operation(verb: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        device = _find(call)
        allowed, goal = _RULES[verb]
        if device["status"] not in allowed:
            raise errors.device_status()
        call.db.execute(
            "UPDATE okta_devices SET status = ?, last_updated = ? WHERE id = ?",
            (goal, call.now, device["id"]),
        )
        if goal == "DEACTIVATED":
            # Deactivation takes the links to users (Okta, Deactivate a device).
            call.db.execute("DELETE FROM okta_device_users WHERE device_id = ?", (device["id"],))
        call.note(
            f"device.lifecycle.{verb}", f"{verb.capitalize()} device", device["id"], "Device", device["name"]
        )
        return Answer(204)

    return run


def _delete(call: Call) -> Answer:
    device = _find(call)
    if device["status"] != "DEACTIVATED":
        raise errors.device_status()
    call.db.execute("DELETE FROM okta_devices WHERE id = ?", (device["id"],))
    return Answer(204)


OPERATIONS = [
    Operation("GET", "/devices", _list, "okta.devices.read"),
    Operation("GET", "/devices/{device}", _get, "okta.devices.read"),
    Operation("DELETE", "/devices/{device}", _delete, "okta.devices.manage"),
    Operation("GET", "/devices/{device}/users", _users, "okta.devices.read"),
    *(
        Operation("POST", f"/devices/{{device}}/lifecycle/{verb}", _operation(verb), "okta.devices.manage")
        for verb in _RULES
    ),
    Operation("GET", "/users/{user}/devices", _of_user, "okta.users.read"),
]
