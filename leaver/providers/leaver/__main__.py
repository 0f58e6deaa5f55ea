"""`pulumi-resource-leaver`."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from leaver.providers.base import launch

if TYPE_CHECKING:
    from leaver.providers.base.resource import PluginProvider


def main() -> int:
    """Entry point of the plugin."""
    return launch.main("leaver", _load, stand_in=False)


def _load() -> PluginProvider:
    from leaver.providers.leaver.provider import provider

    return provider(environ=os.environ, folder=Path.cwd(), clock=lambda: datetime.now(UTC))


if __name__ == "__main__":
    sys.exit(main())
