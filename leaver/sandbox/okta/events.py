"""The System Log: one line for every change (Okta, System Log API)."""

from __future__ import annotations

import sqlite3
import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """What happened: Okta's event type, its display message, who did it and to whom."""

    event_type: str
    message: str
    actor: str
    target: str
    target_type: str = "User"
    target_name: str = ""


def record(db: sqlite3.Connection, org: str, now: str, event: Event) -> None:
    """Append a line."""
    db.execute(
        "INSERT INTO okta_log (org, uuid, published, event_type, message, actor_id, target_id, target_type,"
        " target_name) VALUES (?,?,?,?,?,?,?,?,?)",
        (
            org,
            str(uuid.uuid4()),
            now,
            event.event_type,
            event.message,
            event.actor,
            event.target,
            event.target_type,
            event.target_name,
        ),
    )
