"""Checking the properties that a caller sends for an object."""

from __future__ import annotations

from typing import Any

from leaver.sandbox.graph.errors import bad_request
from leaver.sandbox.graph.types import TYPES


def checked(kind: str, fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, when the type has them all, none is read-only and every value is of its kind.

    Raises GraphError 400.
    """
    known = TYPES[kind]
    resource = kind[0].upper() + kind[1:]
    for name, value in fields.items():
        if name not in known.empty:
            raise bad_request(f"Invalid property '{name}'.")
        if name in known.read_only:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        if not known.holds(name, value):
            raise bad_request(f"Invalid value specified for property '{name}' of resource '{resource}'.")
    return fields


def required(kind: str, fields: dict[str, Any], *names: str) -> None:
    """Refuse fields that lack a value for one of `names`; an empty string is none."""
    resource = kind[0].upper() + kind[1:]
    for name in names:
        if fields.get(name) is None or fields[name] == "":
            raise bad_request(f"A value is required for property '{name}' of resource '{resource}'.")
