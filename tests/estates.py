"""Small clients and the directories that agree with them: build, change one thing, assert the difference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from leaver.actions import Account, DirectoryGroup, LiveDirectory, Sku, attributes
from leaver.desired import Desired
from leaver.model import Client, ClientSettings, Group, Person
from leaver.source.state import ENTRA_USER, LICENCE_TYPE, OKTA_USER, StackState, parse

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ZONE = "America/New_York"
BUILT_IN = ("Global Administrator", "Global Reader", "Reports Reader", "User Administrator")
"""Roles that a tenant has, whether somebody holds them or not."""
DIRECTORIES = {
    "entra": {"kind": "entra", "tenant": "00000000-0000-4000-8000-00000000ac3e", "domain": "acme.example"},
    "okta": {"kind": "okta", "org": "acme", "domain": "acme.example"},
}


def client(
    people: Mapping[str, Mapping[str, Any]],
    groups: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    directories: tuple[str, ...] = ("entra",),
    **settings: Any,
) -> Client:
    """A client in New York; people and groups are given as their YAML would read."""
    return Client(
        key="acme",
        settings=ClientSettings.model_validate(
            {
                "name": "Acme",
                "zone": ZONE,
                "directories": {name: DIRECTORIES[name] for name in directories},
                **settings,
            }
        ),
        groups={
            key: Group.model_validate({"name": key.title(), **record})
            for key, record in (groups or {}).items()
        },
        people={
            key: Person.model_validate(dict(record), context={"zone": ZONE}) for key, record in people.items()
        },
    )


def account_id(person: str, directory: str) -> str:
    """The ID that the account has in the made-up directories."""
    return f"{directory}-{person}"


def group_id(key: str) -> str:
    """The ID that the group has in the made-up directories."""
    return f"id-of-{key}"


def sku_id(part_number: str) -> str:
    """The ID that a product has in the made-up tenants."""
    return f"id-of-{part_number.lower()}"


def live_from(client: Client, wanted: Desired) -> dict[str, LiveDirectory]:
    """The directories exactly as `wanted` says."""
    shown = {}
    for name, settings in client.settings.directories.items():
        fields = attributes.ENTRA_FIELDS if settings.kind == "entra" else attributes.OKTA_FIELDS
        names = attributes.ENTRA_ATTRIBUTES if settings.kind == "entra" else attributes.OKTA_ATTRIBUTES
        accounts = {}
        for (person, directory), account in wanted.accounts.items():
            if directory != name or not account.exists or (account.removal and account.removal.delete):
                continue
            id_ = account_id(person, directory)
            stated = attributes.managed(account.attributes, fields)
            on, off = ("enabled", "disabled") if settings.kind == "entra" else ("ACTIVE", "SUSPENDED")
            accounts[id_] = Account(
                id=id_,
                username=account.username,
                enabled=account.enabled,
                status=on if account.enabled else off,
                attributes={
                    names[argument]: value for argument, value in stated.items() if argument in names
                },
                manager=account_id(account.manager, name)
                if account.manager and settings.kind == "entra"
                else None,
            )
        groups = [group for group in wanted.groups.values() if group.directory == name]
        holders = [
            (role, key[0])
            for key, account in wanted.accounts.items()
            if key[1] == name
            for role in account.roles
        ]
        shown[name] = LiveDirectory(
            accounts=accounts,
            groups={
                group_id(group.key): DirectoryGroup(
                    group_id(group.key), group.name, group.description, "security"
                )
                for group in groups
            },
            members={
                group_id(group.key): frozenset(account_id(person, name) for person in group.members)
                for group in groups
            },
            roles={role: {} for role in BUILT_IN if settings.kind == "entra"}
            | {
                role: {
                    account_id(person, name): f"{role}:{person}" for other, person in holders if other == role
                }
                for role, _ in holders
            },
            licences={
                sku_id(licence.sku): Sku(
                    sku_id(licence.sku),
                    licence.sku,
                    frozenset(
                        account_id(person, name)
                        for (person, directory), account in wanted.accounts.items()
                        if directory == name and key in account.licences
                    ),
                )
                for key, licence in client.settings.licences.items()
                if client.licence_directory(key) == name
            },
        )
    return shown


def state_from(
    live: Mapping[str, LiveDirectory], people: Mapping[tuple[str, str], str], client: Client | None = None
) -> StackState:
    """The last state of a run that declared the accounts of `live` that `people` names by their IDs.

    Without `client`, which says what kind each directory is, its key does.
    """
    resources = []
    for (person, directory), id_ in people.items():
        shown = live[directory].accounts[id_]
        kind = client.settings.directories[directory].kind if client else directory
        entra = kind == "entra"
        resources.append(
            {
                "urn": f"urn:pulumi:acme::leaver::leaver:index:Person${ENTRA_USER if entra else OKTA_USER}"
                f"::{person}/{directory}",
                "id": f"/users/{id_}" if entra else id_,
                "inputs": {"userPrincipalName": shown.username, "accountEnabled": shown.enabled}
                if entra
                else {"login": shown.username, "status": "ACTIVE" if shown.enabled else "SUSPENDED"},
            }
        )
    return parse({"deployment": {"resources": resources}})


def with_groups(state: StackState, client: Client, live: Mapping[str, LiveDirectory]) -> StackState:
    """`state` with every group of the client, and the members that `live` shows."""
    ids = dict(state.ids)
    inputs = dict(state.inputs)
    for key, group in client.groups.items():
        members = sorted(live[group.directory].members[group_id(key)])
        if client.settings.directories[group.directory].kind == "entra":
            ids["azuread:index/group:Group", f"group/{key}"] = f"/groups/{group_id(key)}"
            inputs["azuread:index/group:Group", f"group/{key}"] = {"members": members}
        else:
            ids["okta:group/group:Group", f"group/{key}"] = group_id(key)
            inputs["okta:index/groupMemberships:GroupMemberships", f"group/{key}/members"] = {
                "users": members
            }
    return replace(state, ids=ids, inputs=inputs)


def settled(client: Client, wanted: Desired) -> tuple[dict[str, LiveDirectory], StackState]:
    """Directories and last state after a run that did everything `wanted` says."""
    live = live_from(client, wanted)
    people = {
        (person, directory): account_id(person, directory)
        for (person, directory) in wanted.accounts
        if account_id(person, directory) in live[directory].accounts
    }
    state = with_groups(state_from(live, people, client), client, live)
    given = {
        (LICENCE_TYPE, f"{person}/{directory}/licence/{key}"): (
            f"{account_id(person, directory)}/licence/{sku_id(client.settings.licences[key].sku)}"
        )
        for (person, directory), account in wanted.accounts.items()
        for key in account.licences
    }
    return live, replace(state, ids={**state.ids, **given})


def change_account(
    live: Mapping[str, LiveDirectory], directory: str, id_: str, **changes: Any
) -> dict[str, LiveDirectory]:
    """`live` with one account changed; `attributes` are merged."""
    shown = live[directory]
    account = shown.accounts[id_]
    if "attributes" in changes:
        changes["attributes"] = {**account.attributes, **changes["attributes"]}
    accounts = {**shown.accounts, id_: replace(account, **changes)}
    return {**live, directory: replace(shown, accounts=accounts)}
