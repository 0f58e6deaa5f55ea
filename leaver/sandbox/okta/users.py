"""Users: create, get, list, replace, update, delete (Okta, Users API)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from leaver.sandbox.okta import errors, ids, people, profile, settling
from leaver.sandbox.okta.paging import count_of, links, page_of
from leaver.sandbox.okta.query import (
    DATE_OPERATORS,
    EQUAL_ONLY,
    Condition,
    Field,
    Language,
    compile_expression,
)
from leaver.sandbox.okta.wire import Answer, Call, Operation, part_of

LARGEST_PAGE = 200
_Q_LIMIT = 10
_PROVIDERS = frozenset({"ACTIVE_DIRECTORY", "FEDERATION", "IMPORT", "LDAP", "OKTA", "SOCIAL"})
_SEARCH = Language(
    {
        "id": Field("id"),
        "status": Field("status"),
        "created": Field("created", "date", DATE_OPERATORS),
        "activated": Field("activated", "date", DATE_OPERATORS),
        "statusChanged": Field("status_changed", "date", DATE_OPERATORS),
        "lastUpdated": Field("last_updated", "date", DATE_OPERATORS),
        "type.id": Field("type_id"),
        "profile.login": Field("login_key", "key"),
    },
    profile="profile",
)
_FILTER = Language(
    {
        "id": Field("id", operators=EQUAL_ONLY),
        "status": Field("status", operators=EQUAL_ONLY),
        "lastUpdated": Field("last_updated", "date", DATE_OPERATORS),
        **{
            f"profile.{name}": Field(f"json_extract(profile, '$.{name}')", operators=EQUAL_ONLY)
            for name in ("login", "email", "firstName", "lastName")
        },
    },
    exact_case=True,
)
_SORTABLE = {
    "id": "id",
    "status": "status",
    "created": "created",
    "activated": "activated",
    "statusChanged": "status_changed",
    "lastUpdated": "last_updated",
}


def _create(call: Call) -> Answer:
    activate = call.flag("activate", True)
    change_at_login = call.query.get("nextLogin") == "changePassword"
    kept = profile.checked(call.body.get("profile"), call.org.custom)
    credentials = _credentials(call.body)
    has_password = "password" in credentials
    if change_at_login and not has_password:
        raise errors.OktaError(
            400,
            "E0000124",
            "To create a user and expire their password immediately, a password must be specified",
        )
    if change_at_login and not activate:
        raise errors.OktaError(
            400, "E0000125", "To create a user and expire their password immediately, 'activate' must be true"
        )
    user_id = ids.fresh(call.db, ids.USER)
    _claim_login(call, kept["login"], None)
    call.db.execute(
        "INSERT INTO okta_users (id, org, login, login_key, status, created, last_updated, type_id, provider,"
        " profile) VALUES (?,?,?,?,'STAGED',?,?,?,?,?)",
        (
            user_id,
            call.org.name,
            kept["login"],
            kept["login"].lower(),
            call.now,
            call.now,
            _type_of(call),
            credentials.get("provider", "OKTA"),
            json.dumps(kept),
        ),
    )
    _keep_credentials(call, user_id, credentials)
    for group_id in (call.org.everyone_id, *_initial_groups(call)):
        call.db.execute("INSERT OR IGNORE INTO okta_members VALUES (?,?)", (group_id, user_id))
    call.note("user.lifecycle.create", "Create Okta user", user_id, name=kept["login"])
    if activate:
        federated = credentials.get("provider", "OKTA") in ("FEDERATION", "SOCIAL")
        goal = "ACTIVE" if has_password or federated else "PROVISIONED"
        if change_at_login:
            goal = "PASSWORD_EXPIRED"
        settling.begin(call, user_id, goal, slow=goal == "ACTIVE")
        call.note("user.lifecycle.activate", "Activate Okta user", user_id, name=kept["login"])
    return Answer(200, people.show(call, people.find(call, user_id)))


def _get(call: Call) -> Answer:
    return Answer(200, people.show(call, people.find(call, call.path["user"])))


def _list(call: Call) -> Answer:
    query = call.query
    if query.get("search") and (query.get("filter") or query.get("q")):
        raise errors.search_and_filter()
    page = page_of(query, default=_Q_LIMIT if query.get("q") else LARGEST_PAGE, largest=LARGEST_PAGE)
    condition = _condition(query)
    where = f"org = ? AND {condition.sql}"
    bound: list[Any] = [call.org.name, *condition.bound]
    order, sorted_from = _order(query), 0
    if order is None:
        where += " AND id > ?"
        bound.append(page.after or "")
    else:
        sorted_from = _offset(page.after)
    sql = f"SELECT * FROM okta_users WHERE {where} ORDER BY {order or 'id'} LIMIT ? OFFSET ?"  # noqa: S608
    rows = call.db.execute(sql, (*bound, page.fetch, sorted_from)).fetchall()
    cursor = None
    if len(rows) > page.limit and not query.get("q"):
        cursor = rows[page.limit - 1]["id"] if order is None else f"{sorted_from + page.limit}"
    shown = [people.show(call, row, whole=False) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, query, page, cursor))


def _condition(query: Mapping[str, str]) -> Condition:
    """What a list is narrowed to; deprovisioned users are left out unless it is a filter or a search."""
    if query.get("search"):
        return compile_expression(query["search"], _SEARCH)
    if query.get("filter"):
        return compile_expression(query["filter"], _FILTER)
    if query.get("q"):
        escaped = query["q"].replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        names = ("firstName", "lastName", "email")
        tests = " OR ".join(f"json_extract(profile, '$.{name}') LIKE ? ESCAPE '\\'" for name in names)
        return Condition(f"status <> 'DEPROVISIONED' AND ({tests})", (f"{escaped}%",) * len(names))
    return Condition("status <> 'DEPROVISIONED'")


def _order(query: Mapping[str, str]) -> str | None:
    """The ORDER BY of a sorted search; None for the order of ids."""
    wanted = query.get("sortBy")
    if not wanted or not query.get("search"):
        return None
    name = wanted.removeprefix("profile.")
    if wanted in _SORTABLE:
        column = _SORTABLE[wanted]
    elif wanted != name and name.replace("_", "").isalnum() and name.isascii():
        column = f"json_extract(profile, '$.{name}')"
    else:
        raise errors.bad_search(f"Unsupported sort attribute: {wanted}")
    direction = "DESC" if query.get("sortOrder", "").lower() == "desc" else "ASC"
    return f"{column} COLLATE NOCASE {direction}, id"


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    return count_of(cursor)


def _replace(call: Call) -> Answer:
    row = people.changeable(call, call.path["user"])
    return _change(call, row, call.body.get("profile"))


def _update(call: Call) -> Answer:
    row = people.changeable(call, call.path["user"])
    given = call.body.get("profile")
    if isinstance(given, dict):
        given = {**json.loads(row["profile"]), **given}
    type_id = call.part("type").get("id", row["type_id"])
    if type_id != row["type_id"]:
        raise errors.field_error("type", "The user type can only be changed by a full replacement")
    return _change(call, row, given)


def _change(call: Call, row: sqlite3.Row, given: Any) -> Answer:
    """Store a whole profile (None: leave it) and the credentials of the body."""
    credentials = _credentials(call.body)
    if given is not None:
        kept = profile.checked(given, call.org.custom)
        _claim_login(call, kept["login"], row["id"])
        call.db.execute(
            "UPDATE okta_users SET login = ?, login_key = ?, profile = ? WHERE id = ?",
            (kept["login"], kept["login"].lower(), json.dumps(kept), row["id"]),
        )
        call.note(
            "user.account.update_profile", "Update user profile for Okta", row["id"], name=kept["login"]
        )
    _keep_credentials(call, row["id"], credentials)
    call.db.execute("UPDATE okta_users SET last_updated = ? WHERE id = ?", (call.now, row["id"]))
    return Answer(200, people.show(call, people.find(call, row["id"])))


def _delete(call: Call) -> Answer:
    """The first DELETE deactivates; of a deprovisioned user it deletes for good."""
    row = people.find(call, call.path["user"])
    if row["id"] == call.caller.user_id:
        raise errors.forbidden()
    if row["status"] == "DEPROVISIONED":
        call.db.execute("DELETE FROM okta_users WHERE id = ?", (row["id"],))
        call.note("user.lifecycle.delete.initiated", "Delete user", row["id"], name=row["login"])
    elif row["transition_to"] != "DEPROVISIONED":
        settling.begin(call, row["id"], "DEPROVISIONED", slow=True)
        call.note("user.lifecycle.deactivate", "Deactivate Okta user", row["id"], name=row["login"])
    return Answer(204)


def _claim_login(call: Call, login: str, owner: str | None) -> None:
    taken = call.db.execute(
        "SELECT id FROM okta_users WHERE org = ? AND login_key = ?", (call.org.name, login.lower())
    ).fetchone()
    if taken is not None and taken["id"] != owner:
        raise errors.taken("login")


def _type_of(call: Call) -> str:
    wanted = call.part("type").get("id", call.org.type_id)
    if wanted != call.org.type_id:
        raise errors.not_found(str(wanted), "UserType")
    return call.org.type_id


def _initial_groups(call: Call) -> list[str]:
    wanted = call.body.get("groupIds") or []
    if not isinstance(wanted, list) or not all(isinstance(each, str) for each in wanted):
        raise errors.malformed_body()
    for group_id in wanted:
        found = call.db.execute(
            "SELECT type FROM okta_groups WHERE org = ? AND id = ?", (call.org.name, group_id)
        ).fetchone()
        if found is None:
            raise errors.not_found(group_id, "UserGroup")
    return list(wanted)


def _credentials(body: dict[str, Any]) -> dict[str, str]:
    """The parts of `credentials` that are set: password, question, provider.

    `"password": {}`, which providers send when none is configured, sets nothing.
    """
    given = part_of(body, "credentials")
    kept: dict[str, str] = {}
    password = part_of(given, "password")
    question = part_of(given, "recovery_question").get("question")
    stated = part_of(given, "provider")
    provider = stated.get("type")
    if "value" in password:
        kept["password"] = profile.check_password(password["value"])
    elif "hash" in password:
        kept["password"] = json.dumps(password["hash"], sort_keys=True)
        kept["provider"] = "IMPORT"
    if question:
        kept["question"] = str(question)
    if provider is not None:
        if provider not in _PROVIDERS:
            raise errors.field_error("provider", "Invalid provider type")
        named = stated.get("name")
        kept["provider"] = f"{provider} {named}" if named and named != provider else provider
    return kept


def _keep_credentials(call: Call, user_id: str, kept: dict[str, str]) -> None:
    if "password" in kept:
        call.db.execute(
            "UPDATE okta_users SET password = ?, password_changed = ? WHERE id = ?",
            (people.password_digest(user_id, kept["password"]), call.now, user_id),
        )
        call.note("user.account.update_password", "User update password for Okta", user_id)
    if "question" in kept:
        call.db.execute("UPDATE okta_users SET question = ? WHERE id = ?", (kept["question"], user_id))
    if "provider" in kept:
        call.db.execute("UPDATE okta_users SET provider = ? WHERE id = ?", (kept["provider"], user_id))


OPERATIONS = [
    Operation("POST", "/users", _create, "okta.users.manage"),
    Operation("GET", "/users", _list, "okta.users.read"),
    Operation("GET", "/users/{user}", _get, "okta.users.read"),
    Operation("PUT", "/users/{user}", _replace, "okta.users.manage"),
    Operation("POST", "/users/{user}", _update, "okta.users.manage"),
    Operation("DELETE", "/users/{user}", _delete, "okta.users.manage"),
]
