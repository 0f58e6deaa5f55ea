"""What a user in Okta is: the statuses, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

STATUSES = (
    "STAGED",
    "PROVISIONED",
    "ACTIVE",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
)
"""Every status of a user (Okta: user status)."""
TAKEN_AWAY = frozenset({"LOCKED_OUT", "SUSPENDED", "DEPROVISIONED"})
ENDED = frozenset({"SUSPENDED", "DEPROVISIONED"})
"""The statuses that last: a lockout can end by itself."""

_OWN_CREDENTIALS = ("OKTA", "IMPORT")


def provider(row: Mapping[str, Any]) -> str | None:
    """Who checks the user's password where that is not Okta, such as "ACTIVE_DIRECTORY corp.example"."""
    credentials = row.get("credentials")
    found = credentials.get("provider") if isinstance(credentials, dict) else None
    if not isinstance(found, dict) or found.get("type") in (None, *_OWN_CREDENTIALS):
        return None
    return " ".join(str(found[part]) for part in ("type", "name") if found.get(part))
