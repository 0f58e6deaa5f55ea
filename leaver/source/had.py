"""What somebody had, by their before-images: what a record can ask for again, and what it cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leaver.model import Client

_BY_RECORDS = frozenset({"groups", "directory-roles"})
"""Steps whose picture a record can ask for again."""
_NOTHING_TO_GIVE = frozenset(
    {"disable", "suspend", "revoke-sessions", "reset-password", "leave-date", "attributes", "address-list"}
)
"""What comes back with the account, or never comes back."""
_NO_LICENCE = frozenset({"inherited", "units", "frees"})
"""What a picture of licences has beside the direct ones: a group's come back with the membership."""


@dataclass(frozen=True, slots=True)
class Had:
    """What a person had before their departure, as far as the evidence shows it.

    `groups` are keys of the client's groups and `roles` display names, both sorted; None where no image tells.
    `licences` are keys of the client's licences, sorted, by their part numbers, and `usage_location` is what they
    need. `beyond` says, by directory, what no record can ask for and has to be given back by hand.
    """

    groups: tuple[str, ...] | None = None
    roles: tuple[str, ...] | None = None
    beyond: tuple[str, ...] = ()
    images: int = 0
    licences: tuple[str, ...] = ()
    usage_location: str | None = None


def had(client: Client, images: Mapping[str, Mapping[str, Any]]) -> Had:
    """What somebody had, by the last before-image of each directory: pictures by the names of steps."""
    if not images:
        return Had()
    keys = {(group.directory, group.name.casefold()): key for key, group in client.groups.items()}
    groups: set[str] = set()
    roles: set[str] = set()
    licences: set[str] = set()
    location: str | None = None
    catalogue = {
        (client.licence_directory(key), each.sku.casefold()): key
        for key, each in client.settings.licences.items()
    }
    beyond: list[str] = []
    for directory, image in sorted(images.items()):
        for name in _group_names(image.get("groups")):
            key = keys.get((directory, name.casefold()))
            if key is not None:
                groups.add(key)
            else:
                beyond.append(f"{directory}: group {name}, which no record manages")
        for role in _list(image.get("directory-roles"), "roles"):
            if isinstance(role, Mapping) and role.get("scope") in (None, "/"):
                roles.add(str(role.get("name")))
            elif isinstance(role, Mapping):
                beyond.append(f"{directory}: role {role.get('name')}")
        given = {
            str(each): (directory, str(each).casefold()) for each in _list(image.get("licences"), "direct")
        }
        licences |= {catalogue[name] for name in given.values() if name in catalogue}
        known = frozenset(each for each, name in given.items() if name in catalogue)
        shown = image.get("attributes")
        if known and isinstance(shown, Mapping) and isinstance(shown.get("usageLocation"), str):
            location = shown["usageLocation"]
        beyond += [f"{directory}: {line}" for line in _others(image, known)]
    return Had(
        tuple(sorted(groups)),
        tuple(sorted(roles)),
        tuple(beyond),
        len(images),
        tuple(sorted(licences)),
        location,
    )


def _group_names(picture: Any) -> list[str]:
    """Entra's groups are mappings, those of a rule come back by it; Okta's are names."""
    found = []
    for each in _list(picture, "groups"):
        if isinstance(each, str):
            found.append(each)
        elif isinstance(each, Mapping) and not each.get("dynamic"):
            found.append(str(each.get("name")))
    return found


def _others(image: Mapping[str, Any], licences: frozenset[str]) -> list[str]:
    """What no record asks for; of the licences those that are not among `licences`."""
    found = []
    for step, picture in sorted(image.items()):
        if step in _BY_RECORDS | _NOTHING_TO_GIVE or not isinstance(picture, Mapping):
            continue
        lists = {name: _list(picture, name) for name in picture if _list(picture, name)}
        if step == "licences":
            own = [each for each in lists.get("direct", ()) if str(each) not in licences]
            lists = {**{name: rows for name, rows in lists.items() if name not in _NO_LICENCE}, "direct": own}
            lists = {name: rows for name, rows in lists.items() if rows}
        for name, rows in lists.items():
            label = step.replace("-", " ") + (f" ({name})" if len(lists) > 1 else "")
            found.append(f"{label}: {', '.join(_named(each) for each in rows)}")
    return found


def _named(value: Any) -> str:
    if isinstance(value, Mapping):
        return str(value.get("name") or value.get("app") or value.get("id") or "?")
    return str(value)


def _list(picture: Any, name: str) -> Sequence[Any]:
    found = picture.get(name) if isinstance(picture, Mapping) else None
    return found if isinstance(found, Sequence) and not isinstance(found, str) else ()
