"""Sessions, consent grants and OAuth tokens of a user (Okta, User Sessions, User Grants, User OAuth APIs)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

from leaver.sandbox.okta import errors, people
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.wire import Answer, Call, Operation


def _revoke_sessions(call: Call) -> Answer:
    """End the sessions; the OAuth tokens only with `oauthTokens=true` (false is Okta's default)."""
    user = people.find(call, call.path["user"])
    call.db.execute("DELETE FROM okta_sessions WHERE user_id = ?", (user["id"],))
    if call.flag("oauthTokens", False):
        call.db.execute("DELETE FROM okta_refresh_tokens WHERE user_id = ?", (user["id"],))
    call.note("user.session.clear", "Clear user session", user["id"], name=user["login"])
    return Answer(204)


def _show_grant(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1/users/{row['user_id']}/grants/{row['id']}"
    return {
        "id": row["id"],
        "status": "ACTIVE",
        "created": row["created"],
        "lastUpdated": row["created"],
        "issuer": call.base,
        "clientId": row["client_id"],
        "userId": row["user_id"],
        "scopeId": row["scope_id"],
        "source": "END_USER",
        "_links": {"self": {"href": here, "hints": {"allow": ["GET", "DELETE"]}}},
    }


def _show_token(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1/users/{row['user_id']}/clients/{row['client_id']}/tokens/{row['id']}"
    return {
        "id": row["id"],
        "status": "ACTIVE",
        "created": row["created"],
        "lastUpdated": row["created"],
        "expiresAt": row["expires_at"],
        "issuer": call.base,
        "clientId": row["client_id"],
        "userId": row["user_id"],
        "scopes": row["scopes"].split(),
        "_links": {"self": {"href": here, "hints": {"allow": ["GET", "DELETE"]}}},
    }


def _grants(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    return _page(call, "okta_grants WHERE user_id = ?", (user["id"],), _show_grant)


def _page(
    call: Call, source: str, bound: tuple[str, ...], show: Callable[[Call, sqlite3.Row], dict[str, Any]]
) -> Answer:
    """A page of a table, 20 rows unless told."""
    page = page_of(call.query, default=20, largest=200)
    rows = call.db.execute(
        f"SELECT * FROM {source} AND id > ? ORDER BY id LIMIT ?",  # noqa: S608
        (*bound, page.after or "", page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [show(call, row) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _revoke_grants(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    call.db.execute("DELETE FROM okta_grants WHERE user_id = ?", (user["id"],))
    call.note(
        "app.oauth2.consent.revoke.user", "Revoke all of a user's consents", user["id"], name=user["login"]
    )
    return Answer(204)


def _grant_row(call: Call) -> sqlite3.Row:
    user = people.find(call, call.path["user"])
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_grants WHERE user_id = ? AND id = ?", (user["id"], call.path["grant"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["grant"], "OAuth2ScopeConsentGrant")
    return row


def _grant(call: Call) -> Answer:
    return Answer(200, _show_grant(call, _grant_row(call)))


def _revoke_grant(call: Call) -> Answer:
    call.db.execute("DELETE FROM okta_grants WHERE id = ?", (_grant_row(call)["id"],))
    return Answer(204)


def _clients(call: Call) -> Answer:
    """The OAuth clients that hold a grant or a token of the user."""
    user = people.find(call, call.path["user"])
    rows = call.db.execute(
        "SELECT c.client_id, coalesce(a.label, c.client_id) AS name FROM"
        " (SELECT client_id FROM okta_grants WHERE user_id = ?1 UNION"
        " SELECT client_id FROM okta_refresh_tokens WHERE user_id = ?1) c"
        " LEFT JOIN okta_apps a ON a.id = c.client_id ORDER BY c.client_id",
        (user["id"],),
    )
    return Answer(
        200,
        [
            {
                "client_id": row["client_id"],
                "client_name": row["name"],
                "client_uri": None,
                "logo_uri": None,
            }
            for row in rows
        ],
    )


def _tokens(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    source = "okta_refresh_tokens WHERE user_id = ? AND client_id = ?"
    return _page(call, source, (user["id"], call.path["client"]), _show_token)


def _revoke_tokens(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    call.db.execute(
        "DELETE FROM okta_refresh_tokens WHERE user_id = ? AND client_id = ?",
        (user["id"], call.path["client"]),
    )
    return Answer(204)


def _revoke_token(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    gone = call.db.execute(
        "DELETE FROM okta_refresh_tokens WHERE user_id = ? AND client_id = ? AND id = ?",
        (user["id"], call.path["client"], call.path["token"]),
    )
    if not gone.rowcount:
        raise errors.not_found(call.path["token"], "OAuth2RefreshToken")
    return Answer(204)


def _revoke_client_grants(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    call.db.execute(
        "DELETE FROM okta_grants WHERE user_id = ? AND client_id = ?", (user["id"], call.path["client"])
    )
    return Answer(204)


OPERATIONS = [
    Operation("DELETE", "/users/{user}/sessions", _revoke_sessions, "okta.users.manage"),
    Operation("GET", "/users/{user}/grants", _grants, "okta.users.read"),
    Operation("DELETE", "/users/{user}/grants", _revoke_grants, "okta.users.manage"),
    Operation("GET", "/users/{user}/grants/{grant}", _grant, "okta.users.read"),
    Operation("DELETE", "/users/{user}/grants/{grant}", _revoke_grant, "okta.users.manage"),
    Operation("GET", "/users/{user}/clients", _clients, "okta.users.read"),
    Operation("GET", "/users/{user}/clients/{client}/tokens", _tokens, "okta.users.read"),
    Operation("DELETE", "/users/{user}/clients/{client}/tokens", _revoke_tokens, "okta.users.manage"),
    Operation("DELETE", "/users/{user}/clients/{client}/tokens/{token}", _revoke_token, "okta.users.manage"),
    Operation("DELETE", "/users/{user}/clients/{client}/grants", _revoke_client_grants, "okta.users.manage"),
]
