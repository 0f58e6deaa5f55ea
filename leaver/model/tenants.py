"""Which directory of the vendor a client's directory is; two clients that look after one undo each other's work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from leaver.model.client import Client, DirectorySettings, EntraSettings

Home = tuple[str, str]
"""A client's key, and the directory's key at that client."""


def tenant_of(settings: DirectorySettings) -> str:
    """The tenant or the organisation, for people; the same for the same one only."""
    if isinstance(settings, EntraSettings):
        return f"the tenant {settings.tenant.lower()}"
    return f"the organisation {settings.org}.{settings.base_url}".lower()


def shared(clients: Iterable[Client]) -> Iterator[tuple[str, tuple[Home, ...]]]:
    """The tenants that are there more than once, each with the directories that it is; all sorted."""
    found: dict[str, set[Home]] = {}
    for client in clients:
        for name, settings in client.settings.directories.items():
            found.setdefault(tenant_of(settings), set()).add((client.key, name))
    for tenant, homes in sorted(found.items()):
        if len(homes) > 1:
            yield tenant, tuple(sorted(homes))
