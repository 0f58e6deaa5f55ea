"""Read what the engine's last state says about a client (`pulumi stack export`)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from leaver.desired import Memory, Remembered
from leaver.errors import LeaverError
from leaver.limits import Ledger

PERSON_TYPE = "leaver:index:Person"
LEDGER_TYPE = "leaver:index:Losses"
DEPARTURE_TYPE = "leaver:index:Departure"
LICENCE_TYPE = "leaver:index:Licence"
ENTRA_USER = "azuread:index/user:User"
ENTRA_GROUP = "azuread:index/group:Group"
ENTRA_MEMBER = "azuread:index/groupMember:GroupMember"
ENTRA_ROLE = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
OKTA_GROUP = "okta:group/group:Group"
OKTA_MEMBERS = "okta:index/groupMemberships:GroupMemberships"
OKTA_USER = "okta:user/user:User"
_USER_TYPES = (ENTRA_USER, OKTA_USER)
_OF_NOBODY = (
    "azuread:index/group:Group",
    "azuread:index/directoryRole:DirectoryRole",
    "okta:group/group:Group",
    "okta:index/groupMemberships:GroupMemberships",
)
"""Types of resources that are no person's; a person's key may well be "group"."""


@dataclass(frozen=True, slots=True)
class StackState:
    """The last state of one client's stack.

    `ids` maps (type, logical name) to the directory's ID of every resource in it; `inputs` to what the program
    last declared, secrets still encrypted; `lost` has the IDs of accounts that a refresh dropped because their
    directory no longer showed them, by (person key, directory key); `interrupted` holds the (type, logical name)
    of creates that a killed run left open, which may or may not have happened; `retained` those that stay in their
    directory when they are no longer declared; `ledger` is what was lost lately.
    """

    memory: Memory = field(default_factory=Memory)
    ids: Mapping[tuple[str, str], str] = field(default_factory=dict)
    inputs: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    lost: Mapping[tuple[str, str], str] = field(default_factory=dict)
    interrupted: frozenset[tuple[str, str]] = frozenset()
    retained: frozenset[tuple[str, str]] = frozenset()
    ledger: Ledger = field(default_factory=Ledger)
    open: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What of a departure's runbook was not so, by the logical name of its resource and by step."""
    untrue: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The steps of departures that a verification found no longer true since; the state itself does not know."""

    @property
    def groups(self) -> frozenset[str]:
        """The IDs of the groups that the last run looked after."""
        return frozenset(
            id_.removeprefix("/groups/")
            for (type_, _), id_ in self.ids.items()
            if type_ in (ENTRA_GROUP, OKTA_GROUP)
        )

    def knows(self, type_: str, name: str) -> bool:
        """Whether a resource is in the state, or was being created when a run was killed."""
        return (type_, name) in self.ids or (type_, name) in self.interrupted

    def renamed(self, keys: Mapping[str, str]) -> StackState:
        """The state as if the people in it always had their new keys; `keys` has them by the old ones."""
        if not keys:
            return self

        def at(name: tuple[str, str]) -> tuple[str, str]:
            return name[0], renamed_resource(name, keys)

        return replace(
            self,
            memory=Memory(
                {(keys.get(key[0], key[0]), key[1]): found for key, found in self.memory.accounts.items()}
            ),
            ids={at(name): id_ for name, id_ in self.ids.items()},
            inputs={at(name): inputs for name, inputs in self.inputs.items()},
            lost={(keys.get(key[0], key[0]), key[1]): id_ for key, id_ in self.lost.items()},
            interrupted=frozenset(at(name) for name in self.interrupted),
            open={renamed_resource((DEPARTURE_TYPE, name), keys): steps for name, steps in self.open.items()},
        )


def renamed_resource(name: tuple[str, str], keys: Mapping[str, str]) -> str:
    """The logical name of the resource `name` (type, logical name) of a person who has another key by `keys`.

    A person's component is named after them, and what belongs to them begins with their key and a slash.
    """
    type_, own = name
    first, slash, rest = own.partition("/")
    if first not in keys or type_ in _OF_NOBODY or not (slash or type_ == PERSON_TYPE):
        return own
    return f"{keys[first]}{slash}{rest}"


def export(root: Path, stack: str, environ: Mapping[str, str]) -> StackState:
    """Ask the engine for the last state of `stack`; takes no lock and needs no passphrase.

    Raises:
        LeaverError: there is no `pulumi` on PATH, or it refuses.
    """
    try:
        done = subprocess.run(
            ["pulumi", "stack", "export", "--stack", stack, "--non-interactive"],
            cwd=root,
            env=dict(environ),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError:
        raise LeaverError('No "pulumi" on PATH. Run: eval "$(.venv/bin/leaver env)"') from None
    if done.returncode:
        message = done.stderr.decode(errors="replace").strip().splitlines()
        raise LeaverError(
            f"{stack}: the last state cannot be read: {message[-1] if message else 'no reason given'}"
        )
    return parse(json.loads(done.stdout))


def parse(exported: Mapping[str, Any]) -> StackState:
    """Understand a stack export (deployment format 3)."""
    deployment = exported.get("deployment") or {}
    accounts: dict[tuple[str, str], Remembered] = {}
    ids: dict[tuple[str, str], str] = {}
    inputs: dict[tuple[str, str], Mapping[str, Any]] = {}
    removed: dict[str, tuple[datetime, datetime | None]] = {}
    had: dict[tuple[str, str], str] = {}
    ledger = Ledger()
    open_steps: dict[str, Mapping[str, str]] = {}
    resources = [item for item in deployment.get("resources") or () if not item.get("delete")]
    for resource in resources:
        type_, name = _type_and_name(resource["urn"])
        if resource.get("id"):
            ids[type_, name] = resource["id"]
        inputs[type_, name] = resource.get("inputs") or {}
        if type_ == DEPARTURE_TYPE:
            open_steps[name] = (resource.get("outputs") or {}).get("open") or {}
        if type_ == LEDGER_TYPE:
            ledger = Ledger.from_json(_stack(resource["urn"]), inputs[type_, name])
        if type_ == PERSON_TYPE:
            removed.update(_removals(resource))
            had.update({(name, key): id_ for key, id_ in _accounts(resource).items()})
    for (type_, name), id_ in ids.items():
        if type_ in _USER_TYPES:
            person, _, directory = name.rpartition("/")
            accounts[person, directory] = _remembered(type_, id_, inputs[type_, name], removed.get(name))
    return StackState(
        memory=Memory(accounts),
        ids=ids,
        inputs=inputs,
        lost={key: id_ for key, id_ in had.items() if key not in accounts},
        interrupted=frozenset(
            _type_and_name(operation["resource"]["urn"])
            for operation in deployment.get("pending_operations") or ()
            if operation.get("type") == "creating"
        ),
        retained=frozenset(_type_and_name(item["urn"]) for item in resources if item.get("retainOnDelete")),
        ledger=ledger,
        open=open_steps,
    )


def _removals(resource: Mapping[str, Any]) -> dict[str, tuple[datetime, datetime | None]]:
    """Since when the record is gone, and until when its account is kept: `SINCE/UNTIL` (ISO 8601), or `SINCE`."""
    stated = (resource.get("inputs") or {}).get("removed") or {}
    name = _type_and_name(resource["urn"])[1]
    return {f"{name}/{directory}": _interval(said) for directory, said in stated.items()}


def _interval(said: str) -> tuple[datetime, datetime | None]:
    since, _, until = said.partition("/")
    return datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None


def _accounts(resource: Mapping[str, Any]) -> Mapping[str, str]:
    return (resource.get("outputs") or {}).get("accounts") or {}


def _remembered(
    type_: str, id_: str, inputs: Mapping[str, Any], gone: tuple[datetime, datetime | None] | None
) -> Remembered:
    removed, kept = gone or (None, None)
    if type_ == ENTRA_USER:
        return Remembered(
            id=id_.removeprefix("/users/"),
            username=str(inputs.get("userPrincipalName", "")),
            enabled=inputs.get("accountEnabled") is not False,
            removed=removed,
            kept=kept,
        )
    return Remembered(
        id=id_,
        username=str(inputs.get("login", "")),
        enabled=inputs.get("status") not in ("SUSPENDED", "DEPROVISIONED"),
        removed=removed,
        kept=kept,
    )


def _stack(urn: str) -> str:
    return urn.split("::", 1)[0].removeprefix("urn:pulumi:")


def _type_and_name(urn: str) -> tuple[str, str]:
    parts = urn.split("::", 3)
    return parts[2].rsplit("$", 1)[-1], parts[3]
