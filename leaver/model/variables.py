"""The names of the environment variables: those of a run, and those that hold a directory's credentials."""

from __future__ import annotations

import re
from collections.abc import Iterable

NOW = "LEAVER_NOW"
"""The moment that stands in for the clock, ISO 8601 with an offset."""
REPORT = "LEAVER_REPORT"
"""The file into which the program writes its plan in people's terms."""
APPROVED = "LEAVER_APPROVED"
"""The file with the report that was approved."""
PLAN = "LEAVER_PLAN"
"""The hash of the plan that was approved, for the evidence."""


def prefix(client: str, directory: str) -> str:
    """What the names of a directory's variables begin with: `LEAVER_ACME_UK_ENTRA_` for acme-uk's entra."""
    return f"LEAVER_{re.sub('[.-]', '_', f'{client}_{directory}').upper()}_"


def clashes(directories: Iterable[tuple[str, str]]) -> list[tuple[tuple[str, str], ...]]:
    """The (client, directory) pairs whose variables would have the same names, in groups.

    acme-uk's entra and acme's uk-entra would share their credentials: one of them needs another key.
    """
    by_prefix: dict[str, set[tuple[str, str]]] = {}
    for pair in directories:
        by_prefix.setdefault(prefix(*pair), set()).add(pair)
    return sorted(tuple(sorted(pairs)) for pairs in by_prefix.values() if len(pairs) > 1)
