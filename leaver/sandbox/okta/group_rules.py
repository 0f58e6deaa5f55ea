"""Group rules and their exceptions (Okta, Group Rules API).

Expressions are kept and not evaluated: who is in a group by a rule is seeded. What counts is what happens when
somebody is taken out of such a group: the rule then excepts them, while it has room for exceptions (Okta support:
user added to group exclusion list; removing users from the exception list).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from typing import Any

from leaver.sandbox.okta import errors, ids
from leaver.sandbox.okta.paging import links, page_of
from leaver.sandbox.okta.wire import Answer, Call, Operation

LONGEST_EXCEPTIONS = 100


def add(
    db: sqlite3.Connection,
    org: str,
    now: str,
    name: str,
    *,
    groups: Iterable[str] = (),
    members: Iterable[str] = (),
    excepted: Iterable[str] = (),
    status: str = "ACTIVE",
    expression: str = "true",
) -> str:
    """Make a rule that has put `members` into `groups` (IDs); answers its id."""
    rule_id = ids.fresh(db, ids.RULE)
    db.execute(
        "INSERT INTO okta_rules VALUES (?,?,?,?,?,?,?)", (rule_id, org, name, status, expression, now, now)
    )
    db.executemany("INSERT INTO okta_rule_groups VALUES (?,?)", [(rule_id, group) for group in groups])
    db.executemany("INSERT INTO okta_rule_exceptions VALUES (?,?)", [(rule_id, user) for user in excepted])
    for user in members:
        put_in(db, rule_id, user)
    return rule_id


def put_in(db: sqlite3.Connection, rule_id: str, user_id: str) -> None:
    """Put a user into the rule's groups, as the rule does when it applies to them."""
    rows = db.execute("SELECT group_id FROM okta_rule_groups WHERE rule_id = ?", (rule_id,)).fetchall()
    for row in rows:
        db.execute("INSERT OR IGNORE INTO okta_members VALUES (?,?)", (row["group_id"], user_id))
        db.execute(
            "INSERT OR IGNORE INTO okta_rule_members VALUES (?,?,?)", (rule_id, row["group_id"], user_id)
        )


def except_removed(call: Call, group_id: str, user: sqlite3.Row) -> None:
    """Called when a user was taken out of a group: an active rule that put them there excepts them, or, when it
    has no room for another exception, puts them back."""
    rules = call.db.execute(
        "SELECT r.* FROM okta_rule_members m JOIN okta_rules r ON r.id = m.rule_id"
        " WHERE m.group_id = ? AND m.user_id = ? AND r.status = 'ACTIVE'",
        (group_id, user["id"]),
    ).fetchall()
    for rule in rules:
        if len(_exceptions(call, rule["id"])) >= LONGEST_EXCEPTIONS:
            call.db.execute("INSERT OR IGNORE INTO okta_members VALUES (?,?)", (group_id, user["id"]))
            continue
        call.db.execute("INSERT OR IGNORE INTO okta_rule_exceptions VALUES (?,?)", (rule["id"], user["id"]))
        call.db.execute(
            "DELETE FROM okta_rule_members WHERE rule_id = ? AND user_id = ?", (rule["id"], user["id"])
        )
        event, message = (
            "group.user_membership.rule.add_exclusion",
            "User added to exclusion list for group rule",
        )
        call.note(event, message, user["id"], name=user["login"])


def _exceptions(call: Call, rule_id: str) -> list[str]:
    rows = call.db.execute(
        "SELECT user_id FROM okta_rule_exceptions WHERE rule_id = ? ORDER BY user_id", (rule_id,)
    )
    return [row["user_id"] for row in rows]


def _show(call: Call, row: sqlite3.Row) -> dict[str, Any]:
    groups = call.db.execute(
        "SELECT group_id FROM okta_rule_groups WHERE rule_id = ? ORDER BY group_id", (row["id"],)
    )
    return {
        "type": "group_rule",
        "id": row["id"],
        "status": row["status"],
        "name": row["name"],
        "created": row["created"],
        "lastUpdated": row["last_updated"],
        "conditions": {
            "people": {"users": {"exclude": _exceptions(call, row["id"])}, "groups": {"exclude": []}},
            "expression": {"value": row["expression"], "type": "urn:okta:expression:1.0"},
        },
        "actions": {"assignUserToGroups": {"groupIds": [each["group_id"] for each in groups]}},
    }


def _row(call: Call) -> sqlite3.Row:
    row: sqlite3.Row | None = call.db.execute(
        "SELECT * FROM okta_rules WHERE org = ? AND id = ?", (call.org.name, call.path["rule"])
    ).fetchone()
    if row is None:
        raise errors.not_found(call.path["rule"], "GroupRule")
    return row


def _list(call: Call) -> Answer:
    page = page_of(call.query, default=50, largest=200)
    rows = call.db.execute(
        "SELECT * FROM okta_rules WHERE org = ? AND id > ? AND instr(lower(name), lower(?)) ORDER BY id LIMIT ?",
        (call.org.name, page.after or "", call.query.get("search", ""), page.fetch),
    ).fetchall()
    cursor = rows[page.limit - 1]["id"] if len(rows) > page.limit else None
    shown = [_show(call, row) for row in rows[: page.limit]]
    return Answer(200, shown, links(call.url, call.query, page, cursor))


def _get(call: Call) -> Answer:
    return Answer(200, _show(call, _row(call)))


def _turn(status: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        row = _row(call)
        call.db.execute(
            "UPDATE okta_rules SET status = ?, last_updated = ? WHERE id = ?", (status, call.now, row["id"])
        )
        return Answer(204)

    return run


OPERATIONS = [
    Operation("GET", "/groups/rules", _list, "okta.groups.read"),
    Operation("GET", "/groups/rules/{rule}", _get, "okta.groups.read"),
    Operation("POST", "/groups/rules/{rule}/lifecycle/activate", _turn("ACTIVE"), "okta.groups.manage"),
    Operation("POST", "/groups/rules/{rule}/lifecycle/deactivate", _turn("INACTIVE"), "okta.groups.manage"),
]
