"""What a change of status does to the rest of the org, at once or when a slow transition ends."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from typing import TYPE_CHECKING

from leaver.sandbox.clock import iso_millis

if TYPE_CHECKING:
    from leaver.sandbox.okta.wire import Call

# Okta runs these two asynchronously; `transitioningToStatus` is shown meanwhile.
SLOW = frozenset({"activate", "deactivate"})


def is_due(db: sqlite3.Connection, org: str, now: str) -> bool:
    """Whether a transition has ended that is not yet carried out."""
    found = db.execute("SELECT 1 FROM okta_users WHERE org = ? AND transition_at <= ? LIMIT 1", (org, now))
    return found.fetchone() is not None


def settle(db: sqlite3.Connection, org: str, now: str) -> None:
    """Carry out the transitions that have ended by `now`."""
    rows = db.execute(
        "SELECT id, transition_to, transition_at FROM okta_users WHERE org = ? AND transition_at <= ?",
        (org, now),
    ).fetchall()
    for row in rows:
        enter(db, row["id"], row["transition_to"], row["transition_at"])


def begin(call: Call, user_id: str, status: str, *, slow: bool) -> None:
    """Bring a user to `status`: now, or after the seconds that a test has ordered for its org."""
    if slow and call.org.transition_seconds > 0:
        ends = call.moment + timedelta(seconds=call.org.transition_seconds)
        call.db.execute(
            "UPDATE okta_users SET transition_to = ?, transition_at = ?, last_updated = ? WHERE id = ?",
            (status, iso_millis(ends), call.now, user_id),
        )
    else:
        enter(call.db, user_id, status, call.now)


def enter(db: sqlite3.Connection, user_id: str, status: str, now: str) -> None:
    """Set the status with what comes with it.

    Deactivation takes the direct app assignments, the sessions, the password and the API tokens of the user;
    group memberships stay (Okta support, Deactivated users are not removed from groups).
    """
    db.execute(
        "UPDATE okta_users SET status = ?, status_changed = ?, last_updated = ?, transition_to = NULL,"
        " transition_at = NULL WHERE id = ?",
        (status, now, now, user_id),
    )
    if status in ("ACTIVE", "PROVISIONED"):
        db.execute("UPDATE okta_users SET activated = coalesce(activated, ?) WHERE id = ?", (now, user_id))
    if status == "DEPROVISIONED":
        for table in ("okta_app_users", "okta_sessions", "okta_api_tokens"):
            db.execute(f"DELETE FROM {table} WHERE user_id = ?", (user_id,))  # noqa: S608
        db.execute("UPDATE okta_users SET password = NULL, question = NULL WHERE id = ?", (user_id,))
