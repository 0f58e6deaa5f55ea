"""The stand-in for pulumi-okta: the same requests, state and quirks, for loopback addresses only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaver.providers.base.resource import PluginProvider


def main() -> int:
    """Console entry of `pulumi-resource-okta`: the real plugin if it is installed, else the stand-in."""
    from leaver.providers.base.launch import main as launch

    return launch("okta", _load)


def _load() -> PluginProvider:
    from leaver.providers.okta.provider import provider

    return provider()
