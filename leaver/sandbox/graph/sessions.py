"""Simulated sign-ins, to see when a leaver's sessions really ended."""

from __future__ import annotations

import uuid
from typing import Any

from leaver.sandbox.clock import iso
from leaver.sandbox.graph import objects
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant


def sign_in(box: Sandbox, tenant: Tenant, username: str) -> dict[str, Any]:
    """Start a session when the account exists and is enabled; else the AADSTS code that says why not.

    50034 no such user, 50057 disabled (learn.microsoft.com/entra/identity-platform/reference-error-codes).
    """
    with box.store.write() as db:
        user = objects.by_key(db, tenant.tenant, "user", username.lower())
        if user is None:
            return {"ok": False, "error": "AADSTS50034: The user account does not exist in the directory."}
        if not user.doc.get("accountEnabled"):
            return {"ok": False, "error": "AADSTS50057: The user account is disabled."}
        session_id = str(uuid.uuid4())
        db.execute(
            "INSERT INTO graph_sessions (id, tenant, user, started) VALUES (?,?,?,?)",
            (session_id, tenant.tenant, user.id, iso(box.clock())),
        )
    return {"ok": True, "session": session_id}


def sessions(box: Sandbox, tenant: Tenant) -> list[dict[str, Any]]:
    """Every session; valid while its user is enabled and it started after his sessions were last revoked.

    signInSessionsValidFromDateTime has whole seconds, so a revocation also marks the sessions that it ends.
    """
    with box.store.read() as db:
        rows = db.execute(
            "SELECT * FROM graph_sessions WHERE tenant = ? ORDER BY started, id", (tenant.tenant,)
        ).fetchall()
        found = []
        for row in rows:
            user = objects.find(db, tenant.tenant, row["user"], "user")
            valid_from = "" if user is None else user.doc.get("signInSessionsValidFromDateTime", "")
            revoked = bool(row["revoked"]) or row["started"] < valid_from
            found.append(
                {
                    "client": tenant.client,
                    "directory": tenant.directory,
                    "session": row["id"],
                    "username": None if user is None else user.doc["userPrincipalName"],
                    "started": row["started"],
                    "valid": user is not None and bool(user.doc.get("accountEnabled")) and not revoked,
                }
            )
    return found
