"""An org: its administrator, its Everyone group, its API tokens, its user schema."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
from dataclasses import dataclass

from leaver.sandbox.okta import errors, ids
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.wire import Answer, Call, Operation, part_of

ADMIN_ROLE = "SUPER_ADMIN"


@dataclass(frozen=True, slots=True)
class NewOrg:
    """What a new org starts with; `domain` is where its administrator's address lies."""

    org: str
    domain: str
    api_token: str


def digest(secret: str) -> str:
    """What is kept of an API token."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create(db: sqlite3.Connection, new: NewOrg, now: str) -> None:
    """Make an org with one administrator, who owns the API token; does nothing when it exists."""
    if db.execute("SELECT 1 FROM okta_orgs WHERE org = ?", (new.org,)).fetchone():
        return
    type_id, admin_id = ids.fresh(db, ids.TYPE), ids.fresh(db, ids.USER)
    everyone_id = ids.fresh(db, ids.GROUP)
    db.execute(
        "INSERT INTO okta_orgs (org, id, created, type_id, admin_id, everyone_id) VALUES (?,?,?,?,?,?)",
        (new.org, ids.fresh(db, ids.ORG), now, type_id, admin_id, everyone_id),
    )
    login = f"okta.admin@{new.domain}"
    profile = {"login": login, "email": login, "firstName": "Okta", "lastName": "Administrator"}
    db.execute(
        "INSERT INTO okta_users (id, org, login, login_key, status, created, activated, status_changed,"
        " last_updated, password_changed, type_id, password, profile)"
        " VALUES (?,?,?,?,'ACTIVE',?,?,?,?,?,?,?,?)",
        (admin_id, new.org, login, login, now, now, now, now, now, type_id, "", json.dumps(profile)),
    )
    db.execute(
        "INSERT INTO okta_groups VALUES (?,?,'BUILT_IN','Everyone',?,?,?,?)",
        (
            everyone_id,
            new.org,
            now,
            now,
            now,
            json.dumps({"name": "Everyone", "description": "All users in your organization"}),
        ),
    )
    db.execute("INSERT INTO okta_members VALUES (?,?)", (everyone_id, admin_id))
    db.execute(
        "INSERT INTO okta_roles VALUES (?,?,?,?)", (ids.fresh(db, ids.ROLE), admin_id, ADMIN_ROLE, now)
    )
    keep_token(db, new.org, new.api_token, "sandbox", admin_id, now)


def keep_token(
    db: sqlite3.Connection,
    org: str,
    secret: str,
    name: str,
    user_id: str,
    now: str,
    expires_at: str | None = None,
) -> str:
    """Make an API token valid; answers its id."""
    token_id = ids.fresh(db, ids.API_TOKEN)
    db.execute(
        "INSERT INTO okta_api_tokens VALUES (?,?,?,?,?,?,?)",
        (token_id, org, digest(secret), name, user_id, now, expires_at),
    )
    return token_id


def issue_token(db: sqlite3.Connection, org: str, name: str, user_id: str, now: str) -> tuple[str, str]:
    """A further API token of a user: its id and its secret."""
    secret = "00" + secrets.token_urlsafe(30)
    return keep_token(db, org, secret, name, user_id, now), secret


def _org(call: Call) -> Answer:
    return Answer(
        200,
        {
            "id": call.db.execute("SELECT id FROM okta_orgs WHERE org = ?", (call.org.name,)).fetchone()[
                "id"
            ],
            "companyName": call.org.name,
            "subdomain": call.org.name,
            "status": "ACTIVE",
            "created": call.org.created,
            "lastUpdated": call.org.created,
            "_links": {},
        },
    )


def _show_token(call: Call, row: sqlite3.Row) -> dict[str, object]:
    return {
        "id": row["id"],
        "name": row["name"],
        "userId": row["user_id"],
        "tokenWindow": "P30D",
        "created": row["created"],
        "lastUpdated": row["created"],
        "expiresAt": row["expires_at"],
        "_link": {"self": {"href": f"{call.base}/api/v1/api-tokens/{row['id']}"}},
    }


def _tokens(call: Call) -> Answer:
    page = page_of(call.query, default=20, largest=200)
    rows = call.db.execute(
        "SELECT * FROM okta_api_tokens WHERE org = ? AND id > ? ORDER BY id LIMIT ?",
        (call.org.name, page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [_show_token(call, row) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _token_row(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_api_tokens WHERE org = ? AND id = ?", (call.org.name, call.path["token"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["token"], "ApiToken")
    return row


def _token(call: Call) -> Answer:
    return Answer(200, _show_token(call, _token_row(call)))


def _revoke(call: Call) -> Answer:
    row = _token_row(call)
    call.db.execute("DELETE FROM okta_api_tokens WHERE id = ?", (row["id"],))
    call.note("system.api_token.revoke", "Revoke API token", row["id"], "Token", row["name"])
    return Answer(204)


def _revoke_current(call: Call) -> Answer:
    if call.caller.token_id is None:
        raise errors.forbidden()
    call.db.execute("DELETE FROM okta_api_tokens WHERE id = ?", (call.caller.token_id,))
    return Answer(204)


def _schema(call: Call) -> Answer:
    custom = {
        name: {"title": name, "type": "string", "scope": "NONE", **definition}
        for name, definition in call.org.custom.items()
    }
    return Answer(
        200,
        {
            "id": f"{call.base}/api/v1/meta/schemas/user/{call.org.type_id}",
            "name": "user",
            "title": "User",
            "type": "object",
            "definitions": {"custom": {"id": "#custom", "type": "object", "properties": custom}},
        },
    )


def _change_schema(call: Call) -> Answer:
    given = part_of(part_of(call.part("definitions"), "custom"), "properties")
    for name in given:
        if given[name] is None:
            call.org.custom.pop(name, None)
        else:
            call.org.custom[name] = part_of(given, name)
    call.db.execute(
        "UPDATE okta_orgs SET custom_attributes = ? WHERE org = ?",
        (json.dumps(call.org.custom), call.org.name),
    )
    return _schema(call)


OPERATIONS = [
    Operation("GET", "/org", _org, "okta.orgs.read"),
    Operation("GET", "/api-tokens", _tokens, "okta.apiTokens.read"),
    Operation("DELETE", "/api-tokens/current", _revoke_current, "okta.apiTokens.manage"),
    Operation("GET", "/api-tokens/{token}", _token, "okta.apiTokens.read"),
    Operation("DELETE", "/api-tokens/{token}", _revoke, "okta.apiTokens.manage"),
    Operation("GET", "/meta/schemas/user/{schema}", _schema, "okta.schemas.read"),
    Operation("POST", "/meta/schemas/user/{schema}", _change_schema, "okta.schemas.manage"),
]
