"""Administrator roles assigned to users (Okta, Role Assignment API)."""

from __future__ import annotations

import sqlite3
from typing import Any

from leaver.sandbox.okta import errors, groups, ids, people
from leaver.sandbox.okta.paging import page_of
from leaver.sandbox.okta.wire import Answer, Call, Operation

_LABELS = {
    "ACCESS_CERTIFICATIONS_ADMIN": "Access Certifications Administrator",
    "ACCESS_REQUESTS_ADMIN": "Access Requests Administrator",
    "API_ACCESS_MANAGEMENT_ADMIN": "API Access Management Administrator",
    "APP_ADMIN": "Application Administrator",
    "GROUP_MEMBERSHIP_ADMIN": "Group Membership Administrator",
    "HELP_DESK_ADMIN": "Help Desk Administrator",
    "ORG_ADMIN": "Organization Administrator",
    "READ_ONLY_ADMIN": "Read-Only Administrator",
    "REPORT_ADMIN": "Report Administrator",
    "SUPER_ADMIN": "Super Administrator",
    "USER_ADMIN": "Group Administrator",
    "WORKFLOWS_ADMIN": "Workflows Administrator",
}


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    """An assignment: to a user, or to a group, which is then the assignee in its members' lists too."""
    group = row["group_id"] if "group_id" in row.keys() else None  # noqa: SIM118 - a row has no `in` of its own
    holder = f"groups/{group}" if group else f"users/{row['user_id']}"
    return {
        "id": row["id"],
        "label": _LABELS[row["type"]],
        "type": row["type"],
        "status": "ACTIVE",
        "created": row["created"],
        "lastUpdated": row["created"],
        "assignmentType": "GROUP" if group else "USER",
        "_links": {"assignee": {"href": f"{call.base}/api/v1/{holder}"}},
    }


def _row(call: Call) -> sqlite3.Row:
    user = people.find(call, call.path["user"])
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_roles WHERE user_id = ? AND id = ?", (user["id"], call.path["role"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["role"], "RoleAssignment")
    return row


def add(db: sqlite3.Connection, user_id: str, role: Any, now: str) -> str:
    """Assign a standard role by its type; answers the assignment's id."""
    if not isinstance(role, str) or role not in _LABELS:
        raise errors.field_error("type", "The provided role type is not valid")
    if db.execute("SELECT 1 FROM okta_roles WHERE user_id = ? AND type = ?", (user_id, role)).fetchone():
        raise errors.role_already_assigned()
    role_id = ids.fresh(db, ids.ROLE)
    db.execute("INSERT INTO okta_roles VALUES (?,?,?,?)", (role_id, user_id, role, now))
    return role_id


def _list(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    own = call.db.execute("SELECT * FROM okta_roles WHERE user_id = ? ORDER BY id", (user["id"],))
    by_group = call.db.execute(
        "SELECT r.* FROM okta_group_roles r JOIN okta_members m ON m.group_id = r.group_id"
        " WHERE m.user_id = ? ORDER BY r.id",
        (user["id"],),
    )
    return Answer(200, [_show(call, row) for row in (*own, *by_group)])


def add_to_group(db: sqlite3.Connection, group_id: str, role: Any, now: str) -> str:
    """Assign a standard role to a group by its type; answers the assignment's id."""
    if not isinstance(role, str) or role not in _LABELS:
        raise errors.field_error("type", "The provided role type is not valid")
    taken = "SELECT 1 FROM okta_group_roles WHERE group_id = ? AND type = ?"
    if db.execute(taken, (group_id, role)).fetchone():
        raise errors.role_already_assigned()
    role_id = ids.fresh(db, ids.ROLE)
    db.execute("INSERT INTO okta_group_roles VALUES (?,?,?,?)", (role_id, group_id, role, now))
    return role_id


def _list_of_group(call: Call) -> Answer:
    group = groups.find(call, call.path["group"])
    rows = call.db.execute("SELECT * FROM okta_group_roles WHERE group_id = ? ORDER BY id", (group["id"],))
    return Answer(200, [_show(call, row) for row in rows])


def _assign_to_group(call: Call) -> Answer:
    group = groups.find(call, call.path["group"])
    role_id = add_to_group(call.db, group["id"], call.body.get("type"), call.now)
    call.note("group.privilege.grant", "Grant group privilege", group["id"], "UserGroup", group["name"])
    row = call.db.execute("SELECT * FROM okta_group_roles WHERE id = ?", (role_id,)).fetchone()
    return Answer(201, _show(call, row))


def _unassign_from_group(call: Call) -> Answer:
    group = groups.find(call, call.path["group"])
    gone = call.db.execute(
        "DELETE FROM okta_group_roles WHERE group_id = ? AND id = ?", (group["id"], call.path["role"])
    )
    if not gone.rowcount:
        raise errors.not_found(call.path["role"], "RoleAssignment")
    call.note("group.privilege.revoke", "Revoke group privilege", group["id"], "UserGroup", group["name"])
    return Answer(204)


def _assign(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    role_id = add(call.db, user["id"], call.body.get("type"), call.now)
    call.note("user.account.privilege.grant", "Grant user privilege", user["id"], name=user["login"])
    row = call.db.execute("SELECT * FROM okta_roles WHERE id = ?", (role_id,)).fetchone()
    return Answer(201, _show(call, row))


def _get(call: Call) -> Answer:
    return Answer(200, _show(call, _row(call)))


def _unassign(call: Call) -> Answer:
    row = _row(call)
    call.db.execute("DELETE FROM okta_roles WHERE id = ?", (row["id"],))
    call.note("user.account.privilege.revoke", "Revoke user privilege", row["user_id"])
    return Answer(204)


def _assignees(call: Call) -> Answer:
    """Everybody with a role of his own (Okta, List all users with role assignments)."""
    page = page_of(call.query, default=100, largest=200)
    rows = call.db.execute(
        "SELECT DISTINCT u.id FROM okta_roles r JOIN okta_users u ON u.id = r.user_id"
        " WHERE u.org = ? AND u.id > ? ORDER BY u.id LIMIT ?",
        (call.org.name, page.after or "", page.fetch),
    ).fetchall()
    shown = [
        {
            "id": row["id"],
            "orn": f"orn:okta:directory:{call.org.name}:users:{row['id']}",
            "_links": {"self": {"href": f"{call.base}/api/v1/users/{row['id']}"}},
        }
        for row in rows[: page.limit]
    ]
    next_links = {}
    if len(rows) > page.limit:
        after = rows[page.limit - 1]["id"]
        next_links = {"next": {"href": f"{call.url}?after={after}&limit={page.limit}"}}
    return Answer(200, {"value": shown, "_links": next_links})


OPERATIONS = [
    Operation("GET", "/iam/assignees/users", _assignees, "okta.roles.read"),
    Operation("GET", "/groups/{group}/roles", _list_of_group, "okta.roles.read"),
    Operation("POST", "/groups/{group}/roles", _assign_to_group, "okta.roles.manage"),
    Operation("DELETE", "/groups/{group}/roles/{role}", _unassign_from_group, "okta.roles.manage"),
    Operation("GET", "/users/{user}/roles", _list, "okta.roles.read"),
    Operation("POST", "/users/{user}/roles", _assign, "okta.roles.manage"),
    Operation("GET", "/users/{user}/roles/{role}", _get, "okta.roles.read"),
    Operation("DELETE", "/users/{user}/roles/{role}", _unassign, "okta.roles.manage"),
]
