"""What a run declares, from Pulumi's resources to the terms of the policies. Knows types and property names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from leaver.desired import Memory
from leaver.policy import DeclaredAccount, DeclaredGroup, Resources
from leaver.source.state import ENTRA_GROUP, ENTRA_MEMBER, ENTRA_USER, OKTA_MEMBERS, OKTA_USER

_ENDED = ("SUSPENDED", "DEPROVISIONED")
_SIGN_IN = {ENTRA_USER: "accountEnabled", OKTA_USER: "status"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One resource: `properties` has no value that is still unknown."""

    type: str
    name: str
    urn: str
    properties: Mapping[str, Any]
    protect: bool = False
    ignore_changes: tuple[str, ...] = ()


def resources(seen: Iterable[Seen], memory: Memory) -> Resources:
    """The accounts and memberships among `seen`; an account of which everything is ignored stays as it is.

    So does the sign-in of one that is there already, where that is ignored: the engine then shows the value of the
    last state, such as ACTIVE of somebody who was released since.
    """
    accounts: dict[tuple[str, str], DeclaredAccount] = {}
    urns: dict[str, str] = {}
    members: dict[str, set[str]] = defaultdict(set)
    untouched: set[tuple[str, str]] = set()
    for each in seen:
        if each.type in (ENTRA_USER, OKTA_USER):
            person, _, directory = each.name.rpartition("/")
            if "*" in each.ignore_changes:
                untouched.add((person, directory))
                continue
            account = _account(each)
            if (person, directory) in memory.accounts and _SIGN_IN[each.type] in each.ignore_changes:
                account = replace(account, enabled=False)
            accounts[person, directory] = account
        elif (found := _members(each)) is not None:
            key, ids = found
            urns[key] = each.urn
            members[key] |= ids
    groups = {key: DeclaredGroup(urns[key], frozenset(ids)) for key, ids in members.items()}
    return Resources(accounts, groups, memory, frozenset(untouched))


def _members(seen: Seen) -> tuple[str, set[str]] | None:
    """The group's key and the account IDs that a resource of the program puts into it."""
    if seen.type == ENTRA_MEMBER:
        return seen.name.rpartition("/")[2], _texts([seen.properties.get("memberObjectId")])
    key = seen.name.removeprefix("group/")
    if seen.type == ENTRA_GROUP:
        return key, _texts(seen.properties.get("members"))
    if seen.type == OKTA_MEMBERS:
        return key.removesuffix("/members"), _texts(seen.properties.get("users"))
    return None


def _account(seen: Seen) -> DeclaredAccount:
    found = seen.properties
    account = DeclaredAccount(seen.urn, None, seen.protect)
    if seen.type == ENTRA_USER:
        id_ = found.get("objectId")
        stated = found.get("accountEnabled")
        # A provider's own default is no statement of the program.
        if isinstance(stated, bool) and "accountEnabled" not in _texts(found.get("__defaults")):
            account = replace(account, enabled=stated)
    else:
        id_ = found.get("id")
        status = found.get("status")
        if isinstance(status, str) and "status" not in _texts(found.get("__defaults")):
            account = replace(account, enabled=status not in _ENDED)
    return replace(account, id=id_) if isinstance(id_, str) and id_ else account


def _texts(values: Any) -> set[str]:
    return {each for each in values or () if isinstance(each, str)}
