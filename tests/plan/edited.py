"""A client before and after an edit, and what a plan tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leaver.model import Client
from leaver.plan import compare, told
from tests.estates import NOW, client

GROUPS: Mapping[str, Mapping[str, Any]] = {
    "everyone": {"directory": "entra"},
    "finance": {"directory": "entra"},
    "vpn": {"directory": "okta", "existing": True},
    "leaving": {"directory": "entra"},
}


DANA = {"name": "Dana Reyes", "groups": ["everyone", "finance"], "roles": ["Global Reader"]}


OVER = {"group": "vpn", "until": "2026-01-01 12:00"}


DEPARTS = {"at": "2026-11-27 17:00", "kind": "involuntary"}


def people(**changed: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"dana.reyes": DANA, "lee.park": {"name": "Lee Park", "groups": ["everyone"]}}
    return {key: record for key, record in {**found, **changed}.items() if record is not None}


def acme(records: Mapping[str, Any], groups: Mapping[str, Any] = GROUPS, **settings: Any) -> Client:
    given = {
        "directories": ("entra", "okta"),
        "licences": {"e3": {"sku": "SPE_E3"}, "visio": {"sku": "VISIOCLIENT"}},
    }
    return client(records, groups, **{**given, **settings})


def lines(before: Client | None, after: Client | None, now: datetime = NOW) -> list[str]:
    found = told(compare(before, after), now)
    said = [line for person in found.people for line in (f"{person.verb.mark} {person.said}", *person.lines)]
    return [*said, *found.groups, *found.settings, *found.moments]


BEFORE = acme(people())


FRIDAY = "2026-11-27 17:00 EST (22:00 UTC)"
