"""The departures of a span of time, at one client or at all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from leaver.cli.evidence_facts import client_of, facts_for, how_to_verify, told_by_person
from leaver.cli.session import moment_of
from leaver.errors import LeaverError, RecordsError, UsageError

if TYPE_CHECKING:
    from leaver.cli.session import Session
    from leaver.evidence import Evidence
    from leaver.evidence.report.period import PeriodReport
    from leaver.evidence.report.values import DepartureReport
    from leaver.model import Client

DEFAULT = timedelta(days=90)
Span = tuple[str | None, str | None, timedelta | None]
"""What --from, --to and --since say."""


def period(session: Session, store: Evidence, client: str | None, span: Span) -> PeriodReport:
    """The report. Raises UsageError for a client of whom nothing is known, and for a span that is none."""
    from leaver.evidence.report.period import period_report
    from leaver.source import client_keys

    keys = [client] if client is not None else sorted({*client_keys(session.root), *store.clients()})
    if client is not None and client not in store.clients():
        session.known([client])
    problems: list[str] = []
    records: dict[str, Client | None] = {}
    for key in keys:
        try:
            records[key] = client_of(session, key)
        except RecordsError as error:
            # The others' departures are told all the same; this client's come from the evidence alone.
            records[key] = None
            fault = str(error).partition("\n")[0]
            problems.append(f"{key}: the records have problems, and were not looked at: {fault}")
    zones = {found.zone for found in records.values() if found is not None}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    since, until = _span(span, zone, session.now())
    reports: list[DepartureReport] = []
    for key in keys:
        try:
            found = list(_departures(session, store, key, records[key]))
        except LeaverError as error:
            problems.append(f"{key}: the evidence cannot be read: {error}")
            continue
        reports += found
    broken = {each.facts.client: each.findings for each in reports if not each.findings.ok}
    problems += [str(problem) for findings in broken.values() for problem in findings.problems]
    known = records.get(client) if client is not None else None
    return period_report(
        reports,
        title=known.settings.name if known is not None else client or "All clients",
        zone=zone,
        since=since,
        until=until,
        made=session.now(),
        clients=keys,
        problems=problems,
    )


def _departures(
    session: Session, store: Evidence, key: str, client: Client | None
) -> Iterator[DepartureReport]:
    """The report of everybody of the client who left or is to leave."""
    from leaver.evidence.report.departure import departure_report

    findings = store.verify(key)
    told = told_by_person(store, findings)
    leaving = (
        [name for name, person in client.people.items() if person.departure or person.until] if client else []
    )
    now = session.now()
    for person in sorted({*told, *leaving}):
        facts = facts_for(client, key, person)
        yield departure_report(
            told.get(person, []), facts, findings, now, how_to_verify(key, findings.sha256)
        )


def _span(span: Span, zone: str, now: datetime) -> tuple[datetime, datetime]:
    first, last, back = span
    until = _day_or_moment(last, zone, end=True) if last is not None else now
    since = _day_or_moment(first, zone, end=False) if first is not None else until - (back or DEFAULT)
    if since >= until:
        raise UsageError(
            f"report: the time ends {until.isoformat()}, not after it begins {since.isoformat()}."
        )
    return since, until


def _day_or_moment(text: str, zone: str, *, end: bool) -> datetime:
    """The moment that an option means: a day begins it, or with `end` its last instant is still in it."""
    from leaver.model.moment import MomentError, parse_day

    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        return moment_of(text, zone)
    try:
        start = parse_day(text.strip(), zone)
        if not end:
            return start
        following = datetime.fromisoformat(text.strip()) + timedelta(days=1)
        return parse_day(f"{following:%Y-%m-%d}", zone)
    except (MomentError, OverflowError) as error:
        fault = (
            f"{error.fault}. {error.remedy}" if isinstance(error, MomentError) else f'"{text}" is too late.'
        )
        raise UsageError(fault) from None
