"""Applications and who is assigned to them (Okta, Applications, Application Users and Groups APIs)."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from typing import Any

from leaver.sandbox.okta import errors, groups, ids, people
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.query import EQUAL_ONLY, Condition, Field, Language, compile_expression
from leaver.sandbox.okta.wire import Answer, Call, Operation

_LARGEST_PAGE = 200
_DEFAULT_USERS = 50
_USER_FILTER = re.compile(r'user\.id eq "([A-Za-z0-9]+)"')
_FILTER = Language(
    {"status": Field("status", operators=EQUAL_ONLY), "name": Field("name", operators=EQUAL_ONLY)},
    exact_case=True,
)
# Access is direct, or comes with a group; a deprovisioned user has none.
_ACCESS = """
    SELECT u.id, u.login, a.created AS assigned, 'USER' AS scope
    FROM okta_app_users a JOIN okta_users u ON u.id = a.user_id WHERE a.app_id = :app
    UNION ALL
    SELECT u.id, u.login, min(g.created), 'GROUP'
    FROM okta_app_groups g JOIN okta_members m ON m.group_id = g.group_id JOIN okta_users u ON u.id = m.user_id
    WHERE g.app_id = :app AND u.status <> 'DEPROVISIONED'
      AND NOT EXISTS (SELECT 1 FROM okta_app_users d WHERE d.app_id = :app AND d.user_id = u.id)
    GROUP BY u.id
