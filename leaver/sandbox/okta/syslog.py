"""Reading the System Log (Okta, System Log API): oldest first, or newest first on request."""

from __future__ import annotations

import sqlite3
from typing import Any

from leaver.sandbox.okta.paging import count_of, links, page_of
from leaver.sandbox.okta.query import DATE_OPERATORS, EQUAL_ONLY, Field, Language, compile_expression
from leaver.sandbox.okta.wire import Answer, Call, Operation

_FILTER = Language(
    {
        "eventType": Field("event_type", operators=frozenset({"eq", "sw", "co"})),
        "published": Field("published", "date", DATE_OPERATORS),
        "target.id": Field("target_id", operators=EQUAL_ONLY),
        "actor.id": Field("actor_id", operators=EQUAL_ONLY),
    },
    exact_case=True,
)


def _show(row: sqlite3.Row) -> dict[str, Any]:
    return {
        "uuid": row["uuid"],
        "published": row["published"],
        "eventType": row["event_type"],
        "version": "0",
        "severity": "INFO",
        "displayMessage": row["message"],
        "actor": {"id": row["actor_id"], "type": "User", "alternateId": row["actor_id"], "displayName": ""},
        "outcome": {"result": "SUCCESS", "reason": None},
        "target": [
            {
                "id": row["target_id"],
                "type": row["target_type"],
                "alternateId": row["target_name"],
                "displayName": row["target_name"],
            }
        ],
    }


def _logs(call: Call) -> Answer:
    query = call.query
    page = page_of(query, default=100, largest=1000)
    newest_first = query.get("sortOrder", "ASCENDING") == "DESCENDING"
    where, bound = ["org = ?"], [call.org.name]
    for name, operator in (("since", ">="), ("until", "<")):
        if query.get(name):
            where.append(f"published {operator} ?")
            bound.append(query[name])
    if query.get("filter"):
        condition = compile_expression(query["filter"], _FILTER)
        where.append(condition.sql)
        bound.extend(str(each) for each in condition.bound)
    if page.after is not None:
        where.append(f"seq {'<' if newest_first else '>'} {count_of(page.after)}")
    rows = call.db.execute(
        f"SELECT * FROM okta_log WHERE {' AND '.join(where)}"  # noqa: S608
        f" ORDER BY seq {'DESC' if newest_first else 'ASC'} LIMIT ?",
        (*bound, page.fetch),
    ).fetchall()
    cursor = str(rows[page.limit - 1]["seq"]) if len(rows) > page.limit else None
    return Answer(200, [_show(row) for row in rows[: page.limit]], links(call.url, query, page, cursor))


OPERATIONS = [Operation("GET", "/logs", _logs, "okta.logs.read")]
