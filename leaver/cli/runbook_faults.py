"""What is wrong with clients' runbooks, at its place: the names of the steps are known above the records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from leaver.errors import Problem

if TYPE_CHECKING:
    from leaver.source import Estate


def runbook_problems(estate: Estate, clients: Iterable[str]) -> list[Problem]:
    """The problems of the runbooks of these clients, sorted by place."""
    chosen = [key for key in clients if estate.clients[key].settings.runbook.steps]
    if not chosen:
        return []
    # The steps know the HTTP library: most estates have no runbook, and are checked without it.
    from leaver.runbook.choice import faults

    return sorted(
        Problem(estate.place(key, "client", *each.path), f'client "{key}"', each.fault, each.remedy)
        for key in chosen
        for each in faults(estate.clients[key])
    )
