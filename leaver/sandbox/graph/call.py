"""One Graph request as a handler sees it, and its answer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from leaver.sandbox.clock import iso
from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant


@dataclass(frozen=True)
class Answer:
    """Status, JSON body (None: empty) and further headers."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


NO_CONTENT = Answer(204)


@dataclass(frozen=True)
class Call:
    """A checked request. `db` is one transaction (a write) or a view of committed data (a read).

    `version` is `v1.0` or `beta`, `path` what follows it, `ids` the placeholders of the route in order,
    `pairs` the decoded query in order, `eventual` whether ConsistencyLevel: eventual was sent.
    """

    box: Sandbox
    tenant: Tenant
    db: sqlite3.Connection
    base: str
    version: str
    method: str
    path: str
    ids: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    eventual: bool
    body: Any

    @property
    def tid(self) -> str:
        return self.tenant.tenant

    @property
    def now(self) -> datetime:
        return self.box.clock()

    @property
    def stamp(self) -> str:
        return iso(self.box.clock())

    def option(self, name: str) -> str | None:
        """A query option such as `$select`; the `$` may be left out, as OData 4.01 allows."""
        for key, value in self.pairs:
            if key == name or key == name[1:]:
                return value
        return None

    def fields(self) -> dict[str, Any]:
        """The request body, which must be an object; annotations are left out."""
        if not isinstance(self.body, dict):
            raise bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and"
                " payload is of valid JSON format."
            )
        return {
            key: value
            for key, value in self.body.items()
            if not key.startswith("@odata.") or key == "@odata.id"
        }

    def context(self, entity: str) -> str:
        """The value of @odata.context, such as `users/$entity`."""
        return f"{self.base}/{self.version}/$metadata#{entity}"

    def link(self, pairs: list[tuple[str, str]]) -> str:
        """This request's own URL with another query."""
        query = "&".join(f"{quote(key, safe='$')}={quote(value, safe='')}" for key, value in pairs)
        return f"{self.base}/{self.version}{quote(self.path)}?{query}"
