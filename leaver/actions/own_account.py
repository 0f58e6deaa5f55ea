"""The account that Leaver itself signs in as."""

from __future__ import annotations

from leaver.actions.errors import CallFailed
from leaver.actions.types import Directory


async def own_account(directory: Directory) -> str | None:
    """The ID of the user that the credentials belong to; None for an application, or where it cannot be told."""
    try:
        return await directory.own_account()
    except CallFailed:
        return None
