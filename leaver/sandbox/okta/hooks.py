"""What the sandbox's core asks of the Okta half: prepare an org, fill it, sign somebody in, list sessions."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import Any

from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import belongings, errors, ids, orgs, seeding, settling
from leaver.sandbox.okta.access import Org, find_org
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant

_SESSION_HOURS = 2
_TOKEN_DAYS = 90
_SIGN_IN_APP = "okta.dashboard"
_MAY_SIGN_IN = frozenset({"ACTIVE", "PASSWORD_EXPIRED"})


def prepare(box: Sandbox, tenant: Tenant) -> None:
    """Make the org with its administrator and its Everyone group; nothing happens to one that exists."""
    domain = tenant.domains[0] if tenant.domains else f"{tenant.tenant}.example"
    with box.store.write() as db:
        orgs.create(db, orgs.NewOrg(tenant.tenant, domain, tenant.secret), iso_millis(box.clock()))


def org_of(db: sqlite3.Connection, tenant: Tenant) -> Org:
    """The org of a directory; raises ValueError when it was never prepared."""
    found = find_org(db, tenant.tenant)
    if found is None:
        raise ValueError(f"okta org {tenant.tenant!r} does not exist. Register its directory again.")
    return found


def seed(box: Sandbox, tenant: Tenant, content: dict[str, Any]) -> dict[str, Any]:
    """Load `users`, `groups` and `members` (see `seeding.load`), what `seeding.arrange` binds together, `equip`
    (logins to `seeding.equip`), and `belongings` (logins that get all of `belongings.give`, and two sessions).

    Raises ValueError with Okta's own words for what the API would refuse.
    """
    now = iso_millis(box.clock())
    try:
        with box.store.write() as db:
            org = org_of(db, tenant)
            made: dict[str, Any] = dict(
                seeding.load(
                    db, org, now, content.get("users", ()), content.get("groups", ()), content.get("members")
                )
            )
            seeding.arrange(db, org, now, content)
            made["equipped"] = {
                login: seeding.equip(db, org, now, login, things)
                for login, things in content.get("equip", {}).items()
            }
            made["belongings"] = {
                login: belongings.give(db, org, now, login) for login in content.get("belongings", ())
            }
    except errors.OktaError as error:
        raise ValueError("; ".join((error.summary, *error.causes))) from error
    for login, given in made["belongings"].items():
        given["sessions"] = sum(bool(sign_in(box, tenant, login)["ok"]) for _ in range(2)) if given else 0
    return made


def sign_in(box: Sandbox, tenant: Tenant, username: str) -> dict[str, Any]:
    """Start a session with an OAuth refresh token, as a user with the right password would.

    Only ACTIVE and PASSWORD_EXPIRED users (the latter after a new password) get in.
    """
    now = box.clock()
    with box.store.write() as db:
        settling.settle(db, tenant.tenant, iso_millis(now))
        row = db.execute(
            "SELECT * FROM okta_users WHERE org = ? AND login_key = ?", (tenant.tenant, username.lower())
        ).fetchone()
        if row is None:
            return {"ok": False, "reason": "unknown user"}
        if row["status"] not in _MAY_SIGN_IN:
            return {"ok": False, "reason": row["status"]}
        session_id, token_id = ids.fresh(db, ids.SESSION), ids.fresh(db, ids.REFRESH_TOKEN)
        begun = iso_millis(now)
        session_ends = iso_millis(now + timedelta(hours=_SESSION_HOURS))
        token_ends = iso_millis(now + timedelta(days=_TOKEN_DAYS))
        db.execute("INSERT INTO okta_sessions VALUES (?,?,?,?)", (session_id, row["id"], begun, session_ends))
        db.execute(
            "INSERT INTO okta_refresh_tokens VALUES (?,?,?,?,?,?)",
            (token_id, row["id"], _SIGN_IN_APP, "openid offline_access", begun, token_ends),
        )
        db.execute("UPDATE okta_users SET last_login = ? WHERE id = ?", (begun, row["id"]))
    return {"ok": True, "session": session_id, "refresh_token": token_id, "user": row["id"]}


def sessions(box: Sandbox, tenant: Tenant) -> list[dict[str, Any]]:
    """The sessions and refresh tokens that still exist, and whether each still opens anything."""
    now = iso_millis(box.clock())
    with box.store.read() as db:
        rows = db.execute(
            "SELECT 'session' AS kind, s.id, s.created, s.expires_at, u.id AS user_id, u.login, u.status"
            " FROM okta_sessions s JOIN okta_users u ON u.id = s.user_id WHERE u.org = ?1"
            " UNION ALL SELECT 'refresh_token', t.id, t.created, t.expires_at, u.id, u.login, u.status"
            " FROM okta_refresh_tokens t JOIN okta_users u ON u.id = t.user_id WHERE u.org = ?1 ORDER BY 2",
            (tenant.tenant,),
        ).fetchall()
    return [
        {
            "kind": row["kind"],
            "id": row["id"],
            "user": row["user_id"],
            "username": row["login"],
            "created": row["created"],
            "expires_at": row["expires_at"],
            "valid": row["expires_at"] > now,
        }
        for row in rows
    ]
