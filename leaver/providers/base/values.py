"""Property values as plain Python, and their form on the wire (Pulumi's `Struct` encoding).

A property bag is a `dict[str, object]` of None, bool, int, float, str, list, dict, `UNKNOWN` and `Secret`.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from google.protobuf import struct_pb2

SIGNATURE = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - Pulumi's public tag of a secret value
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
_UNKNOWN_FORMS = frozenset(
    {
        _UNKNOWN_STRING,
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)


class _Unknown(enum.Enum):
    UNKNOWN = "unknown until the update"

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = _Unknown.UNKNOWN
"""A value that only the update will know."""

Bag = dict[str, object]


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that the engine must keep encrypted; never shown by `repr`."""

    value: object

    def __repr__(self) -> str:
        return "Secret(...)"


def reveal(value: object) -> object:
    """`value` without its secret wrappings, at every depth."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: object) -> bool:
    """Whether `value` is unknown, or holds an unknown at any depth."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return False


def is_secret(value: object) -> bool:
    """Whether `value` is a secret, or holds one at any depth."""
    if isinstance(value, Secret):
        return True
    if isinstance(value, dict):
        return any(is_secret(item) for item in value.values())
    return isinstance(value, list) and any(is_secret(item) for item in value)


def decode(struct: struct_pb2.Struct) -> Bag:
    """The property bag that `struct` carries; secrets stay wrapped."""
    return {key: _decode(value) for key, value in struct.fields.items()}


def encode(bag: Mapping[str, object]) -> struct_pb2.Struct:
    """`bag` as the engine reads it."""
    struct = struct_pb2.Struct()
    for key, value in bag.items():
        _encode(value, struct.fields[key])
    return struct


def _decode(value: struct_pb2.Value) -> object:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value in _UNKNOWN_FORMS else value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "list_value":
        return [_decode(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _decode_struct(value.struct_value)
    return None


def _decode_struct(struct: struct_pb2.Struct) -> object:
    bag = decode(struct)
    tag = bag.get(SIGNATURE)
    if tag == _SECRET:
        return Secret(bag.get("value"))
    if tag == _OUTPUT:
        inner = bag.get("value", UNKNOWN)
        return Secret(inner) if bag.get("secret") is True else inner
    return bag


def _encode(value: object, into: struct_pb2.Value) -> None:
    if value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif value is UNKNOWN:
        into.string_value = _UNKNOWN_STRING
    elif isinstance(value, Secret):
        into.struct_value.fields[SIGNATURE].string_value = _SECRET
        _encode(value.value, into.struct_value.fields["value"])
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, (int, float)):
        into.number_value = float(value)
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, (list, tuple)):
        into.list_value.SetInParent()
        for item in value:
            _encode(item, into.list_value.values.add())
    elif isinstance(value, Mapping):
        into.struct_value.SetInParent()
        for key, item in value.items():
            _encode(item, into.struct_value.fields[key])
    else:
        raise TypeError(f"a {type(value).__name__} has no form on the wire")
