"""Groups and their members (Okta, Groups API)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from leaver.sandbox.okta import errors, group_rules, ids, people
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.query import (
    DATE_OPERATORS,
    EQUAL_ONLY,
    Condition,
    Field,
    Language,
    compile_expression,
)
from leaver.sandbox.okta.wire import Answer, Call, Operation

_LARGEST_GROUP_PAGE = 10_000
_LARGEST_MEMBER_PAGE = 1000
_LARGEST_Q_PAGE = 300
_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 1024
_DATES = {
    "created": Field("created", "date", DATE_OPERATORS),
    "lastUpdated": Field("last_updated", "date", DATE_OPERATORS),
    "lastMembershipUpdated": Field("last_membership_updated", "date", DATE_OPERATORS),
}
_SEARCH = Language(
    {"id": Field("id"), "type": Field("type"), "profile.name": Field("name"), **_DATES}, profile="profile"
)
_FILTER = Language(
    {"id": Field("id", operators=EQUAL_ONLY), "type": Field("type", operators=EQUAL_ONLY), **_DATES},
    exact_case=True,
)
_OBJECT_CLASS = {
    "OKTA_GROUP": "okta:user_group",
    "BUILT_IN": "okta:user_group",
    "APP_GROUP": "okta:windows_security_principal",
}


def find(call: Call, group_id: str) -> sqlite3.Row:
    """A group of the org by its id; raises OktaError E0000007."""
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_groups WHERE org = ? AND id = ?", (call.org.name, group_id)
    ).fetchone()
    if row is None:
        raise errors.not_found(group_id, "UserGroup")
    return row


def show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    """The JSON of a group."""
    here = f"{call.base}/api/v1/groups/{row['id']}"
    source = call.db.execute(
        "SELECT app_id FROM okta_group_sources WHERE group_id = ?", (row["id"],)
    ).fetchone()
    shown = {"source": {"id": source["app_id"]}} if source else {}
    return {
        **shown,
        "id": row["id"],
        "created": row["created"],
        "lastUpdated": row["last_updated"],
        "lastMembershipUpdated": row["last_membership_updated"],
        "objectClass": [_OBJECT_CLASS[row["type"]]],
        "type": row["type"],
        "profile": json.loads(row["profile"]),
        "_links": {
            "self": {"href": here},
            "users": {"href": f"{here}/users"},
            "apps": {"href": f"{here}/apps"},
        },
    }


def _profile(call: Call, own_id: str | None) -> dict[str, Any]:
    given = call.part("profile")
    name = given.get("name")
    if not isinstance(name, str) or not name.strip():
        raise errors.field_error("name", "The field cannot be left blank")
    if len(name) > _LONGEST_NAME:
        raise errors.field_error("name", f"String is too long; max length: {_LONGEST_NAME}")
    description = given.get("description")
    if description is not None and not isinstance(description, str):
        raise errors.field_error("description", "Property type mismatch: string expected")
    if description and len(description) > _LONGEST_DESCRIPTION:
        raise errors.field_error("description", f"String is too long; max length: {_LONGEST_DESCRIPTION}")
    taken = call.db.execute(
        "SELECT id FROM okta_groups WHERE org = ? AND name = ? AND type <> 'APP_GROUP'", (call.org.name, name)
    ).fetchone()
    if taken is not None and taken["id"] != own_id:
        raise errors.taken("name")
    return {**given, "name": name, "description": description}


def _create(call: Call) -> Answer:
    profile = _profile(call, None)
    group_id = ids.fresh(call.db, ids.GROUP)
    call.db.execute(
        "INSERT INTO okta_groups VALUES (?,?,'OKTA_GROUP',?,?,?,?,?)",
        (group_id, call.org.name, profile["name"], call.now, call.now, call.now, json.dumps(profile)),
    )
    call.note("group.lifecycle.create", "Create Okta group", group_id, "UserGroup", profile["name"])
    return Answer(200, show(call, find(call, group_id)))


def _get(call: Call) -> Answer:
    return Answer(200, show(call, find(call, call.path["group"])))


def _list(call: Call) -> Answer:
    query = call.query
    condition = Condition("TRUE")
    if query.get("search"):
        condition = compile_expression(query["search"], _SEARCH)
    elif query.get("filter"):
        condition = compile_expression(query["filter"], _FILTER)
    bound: list[Any] = [call.org.name, *condition.bound]
    where = f"org = ? AND {condition.sql}"
    if query.get("q"):
        where += " AND name LIKE ? ESCAPE '\\'"
        bound.append(query["q"].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%")
    largest = _LARGEST_Q_PAGE if query.get("q") else _LARGEST_GROUP_PAGE
    page = page_of(query, default=largest, largest=largest)
    rows = call.db.execute(
        f"SELECT * FROM okta_groups WHERE {where} AND id > ? ORDER BY id LIMIT ?",  # noqa: S608
        (*bound, page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    return Answer(200, [show(call, row) for row in rows[: page.limit]], links(call.url, query, page, cursor))


def _okta_group(call: Call) -> sqlite3.Row:
    """A group that may be changed here: built-in groups and those of applications may not."""
    row = find(call, call.path["group"])
    if row["type"] != "OKTA_GROUP":
        raise errors.unsupported()
    return row


def _replace(call: Call) -> Answer:
    row = _okta_group(call)
    profile = _profile(call, row["id"])
    call.db.execute(
        "UPDATE okta_groups SET name = ?, profile = ?, last_updated = ? WHERE id = ?",
        (profile["name"], json.dumps(profile), call.now, row["id"]),
    )
    call.note("group.profile.update", "Update Okta group", row["id"], "UserGroup", profile["name"])
    return Answer(200, show(call, find(call, row["id"])))


def _delete(call: Call) -> Answer:
    row = find(call, call.path["group"])
    if row["type"] == "BUILT_IN":
        raise errors.unsupported()
    call.db.execute("DELETE FROM okta_groups WHERE id = ?", (row["id"],))
    call.note("group.lifecycle.delete", "Delete Okta group", row["id"], "UserGroup", row["name"])
    return Answer(204)


def _add_member(call: Call) -> Answer:
    group = _okta_group(call)
    user = people.find(call, call.path["user"])
    if user["status"] == "DEPROVISIONED":
        raise errors.validation("user", "Cannot add a deactivated user to a group")
    added = call.db.execute("INSERT OR IGNORE INTO okta_members VALUES (?,?)", (group["id"], user["id"]))
    if added.rowcount:
        _membership_changed(call, group, user, "group.user_membership.add", "Add user to group membership")
    return Answer(204)


def _remove_member(call: Call) -> Answer:
    group = _okta_group(call)
    user = people.find(call, call.path["user"])
    gone = call.db.execute(
        "DELETE FROM okta_members WHERE group_id = ? AND user_id = ?", (group["id"], user["id"])
    )
    if gone.rowcount:
        group_rules.except_removed(call, group["id"], user)
        event = "group.user_membership.remove"
        _membership_changed(call, group, user, event, "Remove user from group membership")
    return Answer(204)


def _membership_changed(call: Call, group: sqlite3.Row, user: sqlite3.Row, event: str, message: str) -> None:
    call.db.execute(
        "UPDATE okta_groups SET last_membership_updated = ? WHERE id = ?", (call.now, group["id"])
    )
    call.note(event, f"{message}: {group['name']}", user["id"], name=user["login"])


def _members(call: Call) -> Answer:
    group = find(call, call.path["group"])
    page = page_of(call.query, default=_LARGEST_MEMBER_PAGE, largest=_LARGEST_MEMBER_PAGE)
    rows = call.db.execute(
        "SELECT u.* FROM okta_members m JOIN okta_users u ON u.id = m.user_id"
        " WHERE m.group_id = ? AND m.user_id > ? ORDER BY m.user_id LIMIT ?",
        (group["id"], page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [people.show(call, row, whole=False) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _groups_of_user(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    page = page_of(call.query, default=200, largest=200)
    rows = call.db.execute(
        "SELECT g.* FROM okta_members m JOIN okta_groups g ON g.id = m.group_id"
        " WHERE m.user_id = ? AND m.group_id > ? ORDER BY m.group_id LIMIT ?",
        (user["id"], page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [show(call, row) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


OPERATIONS = [
    Operation("POST", "/groups", _create, "okta.groups.manage"),
    Operation("GET", "/groups", _list, "okta.groups.read"),
    Operation("GET", "/groups/{group}", _get, "okta.groups.read"),
    Operation("PUT", "/groups/{group}", _replace, "okta.groups.manage"),
    Operation("DELETE", "/groups/{group}", _delete, "okta.groups.manage"),
    Operation("GET", "/groups/{group}/users", _members, "okta.groups.read"),
    Operation("PUT", "/groups/{group}/users/{user}", _add_member, "okta.groups.manage"),
    Operation("DELETE", "/groups/{group}/users/{user}", _remove_member, "okta.groups.manage"),
    Operation("GET", "/users/{user}/groups", _groups_of_user, "okta.users.read"),
]
