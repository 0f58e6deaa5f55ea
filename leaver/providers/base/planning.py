"""Check, plan and diff: what the bridge of a real plugin does before any request is made."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from leaver.providers.base.errors import Failure
from leaver.providers.base.resource import Field, ResourceType
from leaver.providers.base.values import UNKNOWN, Bag, has_unknown, reveal

DEFAULTS = "__defaults"
DiffKind = Literal["add", "delete", "update"]
Diff = dict[str, DiffKind]
"""Property path (`department`, `members[0]`) → what happens to it."""


def is_empty(value: object) -> bool:
    """Whether the directory treats `value` like no value: null, "", [] or {}."""
    return value is None or value == "" or value == [] or value == {}


def normalise(item: Field, value: object) -> object:
    """`value` as the state keeps it: a set sorted and without repetition, numbers from text."""
    if item.kind == "set" and isinstance(value, list) and not has_unknown(value):
        return sorted(set(value), key=str) if all(isinstance(entry, str) for entry in value) else value
    if item.kind == "bool" and value in ("true", "false"):
        return value == "true"
    return value


def check(kind: ResourceType, inputs: Mapping[str, object], subject: str) -> tuple[Bag, list[Failure]]:
    """The inputs with their defaults, and all faults, in the real plugin's words.

    `subject` is the resource's name in the program. Secrets keep their wrapping.
    """
    fields = kind.by_name()
    failures: list[Failure] = []
    checked: Bag = {}
    for name, value in inputs.items():
        if name.startswith("__"):
            continue
        item = fields.get(name)
        if item is None or not item.input:
            failures.append(_failure(name, "Invalid or unknown key", subject))
        elif value is not None:
            checked[name] = _annotated(item, value)
            failures.extend(_failure(name, reason, subject) for reason in _faults(item, reveal(value)))
    for item in kind.fields:
        if item.required and item.name not in checked:
            reason = (
                "Missing required argument. "
                f'The argument "{item.terraform_name}" is required, but no definition was found.'
            )
            failures.append(_failure(item.name, reason, subject))
        for other in item.conflicts:
            if item.name in checked and other in checked:
                reason = (
                    f'Conflicting configuration arguments. "{item.terraform_name}": '
                    f"conflicts with {fields[other].terraform_name}"
                )
                failures.append(_failure(item.name, reason, subject))
    if kind.check is not None:
        plain = {name: reveal(value) for name, value in checked.items()}
        failures.extend(_failure(fault.property, fault.reason, subject) for fault in kind.check(plain))
    defaulted = sorted(item.name for item in kind.fields if item.default and item.name not in checked)
    checked.update({name: fields[name].default for name in defaulted})
    checked[DEFAULTS] = defaulted
    return checked, failures


def plan(
    kind: ResourceType,
    olds: Mapping[str, object] | None,
    inputs: Mapping[str, object],
    ignored: Collection[str] = (),
) -> Bag:
    """The properties as they should be after the operation.

    `olds` is the state's outputs (None at a create). Properties named in `ignored` (as in
    `ignore_changes`: a path counts for its first name, `*` for all) stay as the state has them.
    At a create, what only the directory knows is `UNKNOWN`.
    """
    keep = {re.split(r"[.\[]", path, maxsplit=1)[0] for path in ignored}
    planned: Bag = {}
    for item in kind.fields:
        old = None if olds is None else olds.get(item.name)
        given = reveal(inputs.get(item.name))
        if olds is not None and item.input and (item.name in keep or "*" in keep):
            planned[item.name] = old
        elif item.input and given is not None:
            planned[item.name] = normalise(item, _plain(given))
        elif item.input and item.default is not None:
            planned[item.name] = item.default
        elif item.computed or not item.input:
            planned[item.name] = UNKNOWN if olds is None else old
        else:
            planned[item.name] = None
    return kind.plan(None if olds is None else dict(olds), planned) if kind.plan else planned


def diff(kind: ResourceType, olds: Mapping[str, object], planned: Mapping[str, object]) -> Diff:
    """What changes between the state's outputs and the planned properties, by property path."""
    changes: Diff = {}
    for item in kind.fields:
        old = normalise(item, reveal(olds.get(item.name)))
        new = planned.get(item.name)
        if item.computed and item.kind in ("list", "set") and old is None and new is None:
            # A create that failed half-way left them out: the directory's answer is still to come.
            changes[item.name] = "add"
        elif not _same(item, old, new):
            changes.update(_property_diff(item, old, new))
    return changes


