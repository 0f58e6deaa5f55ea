"""The evidence of words given on the command line: a release, a hold, a cancellation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from leaver.cli.output import complain, say
from leaver.cli.recording import Recorded, marks
from leaver.cli.session import Session

if TYPE_CHECKING:
    from leaver.evidence.keep import Kept


def keep_words(
    session: Session,
    step: str,
    given: Sequence[tuple[str, str, Recorded | None]],
    by: str,
    reason: str | None,
    now: datetime,
) -> Kept:
    """Write that a word was given, by client, person and what became of it in the records; never raises."""
    from leaver.evidence import Entry, Kind, Outcome
    from leaver.evidence.keep import keep
    from leaver.source.asked import from_forge

    entries = []
    for client, person, recorded in given:
        seen: dict[str, object] = {"record": "none"}
        outcome, commit = Outcome.DONE, None
        if recorded is not None:
            seen = {"record": recorded.file, "states": [text for _, text in recorded.states]}
            commit = recorded.pushed or recorded.commit
            if recorded.faults:
                outcome, seen["faults"] = Outcome.FAILED, [text for _, text in recorded.faults]
        entries.append(
            Entry(
                kind=Kind.WORD,
                client=client,
                at=now,
                person=person,
                step=step,
                outcome=outcome,
                why=reason or "",
                asked_by=by,
                approved_by=from_forge(session.environ),
                commit=commit,
                seen=seen,
            )
        )
    return keep(entries, session.home, session.environ)


def tell_evidence(kept: Kept, *, quiet: bool = False) -> None:
    """Print the heads, to be noted elsewhere, unless `quiet`; shout about what is not written."""
    good, bad, remark = marks()
    if not quiet:
        for client, head in kept.heads.items():
            say(f"  {good} evidence  {client}: head {head}")
    for fault in kept.faults:
        complain(f"{bad} EVIDENCE NOT WRITTEN: {fault}")
    for note in kept.notes:
        complain(f"{remark} {note}")