"""


def add(
    db: sqlite3.Connection,
    org: str,
    label: str,
    now: str,
    name: str = "bookmark",
    features: Iterable[str] = (),
) -> str:
    """Make an active application with these features (such as PROFILE_MASTERING); answers its id."""
    app_id = ids.fresh(db, ids.APP)
    db.execute(
        "INSERT INTO okta_apps VALUES (?,?,?,?,'ACTIVE','BOOKMARK',?,?)", (app_id, org, name, label, now, now)
    )
    db.executemany("INSERT INTO okta_app_features VALUES (?,?)", [(app_id, each) for each in features])
    return app_id


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1/apps/{row['id']}"
    return {
        "id": row["id"],
        "name": row["name"],
        "label": row["label"],
        "status": row["status"],
        "created": row["created"],
        "lastUpdated": row["last_updated"],
        "signOnMode": row["sign_on_mode"],
        "features": _features(call, row["id"]),
        "settings": {"app": {"requestIntegration": False, "url": f"{call.base}/home/{row['name']}"}},
        "_links": {"users": {"href": f"{here}/users"}, "groups": {"href": f"{here}/groups"}},
    }


def _features(call: Call, app_id: str) -> list[str]:
    rows = call.db.execute("SELECT feature FROM okta_app_features WHERE app_id = ?", (app_id,))
    return [row["feature"] for row in rows]


def _find(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_apps WHERE org = ? AND id = ?", (call.org.name, call.path["app"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["app"], "AppInstance")
    return row


def _create(call: Call) -> Answer:
    label = call.body.get("label")
    if not isinstance(label, str) or not label.strip():
        raise errors.field_error("label", "The field cannot be left blank")
    if call.db.execute(
        "SELECT 1 FROM okta_apps WHERE org = ? AND label = ?", (call.org.name, label)
    ).fetchone():
        raise errors.OktaError(
            400, "E0000040", "Application label must not be the same as another existing application label."
        )
    app_id = add(call.db, call.org.name, label, call.now, str(call.body.get("name", "bookmark")))
    row = call.db.execute("SELECT * FROM okta_apps WHERE id = ?", (app_id,)).fetchone()
    return Answer(200, _show(call, row))


def _list(call: Call) -> Answer:
    """By name, by status, or those of one user (`filter`), then with the user's assignment (`expand`)."""
    page = page_of(call.query, default=20, largest=_LARGEST_PAGE)
    user, condition = _of_user(call.query.get("filter", ""))
    expanded = call.query.get("expand", "").removeprefix("user/")
    if expanded and expanded != user:
        raise errors.validation("expand", "expand=user/{id} needs a filter by the same user.id")
    where, bound = f"org = ? AND id > ? AND label LIKE ? AND {condition.sql}", condition.bound
    if user:
        assigned = f"SELECT id FROM ({_ACCESS.replace(':app', 'okta_apps.id')}) WHERE id = ?"  # noqa: S608
        where, bound = f"{where} AND EXISTS ({assigned})", (*bound, user)
    rows = call.db.execute(
        f"SELECT * FROM okta_apps WHERE {where} ORDER BY id LIMIT ?",  # noqa: S608
        (call.org.name, page.after or "", call.query.get("q", "") + "%", *bound, page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = []
    for row in rows[: page.limit]:
        access = _access(call, row["id"], expanded) if expanded else None
        embedded = {"_embedded": {"user": _show_user(call, row["id"], access)}} if access else {}
        shown.append({**_show(call, row), **embedded})
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _of_user(text: str) -> tuple[str, Condition]:
    """The user of a filter by `user.id`, else none; and the condition of any other filter."""
    match = _USER_FILTER.fullmatch(text.strip())
    if match is not None:
        return match[1], Condition("TRUE")
    return "", compile_expression(text, _FILTER) if text.strip() else Condition("TRUE")


def _get(call: Call) -> Answer:
    return Answer(200, _show(call, _find(call)))


def _show_user(call: Call, app_id: str, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1"
    return {
        "id": row["id"],
        "scope": row["scope"],
        "status": "ACTIVE",
        "created": row["assigned"],
        "lastUpdated": row["assigned"],
        "statusChanged": row["assigned"],
        "credentials": {"userName": row["login"]},
        "profile": {},
        "_links": {
            "app": {"href": f"{here}/apps/{app_id}"},
            "user": {"href": f"{here}/users/{row['id']}"},
        },
    }


def _users(call: Call) -> Answer:
    app = _find(call)
    page = page_of(call.query, default=_DEFAULT_USERS, largest=500)
    rows = call.db.execute(
        f"SELECT * FROM ({_ACCESS}) WHERE id > :after ORDER BY id LIMIT :fetch",  # noqa: S608
        {"app": app["id"], "after": page.after or "", "fetch": page.fetch},
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [_show_user(call, app["id"], row) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _access(call: Call, app_id: str, user_id: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = call.db.execute(
        f"SELECT * FROM ({_ACCESS}) WHERE id = :user",  # noqa: S608
        {"app": app_id, "user": user_id},
    ).fetchone()
    return found


def _user(call: Call) -> Answer:
    app, user = _find(call), people.find(call, call.path["user"])
    row = _access(call, app["id"], user["id"])
    if row is None:
        raise errors.not_found(user["id"], "AppUser")
    return Answer(200, _show_user(call, app["id"], row))


def _assign(call: Call) -> Answer:
    app, user = _find(call), people.find(call, str(call.body.get("id", "")))
    if user["status"] == "DEPROVISIONED":
        raise errors.inactive_user()
    call.db.execute("INSERT OR IGNORE INTO okta_app_users VALUES (?,?,?)", (app["id"], user["id"], call.now))
    message = f"Add user to application membership: {app['label']}"
    call.note("application.user_membership.add", message, user["id"], name=user["login"])
    row = _access(call, app["id"], user["id"])
    if row is None:
        raise errors.not_found(user["id"], "AppUser")
    return Answer(200, _show_user(call, app["id"], row))


def _unassign(call: Call) -> Answer:
    """Take a direct assignment away; one that a group gives is refused (E0000046)."""
    app, user = _find(call), people.find(call, call.path["user"])
    row = _access(call, app["id"], user["id"])
    if row is None:
        raise errors.not_found(user["id"], "AppUser")
    if row["scope"] == "GROUP":
        raise errors.app_access_from_group()
    call.db.execute("DELETE FROM okta_app_users WHERE app_id = ? AND user_id = ?", (app["id"], user["id"]))
    message = f"Remove user's application membership: {app['label']}"
    call.note("application.user_membership.remove", message, user["id"], name=user["login"])
    return Answer(204)


def _show_group(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1"
    return {
        "id": row["group_id"],
        "lastUpdated": row["created"],
        "priority": 0,
        "profile": {},
        "_links": {
            "app": {"href": f"{here}/apps/{row['app_id']}"},
            "group": {"href": f"{here}/groups/{row['group_id']}"},
        },
    }


def _groups(call: Call) -> Answer:
    app = _find(call)
    rows = call.db.execute("SELECT * FROM okta_app_groups WHERE app_id = ? ORDER BY group_id", (app["id"],))
    return Answer(200, [_show_group(call, row) for row in rows])


def _assign_group(call: Call) -> Answer:
    app, group = _find(call), groups.find(call, call.path["group"])
    call.db.execute(
        "INSERT OR IGNORE INTO okta_app_groups VALUES (?,?,?)", (app["id"], group["id"], call.now)
    )
    row = call.db.execute(
        "SELECT * FROM okta_app_groups WHERE app_id = ? AND group_id = ?", (app["id"], group["id"])
    ).fetchone()
    return Answer(200, _show_group(call, row))


def _unassign_group(call: Call) -> Answer:
    app, group = _find(call), groups.find(call, call.path["group"])
    call.db.execute("DELETE FROM okta_app_groups WHERE app_id = ? AND group_id = ?", (app["id"], group["id"]))
    return Answer(204)


def _links_of_user(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    apps = call.db.execute("SELECT * FROM okta_apps WHERE org = ? ORDER BY id", (call.org.name,)).fetchall()
    return Answer(
        200,
        [
            {
                "id": user["id"],
                "label": app["label"],
                "linkUrl": f"{call.base}/home/{app['name']}/{app['id']}",
                "appName": app["name"],
                "appInstanceId": app["id"],
                "hidden": False,
            }
            for app in apps
            if _access(call, app["id"], user["id"]) is not None
        ],
    )


OPERATIONS = [
    Operation("POST", "/apps", _create, "okta.apps.manage"),
    Operation("GET", "/apps", _list, "okta.apps.read"),
    Operation("GET", "/apps/{app}", _get, "okta.apps.read"),
    Operation("GET", "/apps/{app}/users", _users, "okta.apps.read"),
    Operation("POST", "/apps/{app}/users", _assign, "okta.apps.manage"),
    Operation("GET", "/apps/{app}/users/{user}", _user, "okta.apps.read"),
    Operation("DELETE", "/apps/{app}/users/{user}", _unassign, "okta.apps.manage"),
    Operation("GET", "/apps/{app}/groups", _groups, "okta.apps.read"),
    Operation("PUT", "/apps/{app}/groups/{group}", _assign_group, "okta.apps.manage"),
    Operation("DELETE", "/apps/{app}/groups/{group}", _unassign_group, "okta.apps.manage"),
    Operation("GET", "/users/{user}/appLinks", _links_of_user, "okta.users.read"),
]
