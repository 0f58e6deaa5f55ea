"""What the directories of one client show at this moment: one list call each for accounts and groups."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from leaver.actions.connect import connect
from leaver.actions.credentials import Credentials
from leaver.actions.own_account import own_account
from leaver.actions.types import Account, Directory, DirectoryGroup, Sku
from leaver.desired import StillHeld
from leaver.model import Client


@dataclass(frozen=True, slots=True)
class LiveDirectory:
    """One directory as read just now."""

    accounts: Mapping[str, Account] = field(default_factory=dict)
    """By ID, disabled and suspended ones included."""
    groups: Mapping[str, DirectoryGroup] = field(default_factory=dict)
    """By ID."""
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Group ID → IDs of its direct members, for the groups that the records name and those asked for."""
    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Role display name → account ID → ID of the assignment."""
    licences: Mapping[str, Sku] = field(default_factory=dict)
    """The products of the tenant by ID in lower case; read where the records give licences."""
    own: str | None = None
    """The ID of the account that Leaver itself signs in as; None for an application, or where it cannot be asked."""

    def sku(self, stated: str) -> Sku | None:
        """The product that is meant by a part number or an ID; None where the tenant has none such."""
        word = stated.casefold()
        return next(
            (each for each in self.licences.values() if word in (each.id, each.name.casefold())), None
        )


Live = Mapping[str, LiveDirectory]
"""By directory key."""


def called(shown: LiveDirectory, id_: str) -> str:
    """What the member of a group is called: a username, `nested group NAME`, else its ID."""
    if id_ in shown.accounts:
        return shown.accounts[id_].username
    return f"nested group {shown.groups[id_].name}" if id_ in shown.groups else id_


async def read_live(
    client: Client, directories: Mapping[str, Directory], *, roles: bool = False, groups: Collection[str] = ()
) -> dict[str, LiveDirectory]:
    """Read every directory of the client at the same time; of `groups` (IDs) the members, too.

    Who holds which role is read where the records give or protect roles, or `roles` says so; licences where they
    give some.

    Raises:
        DirectoryError: a directory cannot be read; the others are read to their end first.
    """
    names = list(directories)
    read = await asyncio.gather(
        *(_read_one(client, name, directories[name], roles, groups) for name in names), return_exceptions=True
    )
    found: dict[str, LiveDirectory] = {}
    for name, result in zip(names, read, strict=True):
        if isinstance(result, BaseException):
            raise result
        found[name] = result
    return found


async def read_client(
    client: Client, found: Mapping[str, Credentials], *, roles: bool = False, groups: Collection[str] = ()
) -> Live:
    """Connect to every directory of the client with these credentials, read them all, and let go again.

    Raises what `read_live` raises.
    """
    directories = {
        name: connect(client.key, name, settings, sandbox=client.settings.sandbox, credentials=found[name])
        for name, settings in client.settings.directories.items()
    }
    try:
        return await read_live(client, directories, roles=roles, groups=groups)
    finally:
        await asyncio.gather(*(directory.close() for directory in directories.values()))


async def _read_one(
    client: Client, name: str, directory: Directory, always: bool, also: Collection[str]
) -> LiveDirectory:
    accounts, groups, own = await asyncio.gather(
        directory.accounts(), directory.groups(), own_account(directory)
    )
    wanted = {group.name for group in client.groups.values() if group.directory == name}
    members = await directory.members(
        id_ for id_, group in groups.items() if group.name in wanted or id_ in also
    )
    stated = client.settings.protected.roles or any(person.roles for person in client.people.values())
    roles = await directory.roles() if always or stated else {}
    given = any(
        client.licence_directory(key) == name for person in client.people.values() for key in person.licences
    )
    licences = await directory.licences() if given else {}
    return LiveDirectory(
        accounts=accounts, groups=groups, members=members, roles=roles, licences=licences, own=own
    )


def ended_accounts(
    client: Client, live: Live, ids: Mapping[tuple[str, str], str | None]
) -> dict[tuple[str, str], StillHeld]:
    """The accounts that their directories show ended, and the roles and licences that each still holds.

    `ids` are the accounts' IDs by (person key, directory key); None for one that is not there.
    """
    return {
        (person, directory): _held(client, live[directory], directory, id_)
        for (person, directory), id_ in ids.items()
        if id_ is not None and not live[directory].accounts[id_].enabled
    }


def _held(client: Client, shown: LiveDirectory, directory: str, id_: str) -> StillHeld:
    skus = {
        key: shown.sku(licence.sku)
        for key, licence in client.settings.licences.items()
        if client.licence_directory(key) == directory
    }
    return StillHeld(
        frozenset(role for role, holders in shown.roles.items() if id_ in holders),
        frozenset(key for key, sku in skus.items() if sku is not None and id_ in sku.holders),
    )