def replacements(
    kind: ResourceType, olds: Mapping[str, object], planned: Mapping[str, object], changes: Iterable[str]
) -> list[str]:
    """The names of the changed properties that force a replacement, in the order of the description."""
    changed = {top_level(path) for path in changes}
    special = set(kind.replace_when(dict(olds), dict(planned))) if kind.replace_when else set()
    return [
        item.name for item in kind.fields if item.name in changed and (item.replace or item.name in special)
    ]


def top_level(path: str) -> str:
    """The property that a path starts with."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _failure(name: str, reason: str, subject: str) -> Failure:
    place = f"{subject}.{name}" if name else subject
    return Failure(name, f"{reason}. Examine values at '{place}'.")


def _faults(item: Field, value: object) -> Iterable[str]:
    if has_unknown(value):
        return
    fits = {
        "string": isinstance(value, (str, bool, int, float)),
        "bool": isinstance(value, bool) or value in ("true", "false"),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "list": isinstance(value, list),
        "set": isinstance(value, list),
        "map": isinstance(value, dict),
        "object": isinstance(value, dict),
    }
    if not fits[item.kind]:
        yield f"expected {item.kind} type, got {type(value).__name__} type"
    elif item.check is not None:
        reason = item.check(value)
        if reason:
            yield reason


def _annotated(item: Field, value: object) -> object:
    if item.kind == "object" and isinstance(value, dict):
        return {DEFAULTS: [], **value}
    return value


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items() if key != DEFAULTS}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value


def _same(item: Field, old: object, new: object) -> bool:
    if old == new and type(old) is type(new):
        return True
    if new is UNKNOWN or has_unknown(new):
        return False
    if is_empty(old) and is_empty(new):
        return True
    if item.kind == "bool" and item.default is None and not old and not new:
        # Terraform reads an unset bool as false when its schema has no default.
        return True
    return old == new


def _property_diff(item: Field, old: object, new: object) -> Diff:
    if old is None:
        return {item.name: "add"}
    if new is None or (isinstance(new, list) and not new):
        return {item.name: "delete"}
    if item.kind in ("set", "list") and isinstance(old, list) and isinstance(new, list):
        return _elements_diff(item, old, new)
    if item.kind == "map" and isinstance(old, dict) and isinstance(new, dict):
        return _entries_diff(item, old, new)
    return {item.name: "update"}


def _elements_diff(item: Field, old: list[object], new: list[object]) -> Diff:
    if item.kind == "set":
        gone = {index for index, entry in enumerate(old) if entry not in new}
        come = {index for index, entry in enumerate(new) if entry not in old}
    else:
        both = min(len(old), len(new))
        changed = {index for index in range(both) if old[index] != new[index]}
        gone = changed | set(range(both, len(old)))
        come = changed | set(range(both, len(new)))
    changes: Diff = {}
    for index in sorted(gone | come):
        kind: DiffKind = "update" if index in gone and index in come else "delete" if index in gone else "add"
        changes[f"{item.name}[{index}]"] = kind
    return changes


def _entries_diff(item: Field, old: dict[str, object], new: dict[str, object]) -> Diff:
    changes: Diff = {}
    for key in sorted(old.keys() | new.keys()):
        if old.get(key) != new.get(key):
            kind: DiffKind = "add" if key not in old else "delete" if key not in new else "update"
            changes[f"{item.name}.{key}"] = kind
    return changes
