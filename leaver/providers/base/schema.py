"""The Pulumi package schema of a plugin, made from its description."""

from __future__ import annotations

from leaver.providers.base.resource import Field, PluginProvider, ResourceType
from leaver.providers.base.values import Bag

_TYPES: dict[str, Bag] = {
    "string": {"type": "string"},
    "bool": {"type": "boolean"},
    "number": {"type": "number"},
    "list": {"type": "array", "items": {"type": "string"}},
    "set": {"type": "array", "items": {"type": "string"}},
    "map": {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
    "object": {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
}


def package(provider: PluginProvider) -> Bag:
    """The schema document that GetSchema answers with."""
    config = {item.name: _property(item) for item in provider.config}
    return {
        "name": provider.name,
        "version": provider.version,
        "config": {"variables": config},
        "provider": {"inputProperties": config, "properties": config},
        "resources": {token: _resource(kind) for token, kind in sorted(provider.resources.items())},
        "functions": {token: {} for token in sorted(provider.invokes)},
    }


def _resource(kind: ResourceType) -> Bag:
    return {
        "properties": {item.name: _property(item) for item in kind.fields},
        "inputProperties": {item.name: _property(item) for item in kind.fields if item.input},
        "requiredInputs": [item.name for item in kind.fields if item.required],
    }


def _property(item: Field) -> Bag:
    described = dict(_TYPES[item.kind])
    if item.secret:
        described["secret"] = True
    return described
