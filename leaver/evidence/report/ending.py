"""The end of access by steps of the runbook, where no cut came before them: an apply did it all."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from leaver.evidence.chain import Stored
from leaver.evidence.entry import Kind, Outcome
from leaver.evidence.report.values import Cut

SHUT = frozenset({"disable", "suspend"})
SIGNED_OUT = frozenset({"revoke-sessions", "sessions"})
"""Steps that end access, in each kind of directory one of both."""


def ended_by_steps(
    entries: Iterable[Stored], directory: str, username: str, due: datetime | None, made: datetime
) -> Cut | None:
    """What the steps tell of the end of access in `directory`; None where one of the two is not told of.

    A step that found it done already says by when it was so, and not since when.
    """
    own = [each for each in entries if each.entry.kind is Kind.STEP and each.entry.directory == directory]
    ending: list[Stored] = []
    for names in (SHUT, SIGNED_OUT):
        told = [each for each in own if each.entry.step in names]
        if not told:
            return None
        if not _good(told[-1]):
            at = told[-1].entry.at
            end = made if due is not None else at
            return Cut(**read_of(told[-1]), username=username, exposure=_since(due, end) or timedelta())
        ending.append(next(each for each in told if _good(each)))
    last = max(ending, key=lambda each: each.entry.at)
    late = _since(due, last.entry.at)
    outcomes = {each.entry.outcome for each in ending}
    return Cut(
        **read_of(last)
        | {"outcome": Outcome.DONE if Outcome.DONE in outcomes else Outcome.ALREADY, "why": ""},
        username=username,
        lateness=late,
        exposure=max(late, timedelta()) if late is not None else timedelta(),
        at_the_latest=Outcome.ALREADY in outcomes,
    )


def _good(stored: Stored) -> bool:
    return stored.entry.outcome is not None and stored.entry.outcome.good


def _since(due: datetime | None, at: datetime) -> timedelta | None:
    return at - due if due is not None else None


def read_of(stored: Stored) -> dict[str, Any]:
    """The fields of a `Read`."""
    entry = stored.entry
    return {
        "directory": entry.directory or "",
        "outcome": entry.outcome,
        "why": entry.why,
        "at": entry.at,
        "directory_date": entry.directory_date,
        "request_id": entry.request_id,
        "seen": entry.seen,
        "number": stored.number,
        "sha256": stored.sha256,
    }
