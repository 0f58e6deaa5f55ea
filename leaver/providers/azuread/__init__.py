"""The stand-in for pulumi-azuread 6.11.1: the same requests, state and quirks, on loopback addresses only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaver.providers.base.resource import PluginProvider


def main() -> int:
    """Entry point of `pulumi-resource-azuread`: the real plugin where it is installed, else the stand-in."""
    from leaver.providers.base import launch

    return launch.main("azuread", _load)


def _load() -> PluginProvider:
    from leaver.providers.azuread.provider import provider

    return provider()
