"""Whose request it is: the token alone decides the org and what may be done there."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from leaver.sandbox import tokens
from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import errors
from leaver.sandbox.settings import sandbox
from leaver.sandbox.tenants import withheld


@dataclass(frozen=True, slots=True)
class Org:
    """An org of the sandbox; `custom` holds the definitions of its custom profile attributes by name."""

    name: str
    created: str
    type_id: str
    admin_id: str
    everyone_id: str
    transition_seconds: float
    rate_limit: int | None
    custom: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. `scopes` None: an API token, which may do what its owner may, but what is `withheld`."""

    user_id: str
    token_id: str | None
    scopes: frozenset[str] | None
    withheld: frozenset[str] = frozenset()

    def may(self, scope: str) -> bool:
        """Whether the scope was granted; `.manage` includes `.read`."""
        if scope in self.withheld:
            return False
        if self.scopes is None:
            return True
        return scope in self.scopes or scope.removesuffix(".read") + ".manage" in self.scopes


def find_org(db: sqlite3.Connection, name: str) -> Org | None:
    row = db.execute("SELECT * FROM okta_orgs WHERE org = ?", (name,)).fetchone()
    if row is None:
        return None
    return Org(
        row["org"],
        row["created"],
        row["type_id"],
        row["admin_id"],
        row["everyone_id"],
        row["transition_seconds"],
        row["rate_limit"],
        json.loads(row["custom_attributes"]),
    )


def authenticate(db: sqlite3.Connection, request: Request, now: datetime) -> tuple[Org, Caller]:
    """The org and the caller that the Authorization header stands for.

    Raises OktaError: E0000005 without a header (there is no session either), E0000011 for a token that is
    unknown, revoked or expired.
    """
    header = request.headers.get("authorization", "")
    if not header:
        raise errors.no_session()
    scheme, value = tokens.scheme_and_value(header)
    if scheme == "ssws":
        found = _by_api_token(db, value, now)
    elif scheme == "bearer":
        found = _by_access_token(db, request, value, now)
    else:
        found = None
    if found is None:
        raise errors.invalid_token()
    return found


def _by_api_token(db: sqlite3.Connection, secret: str, now: datetime) -> tuple[Org, Caller] | None:
    row = db.execute(
        "SELECT t.* FROM okta_api_tokens t JOIN okta_users u ON u.id = t.user_id"
        # Okta support, HTTP 401 E0000011: the token of a suspended user opens nothing.
        " WHERE t.digest = ? AND (t.expires_at IS NULL OR t.expires_at > ?) AND u.status <> 'SUSPENDED'",
        (hashlib.sha256(secret.encode()).hexdigest(), iso_millis(now)),
    ).fetchone()
    org = find_org(db, row["org"]) if row else None
    if org is None:
        return None
    return org, Caller(row["user_id"], row["id"], None, withheld(db, "okta", org.name))


def _by_access_token(
    db: sqlite3.Connection, request: Request, token: str, now: datetime
) -> tuple[Org, Caller] | None:
    try:
        claims = tokens.read(sandbox(request).settings.signing_key, token, now)
    except tokens.TokenInvalid:
        return None
    org = find_org(db, str(claims.get("org", "")))
    if org is None:
        return None
    scopes = frozenset(claims.get("scp", ()))
    return org, Caller(org.admin_id, None, scopes, withheld(db, "okta", org.name))
