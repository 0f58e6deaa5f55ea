"""The deleted accounts of one client's directories, which can be restored: read where somebody comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta

from leaver.actions.connect import connect
from leaver.actions.credentials import Credentials
from leaver.actions.errors import CallFailed
from leaver.actions.types import Account
from leaver.model import Client

KEPT = timedelta(days=30)
"""How long Entra keeps a deleted user (learn.microsoft.com/graph/api/resources/directory)."""


async def read_deleted(
    client: Client, directories: Collection[str], found: Mapping[str, Credentials]
) -> tuple[dict[str, dict[str, Account]], dict[str, str]]:
    """The deleted accounts by directory and ID; and, by directory, why they could not be read.

    A fault is no reason to stop a run: somebody else's access may be to end.
    """

    async def one(name: str) -> dict[str, Account] | CallFailed:
        settings = client.settings.directories[name]
        directory = connect(
            client.key, name, settings, sandbox=client.settings.sandbox, credentials=found[name]
        )
        try:
            return await directory.deleted()
        except CallFailed as fault:
            return fault
        finally:
            await directory.close()

    names = sorted(directories)
    read = dict(zip(names, await asyncio.gather(*(one(name) for name in names)), strict=True))
    return (
        {name: each for name, each in read.items() if not isinstance(each, CallFailed)},
        {name: str(each) for name, each in read.items() if isinstance(each, CallFailed)},
    )
