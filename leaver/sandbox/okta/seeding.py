"""Filling an org with many objects at once, past the API: for benchmarks and tests."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import (
    apps,
    devices,
    errors,
    factors,
    group_rules,
    ids,
    orgs,
    people,
    profile,
    roles,
    rules,
)
from leaver.sandbox.okta.access import Org

_TOKEN_DAYS = 90
_GRANT_SCOPES = "openid profile offline_access"


def load(
    db: sqlite3.Connection,
    org: Org,
    now: str,
    users: Iterable[Mapping[str, Any]] = (),
    groups: Iterable[Mapping[str, Any]] = (),
    members: Mapping[str, Iterable[str]] | None = None,
) -> dict[str, dict[str, str]]:
    """Insert users, groups and memberships; answers ids: `{"users": {login: id}, "groups": {name: id}}`.

    A user is `{"profile": {...}, "status": "ACTIVE", "password": "...", "provider": "LDAP corp.example"}` or the
    bare profile; a group is `{"name", "description", "type"}`; `members` names logins by group name. Names may be
    of earlier objects.
    Raises OktaError on a profile that the API would refuse too.
    """
    user_ids = _users(db, org, now, list(users))
    group_ids = _groups(db, org, now, list(groups))
    links = [
        (_group_id(db, org, group_ids, name), _user_id(db, org, user_ids, login))
        for name, logins in (members or {}).items()
        for login in logins
    ]
    db.executemany("INSERT OR IGNORE INTO okta_members VALUES (?,?)", links)
    return {"users": user_ids, "groups": group_ids}


def _users(db: sqlite3.Connection, org: Org, now: str, users: list[Mapping[str, Any]]) -> dict[str, str]:
    first = ids.reserve(db, len(users))
    found: dict[str, str] = {}
    rows = []
    for number, user in enumerate(users, first):
        kept = profile.checked(user.get("profile", user), org.custom)
        user_id, status = ids.spell(ids.USER, number), user.get("status", "ACTIVE")
        if status not in rules.STATUSES:
            raise errors.field_error("status", f"Unknown status {status}")
        started = None if status == "STAGED" else now
        password = user.get("password")
        if password is None:
            kept_password = "" if status not in ("STAGED", "PROVISIONED", "DEPROVISIONED") else None
        else:
            kept_password = people.password_digest(user_id, password)
        login = kept["login"]
        found[login] = user_id
        row = (user_id, org.name, login, login.lower(), status, now, started, now, now, org.type_id)
        rows.append((*row, kept_password, json.dumps(kept), user.get("provider", "OKTA")))
    try:
        db.executemany(
            "INSERT INTO okta_users (id, org, login, login_key, status, created, activated, status_changed,"
            " last_updated, type_id, password, profile, provider) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
            rows,
        )
    except sqlite3.IntegrityError as fault:
        raise errors.taken("login") from fault
    db.executemany(
        "INSERT INTO okta_members VALUES (?,?)", [(org.everyone_id, user_id) for user_id in found.values()]
    )
    return found


def _groups(db: sqlite3.Connection, org: Org, now: str, groups: list[Mapping[str, Any]]) -> dict[str, str]:
    first = ids.reserve(db, len(groups))
    found = {}
    for number, group in enumerate(groups, first):
        found[group["name"]] = group_id = ids.spell(ids.GROUP, number)
        described = {"name": group["name"], "description": group.get("description")}
        kind = group.get("type", "OKTA_GROUP")
        db.execute(
            "INSERT INTO okta_groups VALUES (?,?,?,?,?,?,?,?)",
            (group_id, org.name, kind, group["name"], now, now, now, json.dumps(described)),
        )
    return found


def _user_id(db: sqlite3.Connection, org: Org, known: Mapping[str, str], login: str) -> str:
    if login in known:
        return known[login]
    row = db.execute(
        "SELECT id FROM okta_users WHERE org = ? AND login_key = ?", (org.name, login.lower())
    ).fetchone()
    if row is None:
        raise errors.not_found(login, "User")
    found: str = row["id"]
    return found


def _group_id(db: sqlite3.Connection, org: Org, known: Mapping[str, str], name: str) -> str:
    if name in known:
        return known[name]
    row = db.execute("SELECT id FROM okta_groups WHERE org = ? AND name = ?", (org.name, name)).fetchone()
    if row is None:
        raise errors.not_found(name, "UserGroup")
    found: str = row["id"]
    return found


def equip(
    db: sqlite3.Connection, org: Org, now: str, login: str, things: Mapping[str, Any]
) -> dict[str, Any]:
    """Give a user what no API call gives: answers the ids made, by kind.

    `factors` and `devices` are lists of objects; `roles` of role types; `apps` of application labels, made
    when they do not exist; `grants` of OAuth clients, and `tokens` of how many refresh tokens each client holds:
    by ID, or by the label of an application; `api_tokens` of token names.
    """
    user_id = _user_id(db, org, {}, login)
    made: dict[str, Any] = {"user": user_id}
    made["factors"] = [factors.add(db, user_id, each, now) for each in things.get("factors", ())]
    made["devices"] = [devices.add(db, org.name, user_id, each, now) for each in things.get("devices", ())]
    made["roles"] = [roles.add(db, user_id, each, now) for each in things.get("roles", ())]
    made["apps"] = [_assign(db, org, now, user_id, label) for label in things.get("apps", ())]
    made["grants"] = [_grant(db, now, user_id, _client(db, org, name)) for name in things.get("grants", ())]
    made["tokens"] = [
        _token(db, now, user_id, _client(db, org, name))
        for name, count in things.get("tokens", {}).items()
        for _ in range(count)
    ]
    made["api_tokens"] = [
        orgs.issue_token(db, org.name, name, user_id, now)[0] for name in things.get("api_tokens", ())
    ]
    return made


def arrange(db: sqlite3.Connection, org: Org, now: str, content: Mapping[str, Any]) -> None:
    """What binds applications, groups and roles together; all by name, of objects that exist.

    `apps` are objects (`label`, `name`, `features`, and `groups` that give them); `sources` names the application
    that sets a group's members; `group_roles` the role types of a group; `rules` are objects (`name`, `groups`,
    `members`, `excepted`, `status`, `expression`).
    """
    for app in content.get("apps", ()):
        name, features = str(app.get("name", "bookmark")), app.get("features", ())
        app_id = apps.add(db, org.name, app["label"], now, name, features)
        for group in app.get("groups", ()):
            db.execute(
                "INSERT INTO okta_app_groups VALUES (?,?,?)", (app_id, _group_id(db, org, {}, group), now)
            )
    for group, label in content.get("sources", {}).items():
        source = _client(db, org, label)
        db.execute("INSERT INTO okta_group_sources VALUES (?,?)", (_group_id(db, org, {}, group), source))
    for group, types in content.get("group_roles", {}).items():
        for role in types:
            roles.add_to_group(db, _group_id(db, org, {}, group), role, now)
    for rule in content.get("rules", ()):
        group_rules.add(
            db,
            org.name,
            now,
            rule["name"],
            groups=[_group_id(db, org, {}, group) for group in rule.get("groups", ())],
            members=[_user_id(db, org, {}, login) for login in rule.get("members", ())],
            excepted=rule.get("excepted", ()),
            status=rule.get("status", "ACTIVE"),
            expression=rule.get("expression", "true"),
        )


def _client(db: sqlite3.Connection, org: Org, name: str) -> str:
    """The ID of an OAuth client: of the application with this label, else the name itself."""
    row = db.execute("SELECT id FROM okta_apps WHERE org = ? AND label = ?", (org.name, name)).fetchone()
    return str(row["id"]) if row else name


def _token(db: sqlite3.Connection, now: str, user_id: str, client_id: str) -> str:
    token_id = ids.fresh(db, ids.REFRESH_TOKEN)
    ends = iso_millis(datetime.fromisoformat(now) + timedelta(days=_TOKEN_DAYS))
    db.execute(
        "INSERT INTO okta_refresh_tokens VALUES (?,?,?,?,?,?)",
        (token_id, user_id, client_id, "openid offline_access", now, ends),
    )
    return token_id


def _assign(db: sqlite3.Connection, org: Org, now: str, user_id: str, label: str) -> str:
    row = db.execute("SELECT id FROM okta_apps WHERE org = ? AND label = ?", (org.name, label)).fetchone()
    app_id: str = row["id"] if row else apps.add(db, org.name, label, now)
    db.execute("INSERT OR IGNORE INTO okta_app_users VALUES (?,?,?)", (app_id, user_id, now))
    return app_id


def _grant(db: sqlite3.Connection, now: str, user_id: str, client_id: str) -> str:
    grant_id = ids.fresh(db, ids.GRANT)
    db.execute(
        "INSERT INTO okta_grants VALUES (?,?,?,?,?)", (grant_id, user_id, client_id, _GRANT_SCOPES, now)
    )
    return grant_id
