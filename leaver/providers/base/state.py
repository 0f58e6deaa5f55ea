"""The state's shape: outputs with the bridge's bookkeeping, and the inputs that refresh and import give."""

from __future__ import annotations

import json
from collections.abc import Mapping

from leaver.providers.base.planning import DEFAULTS, is_empty, normalise
from leaver.providers.base.resource import ResourceType
from leaver.providers.base.values import UNKNOWN, Bag, Secret, has_unknown, reveal

META = "__meta"
RAW_STATE = "__pulumi_raw_state_delta"
_TIMEOUTS = "e2bfb730-ecaa-11e6-8f88-34363bc7c4c0"
_NANOSECONDS = 1_000_000_000


def outputs(
    kind: ResourceType,
    resource_id: str,
    values: Mapping[str, object],
    *,
    meta: str | None = None,
    preview: bool = False,
) -> Bag:
    """The whole output bag of a resource, in the shape the real plugin leaves in the state."""
    bag: Bag = {}
    for item in kind.fields:
        bag[item.name] = normalise(item, reveal(values.get(item.name)))
    bag["id"] = UNKNOWN if preview and not resource_id else resource_id
    if kind.meta:
        bag[META] = meta if meta is not None else meta_of(kind)
    if not has_unknown(bag):
        bag[RAW_STATE] = _raw_state(kind, bag)
    return bag


def meta_of(kind: ResourceType, olds: Mapping[str, object] | None = None, **overrides: float) -> str:
    """The `__meta` text: the timeouts of each operation in nanoseconds, and the schema's version.

    `overrides`: seconds by operation, from `custom_timeouts`; 0 means "not given".
    """
    timeouts = {name: seconds * _NANOSECONDS for name, seconds in kind.timeouts.items()}
    kept = olds.get(META) if olds else None
    if isinstance(kept, str):
        timeouts.update(json.loads(kept).get(_TIMEOUTS, {}))
    for name, seconds in overrides.items():
        if seconds > 0 and name in timeouts:
            timeouts[name] = int(seconds * _NANOSECONDS)
    document: dict[str, object] = {}
    if timeouts:
        document[_TIMEOUTS] = timeouts
    if kind.schema_version:
        document["schema_version"] = str(kind.schema_version)
    return json.dumps(document, sort_keys=True, separators=(",", ":"))


def refreshed_inputs(kind: ResourceType, inputs: Mapping[str, object], values: Mapping[str, object]) -> Bag:
    """The inputs after a refresh: those that the program gave, with what the directory has now."""
    fields = kind.by_name()
    refreshed: Bag = {}
    for name, given in inputs.items():
        item = fields.get(name)
        if item is None or name not in values:
            refreshed[name] = given
            continue
        now = normalise(item, reveal(values[name]))
        if now is None:
            if not item.computed:
                refreshed[name] = None
            else:
                refreshed[name] = given
        elif item.kind in ("set", "list") and _same_elements(reveal(given), now):
            refreshed[name] = given
        elif item.kind == "object" and isinstance(now, dict):
            refreshed[name] = {DEFAULTS: [], **now}
        else:
            refreshed[name] = Secret(now) if isinstance(given, Secret) else now
    return {name: value for name, value in refreshed.items() if value is not None}


def imported_inputs(kind: ResourceType, values: Mapping[str, object]) -> Bag:
    """The inputs that an import proposes: what is set, unless it is the default; never a secret."""
    proposed: Bag = {DEFAULTS: []}
    for item in kind.fields:
        value = normalise(item, reveal(values.get(item.name)))
        if not item.input or item.secret:
            continue
        if item.default is not None and value is None:
            proposed[item.name] = None
        elif not is_empty(value) and value is not False and value != item.default:
            proposed[item.name] = {DEFAULTS: [], **value} if isinstance(value, dict) else value
        elif item.default and value != item.default:
            proposed[item.name] = value
    return proposed


def _same_elements(given: object, now: object) -> bool:
    if not isinstance(given, list) or not isinstance(now, list):
        return given == now
    return sorted(map(str, given)) == sorted(map(str, now))


def _raw_state(kind: ResourceType, bag: Mapping[str, object]) -> Bag:
    properties: Bag = {}
    for item in kind.fields:
        value = bag.get(item.name)
        if item.kind == "object":
            inner: Bag = {} if is_empty(value) else {"obj": {}}
            properties[item.name] = {"plu": {"i": inner}}
        elif item.kind in ("list", "set") and value is not None:
            properties[item.name] = {"arr": {}}
        elif item.kind == "map" and value is not None:
            properties[item.name] = {"map": {}}
    delta: Bag = {"ps": properties} if properties else {}
    if kind.renamed:
        delta["renamed"] = dict(kind.renamed)
    return {"obj": delta}
