"""Objects named by URL: `@odata.id` of a $ref, and `...@odata.bind`."""

from __future__ import annotations

import re
from typing import Any

from leaver.sandbox.graph import objects
from leaver.sandbox.graph.call import Call
from leaver.sandbox.graph.errors import bad_request, not_found
from leaver.sandbox.graph.objects import Obj

_ID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")


def by_url(call: Call, url: Any, *kinds: str) -> Obj:
    """The live object that a URL names by its last id; raises GraphError."""
    found = _ID.findall(url) if isinstance(url, str) else []
    if not found:
        raise bad_request("Invalid URL format specified in @odata.id.")
    obj = objects.find(
        call.db, call.tid, found[-1], *(kinds or ("user", "group", "servicePrincipal", "device"))
    )
    if obj is None:
        raise not_found(found[-1])
    return obj


def referenced(call: Call, fields: dict[str, Any], *kinds: str) -> Obj:
    """The object that the body of a $ref request names."""
    return by_url(call, fields.get("@odata.id"), *kinds)
