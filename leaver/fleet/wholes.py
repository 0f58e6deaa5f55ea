"""Departures as a whole: one is complete when every directory agrees and every task by hand is ticked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from leaver.errors import LeaverError
from leaver.evidence import Entry, Kind, Outcome, configured
from leaver.fleet.reports import VerifyReport
from leaver.lifecycle import effective_end, tasks_of
from leaver.model import Client

_NAMED = 5


def departures(
    client: Client, report: VerifyReport, now: datetime, home: Path, environ: Mapping[str, str]
) -> list[Entry]:
    """What to write of the departures that are effective, by a verification; nothing where that was said before.

    A store that cannot be read is told of by whoever writes to it.
    """
    found = list(wholes(client, report, now))
    if not found:
        return []
    try:
        with configured(home, environ) as store:
            known = [each.entry for each in store.read(client.key)]
    except LeaverError:
        known = []
    return news(found, known)


def wholes(client: Client, report: VerifyReport, now: datetime) -> Iterator[Entry]:
    """Each effective departure as a whole; none where the directories could not be read."""
    if report.error:
        return
    for key, person in sorted(client.people.items()):
        end = effective_end(person)
        if person.departure is None or end is None or now < end:
            continue
        wrong = [
            f"{each.what} in {each.directory}: {each.found}"
            for each in report.differences
            if each.subject == key
        ]
        waiting = [task.title for task in tasks_of(client, key, now) if task.done is None]
        outcome = Outcome.FAILED if wrong else Outcome.UNVERIFIED if waiting else Outcome.DONE
        why = _listed(wrong) if wrong else f"to do by hand: {_listed(waiting)}" if waiting else ""
        yield Entry(
            kind=Kind.DEPARTURE,
            client=client.key,
            person=key,
            at=now,
            agreed=end,
            outcome=outcome,
            why=why,
            seen={"differences": len(wrong), "open_tasks": len(waiting)},
        )


def news(found: Iterable[Entry], known: Iterable[Entry]) -> list[Entry]:
    """Those of `found` that say something else than the last entry of the same departure."""
    last = {(each.person, each.agreed): each for each in known if each.kind is Kind.DEPARTURE}
    return [
        each
        for each in found
        if (before := last.get((each.person, each.agreed))) is None
        or (before.outcome, before.why) != (each.outcome, each.why)
    ]


def _listed(texts: list[str]) -> str:
    more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
    return "; ".join(texts[:_NAMED]) + more
