"""Lists of what is no directory object: $select, and pages by $skip as Exchange and Intune have them."""

from __future__ import annotations

from typing import Any

from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.graph.views import selected

_LARGEST = 999


def _number(call: Call, name: str, default: int) -> int:
    option = call.option(name)
    if option is None:
        return default
    if not (option.isascii() and option.isdecimal() and len(option) < 6):
        raise bad_request(f"Invalid value '{option}' for the query option '{name}'.")
    return int(option)


def page(call: Call, context: str, values: list[dict[str, Any]], default: int = 100) -> Answer:
    """A page of `values`, of `default` ones unless $top says otherwise; each with its id and what was selected."""
    start, size = _number(call, "$skip", 0), min(_number(call, "$top", default) or default, _LARGEST)
    names = selected(call)
    rows = [
        {key: value for key, value in each.items() if names is None or key in (*names, "id")}
        for each in values[start : start + size]
    ]
    body: dict[str, Any] = {"@odata.context": call.context(context)}
    if start + size < len(values):
        pairs = [pair for pair in call.pairs if pair[0] not in ("$skip", "skip")]
        body["@odata.nextLink"] = call.link([*pairs, ("$skip", str(start + size))])
    return Answer(200, {**body, "value": rows})
