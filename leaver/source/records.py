"""The types of whole files, made of the records of `leaver.model`; the JSON Schemas come from them too."""

from __future__ import annotations

from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from leaver.model import AllLimits, ClientSettings, Group, Override, Person
from leaver.model.checks import File
from leaver.model.types import Key, Record


class GroupsFile(Record):
    """The groups of one client, by a key of your choice."""

    groups: dict[Key, Group]
    """Every group that Leaver manages; a client without any has no groups.yaml."""


class PeopleFile(Record):
    """People of one client, by a key of your choice."""

    people: dict[Key, Person]
    """Everybody who has, had or will have accounts at this client."""


class OverridesFile(Record):
    """What one client's runs may take away once beyond its limits; the refusal prints the line."""

    overrides: tuple[Override, ...]
    """Each is void once it is used, when it has expired, or when other things would be lost."""


FILES: dict[File, type[Record]] = {
    "client": ClientSettings,
    "groups": GroupsFile,
    "people": PeopleFile,
    "overrides": OverridesFile,
    "limits": AllLimits,
}

EXAMPLES: dict[File, dict[str, Any]] = {
    "client": {
        "name": "Acme Robotics",
        "zone": "America/New_York",
        "directories": {
            "entra": {
                "kind": "entra",
                "tenant": "11111111-2222-3333-4444-555555555555",
                "domain": "acme.example",
            },
            "okta": {"kind": "okta", "org": "acme", "domain": "acme.example"},
        },
        "retain": "30 days",
        "limits": {"removals": 5, "percent": 15},
        "longest": {"group": "90 days", "role": "30 days", "record": "1 year"},
        "on call": "on-call@msp.example",
        "notice groups": ["leaving"],
    },
    "groups": {
        "groups": {
            "finance": {"name": "Finance", "directory": "entra", "confidential": True},
            "leaving": {"name": "Leaving", "directory": "entra"},
        }
    },
    "people": {
        "people": {
            "lee.park": {"name": "Lee Park"},
            "dana.reyes": {
                "name": "Dana Reyes",
                "manager": "lee.park",
                "groups": ["finance"],
                "departure": {
                    "at": "2026-11-27 17:00",
                    "kind": "contentious",
                    "hold": {"until": "released", "owner": "on-call", "expires": "2026-11-28 09:00"},
                    "notice": "2026-11-02",
                },
            },
        }
    },
    "overrides": {
        "overrides": [
            {
                "losses": "sha256:9f2c4b1d7a60e83512cf0a9be4d7716c",
                "plan": "sha256:4be1a7c09d3f8265e14b70a9c2d85f361f0e9b7a6c5d4832810fe6a7bd94c05e",
                "reason": "The night shift ends, HD-4822",
                "expires": "2026-11-25 12:00 +00:00",
            }
        ]
    },
    "limits": {
        "removals": 40,
        "percent": 4,
        "memberships": {"removals": 200, "percent": 4},
        "day": {"removals": 60, "percent": 6},
    },
}
"""One file of each kind, which together make a client and the limits over all; the schemas show them."""


@cache
def keys_at(file: File, path: tuple[str | int, ...]) -> tuple[str, ...]:
    """The keys that a record at `path` of such a file may have: what an unknown one is compared with."""
    here: list[Any] = [FILES[file]]
    for step in path:
        here = [inner for member in here for inner in _inside(member, step)]
    return tuple(
        dict.fromkeys(
            info.alias or name
            for member in here
            if _is_record(member)
            for name, info in member.model_fields.items()
        )
    )


def _inside(member: Any, step: str | int) -> list[Any]:
    if _is_record(member):
        return [
            inner
            for name, info in member.model_fields.items()
            if step == (info.alias or name)
            for inner in _members(info.annotation)
        ]
    # A list holds its first argument, a mapping by key its last.
    held = get_args(member)[:1] if isinstance(step, int) else get_args(member)[-1:]
    return [inner for arg in held for inner in _members(arg)]


def _members(annotation: Any) -> list[Any]:
    if get_origin(annotation) in (Annotated, Union, UnionType):
        return [inner for arg in get_args(annotation) for inner in _members(arg)]
    return [annotation]


def _is_record(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
