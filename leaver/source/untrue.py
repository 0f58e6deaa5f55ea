"""What the last verification of a client found no longer true, so that the next apply mends it.

A note for the next run on this machine and no truth: without it the next verification finds the same again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_FOLDER = "untrue"


def read(home: Path, client: str) -> dict[str, tuple[str, ...]]:
    """The steps by the logical name of the departure; empty when nothing is noted, or nothing that can be read."""
    try:
        found = json.loads((home / _FOLDER / f"{client}.json").read_text(encoding="utf-8"))
        return {str(name): tuple(str(step) for step in steps) for name, steps in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def write(home: Path, client: str, steps: Mapping[str, tuple[str, ...]]) -> None:
    """Note what was found instead of what was noted before. A folder that cannot be written loses the note only."""
    path = home / _FOLDER / f"{client}.json"
    with suppress(OSError):
        if not steps:
            path.unlink(missing_ok=True)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(
            json.dumps({name: list(each) for name, each in sorted(steps.items())}), encoding="utf-8"
        )
        fresh.replace(path)
