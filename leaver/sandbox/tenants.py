"""Which tenants and orgs exist, and the credentials that open each."""

from __future__ import annotations

import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from leaver.sandbox import tokens
from leaver.sandbox.clock import Clock
from leaver.sandbox.files import write_private
from leaver.sandbox.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tenants (
    client TEXT NOT NULL,
    directory TEXT NOT NULL,
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    domains TEXT NOT NULL,
    app_id TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    secret TEXT NOT NULL,
    PRIMARY KEY (client, directory),
    UNIQUE (kind, tenant)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS withheld (
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    permission TEXT NOT NULL,
    PRIMARY KEY (kind, tenant, permission)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS tenants_secret ON tenants (secret);
"""

Kind = Literal["entra", "okta"]


class TenantConflict(Exception):
    """The tenant already belongs to another client or directory."""


@dataclass(frozen=True)
class Tenant:
    """One directory of one client: an Entra tenant (UUID) or an Okta org (short name).

    `app_id` and `principal_id` are the application and its service principal in an Entra tenant.
    `secret` is the client secret (entra) or the API token (okta).
    """

    client: str
    directory: str
    kind: Kind
    tenant: str
    domains: tuple[str, ...]
    app_id: str
    principal_id: str
    secret: str

    def credential(self) -> dict[str, str]:
        """This directory's entry in credentials/<client>.json."""
        if self.kind == "entra":
            return {
                "kind": "entra",
                "tenant": self.tenant,
                "client_id": self.app_id,
                "client_secret": self.secret,
            }
        return {"kind": "okta", "org": self.tenant, "api_token": self.secret}


def _tenant(row: sqlite3.Row) -> Tenant:
    return Tenant(
        row["client"],
        row["directory"],
        row["kind"],
        row["tenant"],
        tuple(json.loads(row["domains"])),
        row["app_id"],
        row["principal_id"],
        row["secret"],
    )


class Tenants:
    """The registered tenants, kept in the store and in memory."""

    def __init__(self, store: Store, home: Path, signing_key: bytes) -> None:
        self._store = store
        self._home = home
        self._key = signing_key
        self._by_tenant: dict[tuple[str, str], Tenant] = {}
        self._by_secret: dict[str, Tenant] = {}
        self._load()

    def _load(self) -> None:
        with self._store.read() as db:
            found = [_tenant(row) for row in db.execute("SELECT * FROM tenants ORDER BY client, directory")]
        self._by_tenant = {(each.kind, each.tenant.lower()): each for each in found}
        self._by_secret = {each.secret: each for each in found}

    def all(self) -> list[Tenant]:
        return sorted(self._by_tenant.values(), key=lambda each: (each.client, each.directory))

    def find(self, kind: Kind, tenant: str) -> Tenant | None:
        """The tenant by its UUID or org name, or None."""
        return self._by_tenant.get((kind, tenant.lower()))

    def of_client(self, client: str, directory: str) -> Tenant | None:
        return next((t for t in self.all() if (t.client, t.directory) == (client, directory)), None)

    def register(
        self,
        client: str,
        directory: str,
        kind: Kind,
        tenant: str,
        domains: Iterable[str],
        was: str | None = None,
    ) -> Tenant:
        """Add a tenant, or change its domains; its credentials stay what they were.

        `was` is the key that the client had before: a tenant of that name is the client's from now on.
        Writes credentials/<client>.json. Raises TenantConflict when the tenant is somebody else's.
        """
        owner = self.find(kind, tenant)
        if owner is not None and was is not None and (owner.client, owner.directory) == (was, directory):
            owner = self._rename(owner, client)
        if owner is not None and (owner.client, owner.directory) != (client, directory):
            raise TenantConflict(f"{kind} {tenant} already belongs to {owner.client}/{owner.directory}")
        before = self.of_client(client, directory)
        if before is not None and (before.kind, before.tenant) != (kind, tenant):
            raise TenantConflict(f"{client}/{directory} is already {before.kind} {before.tenant}")
        added = Tenant(
            client,
            directory,
            kind,
            tenant,
            tuple(dict.fromkeys(domain.lower() for domain in domains)),
            before.app_id if before else str(uuid.uuid4()),
            before.principal_id if before else str(uuid.uuid4()),
            before.secret if before else _new_secret(kind),
        )
        with self._store.write() as db:
            db.execute(
                "INSERT OR REPLACE INTO tenants VALUES (?,?,?,?,?,?,?,?)",
                (
                    client,
                    directory,
                    kind,
                    tenant,
                    json.dumps(added.domains),
                    added.app_id,
                    added.principal_id,
                    added.secret,
                ),
            )
        self._load()
        self.write_credentials(client)
        return added

    def _rename(self, tenant: Tenant, client: str) -> Tenant:
        with self._store.write() as db:
            db.execute(
                "UPDATE tenants SET client = ? WHERE client = ? AND directory = ?",
                (client, tenant.client, tenant.directory),
            )
        self._load()
        self.write_credentials(tenant.client)
        return replace(tenant, client=client)

    def drop(self, client: str, directory: str) -> Tenant | None:
        """Forget a tenant; its objects are the API modules' to delete. None when there is none."""
        gone = self.of_client(client, directory)
        if gone is not None:
            with self._store.write() as db:
                db.execute("DELETE FROM tenants WHERE client = ? AND directory = ?", (client, directory))
            self._load()
            self.write_credentials(client)
        return gone

    def write_credentials(self, client: str) -> None:
        """Write credentials/<client>.json (mode 0600), or remove it when the client has no tenant."""
        path = self._home / "credentials" / f"{client}.json"
        entries = {each.directory: each.credential() for each in self.all() if each.client == client}
        if entries:
            write_private(path, json.dumps(entries, indent=2) + "\n")
        else:
            path.unlink(missing_ok=True)

    def identify(self, authorization: str, clock: Clock) -> Tenant | None:
        """Whose request this is by its Authorization header alone; None when it opens nothing.

        Bearer tokens are ours (`tid` names an Entra tenant, `org` an Okta org); SSWS is an Okta API token.
        """
        scheme, value = tokens.scheme_and_value(authorization)
        if scheme == "ssws":
            return self._by_secret.get(value)
        if scheme != "bearer":
            return None
        try:
            claims: dict[str, Any] = tokens.read(self._key, value, clock())
        except tokens.TokenInvalid:
            return None
        if "tid" in claims:
            return self.find("entra", claims["tid"])
        return self.find("okta", claims.get("org", ""))


def withhold(db: sqlite3.Connection, tenant: Tenant, permissions: Iterable[str]) -> None:
    """From now on the tenant's application lacks exactly these permissions (Graph roles, Okta scopes)."""
    db.execute("DELETE FROM withheld WHERE kind = ? AND tenant = ?", (tenant.kind, tenant.tenant))
    rows = [(tenant.kind, tenant.tenant, permission) for permission in set(permissions)]
    db.executemany("INSERT INTO withheld VALUES (?,?,?)", rows)


def withheld(db: sqlite3.Connection, kind: Kind, tenant: str) -> frozenset[str]:
    """The permissions that a tenant's application lacks."""
    rows = db.execute("SELECT permission FROM withheld WHERE kind = ? AND tenant = ?", (kind, tenant))
    return frozenset(row["permission"] for row in rows)


def _new_secret(kind: Kind) -> str:
    return "00" + secrets.token_urlsafe(30) if kind == "okta" else secrets.token_urlsafe(30)


def signing_key(store: Store) -> bytes:
    """The key that signs access tokens, made once and kept with the state."""
    store.ensure(SCHEMA)
    with store.write() as db:
        db.execute("INSERT OR IGNORE INTO meta VALUES ('signing_key', ?)", (secrets.token_hex(32),))
        row = db.execute("SELECT value FROM meta WHERE key = 'signing_key'").fetchone()
    return bytes.fromhex(row["value"])
