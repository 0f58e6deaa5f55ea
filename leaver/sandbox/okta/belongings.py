"""All that somebody has after years in a company, and a departure has to end: for the demo and the tests."""

from __future__ import annotations

import sqlite3
from typing import Any

from leaver.sandbox.okta import group_rules, seeding
from leaver.sandbox.okta.access import Org

GROUPS = (
    "Everybody in Boston",
    "Ledger readers",
    "Ledger writers",
    "Month-end",
    "Payroll approvers",
    "Signing authority",
)
BY_RULE = "Controllers"
_RULE = "Title is Controller"
_HELPERS = "Password helpers"
_APPS = ("Expense Scanner", "General Ledger", "Payslips", "Travel Desk", "Vendor Portal")
_CLIENTS = ("Calendar Helper", "Contract Signer", "Mail Merge", "Meeting Notes", "Survey Maker")
THINGS: dict[str, Any] = {
    "factors": [
        {"factorType": "webauthn", "provider": "FIDO"},
        {"factorType": "push", "provider": "OKTA"},
        {"factorType": "sms", "provider": "OKTA", "status": "PENDING_ACTIVATION"},
    ],
    "devices": [
        {"displayName": "LAPTOP-07", "platform": "WINDOWS"},
        {"displayName": "Phone", "platform": "IOS"},
    ],
    "roles": ["READ_ONLY_ADMIN", "REPORT_ADMIN"],
    "apps": list(_APPS),
    "grants": list(_CLIENTS),
    "tokens": dict.fromkeys(_CLIENTS[:4], 1),
    "api_tokens": ["Nightly export"],
}


def give(db: sqlite3.Connection, org: Org, now: str, login: str) -> dict[str, int]:
    """Give a user three factors (one pending), five consents, four tokens of applications, two administrator roles
    and a third one by a group, eight groups (one by a rule), five applications, two devices and an API token.

    Answers how many of each; nothing for a user who has a device. Raises OktaError when there is no such user.
    """
    user_id = seeding.equip(db, org, now, login, {})["user"]
    if db.execute("SELECT 1 FROM okta_device_users WHERE user_id = ?", (user_id,)).fetchone():
        return {}
    names = (*GROUPS, _HELPERS)
    missing = [
        {"name": name} for name in (*names, BY_RULE) if not _exists(db, org, "okta_groups", "name", name)
    ]
    seeding.load(db, org, now, groups=missing)
    clients = [{"label": label} for label in _CLIENTS if not _exists(db, org, "okta_apps", "label", label)]
    first = any(group["name"] == _HELPERS for group in missing)
    roles = {_HELPERS: ["HELP_DESK_ADMIN"]} if first else {}
    rules = [{"name": _RULE, "groups": [BY_RULE], "expression": 'user.title=="Controller"'}] if first else []
    seeding.arrange(db, org, now, {"apps": clients, "group_roles": roles, "rules": rules})
    seeding.load(db, org, now, members={name: [login] for name in names})
    rule = db.execute("SELECT id FROM okta_rules WHERE org = ? AND name = ?", (org.name, _RULE)).fetchone()
    group_rules.put_in(db, rule["id"], user_id)
    made = seeding.equip(db, org, now, login, THINGS)
    return {**{kind: len(ids) for kind, ids in made.items() if kind != "user"}, "groups": len(names) + 1}


def _exists(db: sqlite3.Connection, org: Org, table: str, column: str, value: str) -> bool:
    sql = f"SELECT 1 FROM {table} WHERE org = ? AND {column} = ?"  # noqa: S608
    return db.execute(sql, (org.name, value)).fetchone() is not None
