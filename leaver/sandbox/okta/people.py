"""Users as rows and as answers: finding one, showing one."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from typing import Any

from leaver.sandbox.okta import errors, profile
from leaver.sandbox.okta.wire import Call

_LIFECYCLE = {
    "STAGED": ("activate", "deactivate"),
    "PROVISIONED": ("reactivate", "resetPassword", "deactivate"),
    "ACTIVE": ("suspend", "resetPassword", "expirePassword", "resetFactors", "deactivate"),
    "RECOVERY": ("reactivate", "resetPassword", "expirePassword", "deactivate"),
    "PASSWORD_EXPIRED": ("resetPassword", "expirePassword", "deactivate"),
    "LOCKED_OUT": ("unlock", "resetPassword", "expirePassword", "deactivate"),
    "SUSPENDED": ("unsuspend", "deactivate"),
    "DEPROVISIONED": ("activate",),
}
_SPELLING = {
    "resetPassword": "reset_password",
    "expirePassword": "expire_password",
    "resetFactors": "reset_factors",
}


def find(call: Call, given: str) -> sqlite3.Row:
    """A user by id, login, unambiguous login shortname, or `me`; raises OktaError E0000007."""
    if given == "me" and call.caller.scopes is None:
        # A service application is nobody's account.
        given = call.caller.user_id
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_users WHERE org = ?1 AND id = ?2 UNION ALL"
        " SELECT * FROM okta_users WHERE org = ?1 AND login_key = ?3",
        (call.org.name, given, given.lower()),
    ).fetchone()
    if row is not None:
        return row
    if "@" not in given:
        key = given.lower()
        # The range is the index's way to say "starts with key@"; "A" follows "@".
        rows = call.db.execute(
            "SELECT * FROM okta_users WHERE org = ? AND login_key >= ? AND login_key < ? LIMIT 2",
            (call.org.name, key + "@", key + "A"),
        ).fetchall()
        if len(rows) == 1:
            only: sqlite3.Row = rows[0]
            return only
    raise errors.not_found(given, "User")


def changeable(call: Call, given: str) -> sqlite3.Row:
    """A user whose profile or credentials may be changed now.

    A deprovisioned user is "not found" to updates; one that is being activated is refused for a while.
    """
    row = find(call, given)
    if row["status"] == "DEPROVISIONED":
        raise errors.not_found(row["id"], "User")
    if row["transition_to"] == "ACTIVE":
        raise errors.still_activating()
    return row


def show(call: Call, row: sqlite3.Row, *, whole: bool = True) -> dict[str, Any]:
    """The JSON of a user; lists show only the `self` link."""
    kind, _, name = row["provider"].partition(" ")
    credentials: dict[str, Any] = {"provider": {"type": kind, "name": name or kind}}
    if row["password"] is not None:
        credentials["password"] = {}
    if row["question"] is not None:
        credentials["recovery_question"] = {"question": row["question"]}
    user = {
        "id": row["id"],
        "status": row["status"],
        "created": row["created"],
        "activated": row["activated"],
        "statusChanged": row["status_changed"],
        "lastLogin": row["last_login"],
        "lastUpdated": row["last_updated"],
        "passwordChanged": row["password_changed"],
        "type": {"id": row["type_id"]},
        "profile": profile.shown(json.loads(row["profile"])),
        "credentials": credentials,
        "_links": _links(call, row, whole=whole),
    }
    if row["transition_to"] is not None:
        user["transitioningToStatus"] = row["transition_to"]
    return user


def _links(call: Call, row: sqlite3.Row, *, whole: bool) -> dict[str, Any]:
    here = f"{call.base}/api/v1/users/{row['id']}"
    links: dict[str, Any] = {"self": {"href": here}}
    if whole:
        for name in _LIFECYCLE[row["status"]]:
            links[name] = {"href": f"{here}/lifecycle/{_SPELLING.get(name, name)}", "method": "POST"}
        links["type"] = {"href": f"{call.base}/api/v1/meta/types/user/{row['type_id']}"}
    return links


def password_digest(user_id: str, password: str) -> str:
    """What is kept of a password."""
    return hashlib.sha256(f"{user_id}\n{password}".encode()).hexdigest()
