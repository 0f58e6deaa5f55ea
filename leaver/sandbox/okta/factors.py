"""Enrolled sign-in factors of a user (Okta, User Factors API)."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from leaver.sandbox.okta import errors, ids, people
from leaver.sandbox.okta.wire import Answer, Call, Operation

FACTOR_TYPES = frozenset(
    {
        "call",
        "email",
        "push",
        "question",
        "signed_nonce",
        "sms",
        "token",
        "token:hardware",
        "token:hotp",
        "token:software:totp",
        "u2f",
        "web",
        "webauthn",
    }
)
STATUSES = frozenset(
    {"ACTIVE", "DISABLED", "ENROLLED", "EXPIRED", "INACTIVE", "NOT_SETUP", "PENDING_ACTIVATION"}
)
# Okta Verify's factors are one enrolment: they go together.
_OKTA_VERIFY = ("push", "signed_nonce", "token:software:totp")
PROVIDERS = frozenset({"CUSTOM", "DUO", "FIDO", "GOOGLE", "OKTA", "RSA", "SYMANTEC", "YUBICO"})


def add(db: sqlite3.Connection, user_id: str, factor: dict[str, Any], now: str) -> str:
    """Enrol a factor (`factorType`, `provider`, `profile`), active unless it has a `status`; answers its id."""
    factor_type, provider = str(factor.get("factorType")), str(factor.get("provider", "OKTA"))
    if factor_type not in FACTOR_TYPES:
        raise errors.field_error("factorType", "Invalid factor type")
    if provider not in PROVIDERS:
        raise errors.field_error("provider", "Invalid factor provider")
    status = factor.get("status", "ACTIVE")
    if status not in STATUSES:
        raise errors.field_error("status", "Invalid factor status")
    factor_id = ids.fresh(db, ids.FACTOR)
    db.execute(
        "INSERT INTO okta_factors VALUES (?,?,?,?,?,?,?,?)",
        (
            factor_id,
            user_id,
            factor_type,
            provider,
            provider,
            status,
            now,
            json.dumps(factor.get("profile") or {}),
        ),
    )
    return factor_id


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    here = f"{call.base}/api/v1/users/{row['user_id']}"
    return {
        "id": row["id"],
        "factorType": row["factor_type"],
        "provider": row["provider"],
        "vendorName": row["vendor"],
        "status": row["status"],
        "created": row["created"],
        "lastUpdated": row["created"],
        "profile": json.loads(row["profile"]),
        "_links": {
            "self": {"href": f"{here}/factors/{row['id']}", "hints": {"allow": ["GET", "DELETE"]}},
            "user": {"href": here, "hints": {"allow": ["GET"]}},
        },
    }


def _row(call: Call, user_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_factors WHERE user_id = ? AND id = ?", (user_id, call.path["factor"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["factor"], "UserFactor")
    return row


def _list(call: Call) -> Answer:
    """Of a deactivated user Okta knows none, nor the user (okta-sdk-java, issue 646)."""
    user = people.find(call, call.path["user"])
    if user["status"] == "DEPROVISIONED":
        raise errors.not_found(user["id"], "User")
    rows = call.db.execute("SELECT * FROM okta_factors WHERE user_id = ? ORDER BY id", (user["id"],))
    return Answer(200, [_show(call, row) for row in rows])


def _enrol(call: Call) -> Answer:
    user = people.changeable(call, call.path["user"])
    factor_id = add(call.db, user["id"], call.body, call.now)
    row = call.db.execute("SELECT * FROM okta_factors WHERE id = ?", (factor_id,)).fetchone()
    call.note("user.mfa.factor.activate", "User set up factor", user["id"], name=user["login"])
    return Answer(200, _show(call, row))


def _get(call: Call) -> Answer:
    user = people.find(call, call.path["user"])
    return Answer(200, _show(call, _row(call, user["id"])))


def _unenrol(call: Call) -> Answer:
    """A factor of a deactivated user cannot be taken away (Okta, Unenroll a factor).

    With `push` or `signed_nonce` go the user's other factors of Okta Verify.
    """
    user = people.find(call, call.path["user"])
    row = _row(call, user["id"])
    if user["status"] == "DEPROVISIONED":
        raise errors.wrong_status()
    call.db.execute("DELETE FROM okta_factors WHERE id = ?", (row["id"],))
    if row["provider"] == "OKTA" and row["factor_type"] in ("push", "signed_nonce"):
        call.db.execute(
            "DELETE FROM okta_factors WHERE user_id = ? AND provider = 'OKTA' AND factor_type IN (?,?,?)",
            (user["id"], *_OKTA_VERIFY),
        )
    call.note("user.mfa.factor.deactivate", "Reset factor for user", user["id"], name=user["login"])
    return Answer(204)


OPERATIONS = [
    Operation("GET", "/users/{user}/factors", _list, "okta.users.read"),
    Operation("POST", "/users/{user}/factors", _enrol, "okta.users.manage"),
    Operation("GET", "/users/{user}/factors/{factor}", _get, "okta.users.read"),
    Operation("DELETE", "/users/{user}/factors/{factor}", _unenrol, "okta.users.manage"),
]
