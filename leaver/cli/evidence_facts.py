"""What reports of evidence take from the records, from git and from the runbook; each may be missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from leaver.cli.output import complain
from leaver.errors import LeaverError, RecordsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leaver.cli.session import Session
    from leaver.evidence import Evidence, Findings, Stored
    from leaver.evidence.report.facts import Facts
    from leaver.evidence.report.values import DepartureReport
    from leaver.model import Client


def client_of(session: Session, key: str, person: str | None = None) -> Client | None:
    """The client's records; of the one person alone where others have problems; None when there are none.

    An auditor's report must not wait until somebody else's record is mended. Raises RecordsError when nothing of
    what is asked for can be read.
    """
    from leaver.source import client_keys
    from leaver.source.single import load_single

    if key not in client_keys(session.root):
        return None
    try:
        return session.estate([key]).clients[key]
    except RecordsError as error:
        if person is None or "@" in person:
            raise
        try:
            single = load_single(session.root, key, person)
        except UsageError:
            raise error from None
        complain(f"{key}: other records have problems, and were not looked at. See: leaver check {key}")
        return single.client


def facts_for(client: Client | None, key: str, person: str) -> Facts:
    """What is known of the person without the evidence."""
    from leaver.evidence.report.facts import facts_of, unrecorded

    if client is None:
        return unrecorded(key, person)
    facts = facts_of(client, person)
    return replace(facts, titles=titles(), once=once(), expected=tuple(_expected(client, facts)))


def titles() -> dict[str, str]:
    """What each step of a runbook does, by its name."""
    from leaver.runbook.registry import KINDS

    return {step.name: step.title for steps in KINDS.values() for step in steps}


def once() -> frozenset[str]:
    """The steps that no directory can be asked about."""
    from leaver.runbook.registry import KINDS

    return frozenset(step.name for steps in KINDS.values() for step in steps if step.once)


def _expected(client: Client, facts: Facts) -> Iterator[tuple[str, str]]:
    from leaver.runbook.choice import choose

    for name, settings in client.settings.directories.items():
        if facts.recorded and name not in facts.usernames:
            continue
        for step in choose(client.settings.runbook, settings.kind).steps:
            yield name, step.name


def with_dates(session: Session, facts: Facts, entries: Sequence[Stored]) -> Facts:
    """`facts` with when the departure was asked for and merged, by the commit that the evidence names."""
    from leaver.evidence.report.facts import Mark
    from leaver.source.dated import merged, written

    own = [each.entry for each in entries if each.entry.person == facts.person]
    commit = next((entry.commit for entry in own if entry.commit), None)
    try:
        root = session.root
    except LeaverError:
        return facts
    asked = written(root, commit) if commit else None
    approved = merged(root, [name for entry in own for name in entry.approved_by])
    return replace(
        facts,
        asked=Mark(at=asked.at, by=asked.by) if asked else None,
        approved=Mark(at=approved.at, by=approved.by) if approved else None,
    )


def told_by_person(store: Evidence, findings: Findings) -> dict[str, list[Stored]]:
    """A client's entries by person; of a chain that was damaged what stands before the damage."""
    from leaver.evidence import EvidenceError
    from leaver.evidence.report.episode import by_person

    found: list[Stored] = []
    try:
        found.extend(store.read(findings.client))
    except EvidenceError:
        if findings.ok:
            raise
    return by_person(found)


def one_departure(session: Session, store: Evidence, client: str, person: str) -> DepartureReport:
    """The report of one departure. Raises UsageError for somebody of whom nothing is known."""
    from leaver.evidence.report.departure import departure_report
    from leaver.model.nearest import hint

    records = client_of(session, client, person)
    findings = store.verify(client)
    told = told_by_person(store, findings)
    if records is None and client not in store.clients():
        session.known([client])
    if person not in told and (records is None or person not in records.people):
        names = {*told, *(records.people if records is not None else ())}
        raise UsageError(
            f'{client}: person "{person}": there is neither a record nor evidence of them. '
            f"Correct the key{hint(person, names)}."
        )
    entries = told.get(person, [])
    facts = with_dates(session, facts_for(records, client, person), entries)
    return departure_report(entries, facts, findings, session.now(), how_to_verify(client, findings.sha256))


def how_to_verify(client: str, head: str) -> str:
    """The command by which anybody with the evidence can check it."""
    return f"leaver evidence verify {client} --head {head}"
