"""The report over a span of time as a document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from leaver.evidence.report import controls, words
from leaver.evidence.report.controls_document import controls_section
from leaver.evidence.report.departure_document import TONES
from leaver.evidence.report.document import Cell, Document, Figure, Section, Tone, cell, table
from leaver.evidence.report.period import PeriodReport, moment_of
from leaver.evidence.report.picture import histogram
from leaver.evidence.report.values import DepartureReport, Verdict

_SHOWN = 20


def period_document(report: PeriodReport) -> Document:
    """Every word of the report."""
    last = report.until - timedelta(microseconds=1)
    since, until = (words.day_of(at, report.zone) for at in (report.since, last))
    bad = sum(report.counted(each) for each in (Verdict.PARTIAL, Verdict.UNVERIFIED)) or bool(report.problems)
    tone: Tone = "good" if report.complete else "bad" if bad else "warn"
    picture = histogram(report.lateness) if report.lateness is not None else None
    return Document(
        kind="Departures of a period",
        title=report.title,
        subtitle=f"From {since} up to and including {until}, times in {report.zone}",
        badge="complete" if report.complete else "problems" if bad else "open",
        tone=tone,
        summary=tuple(_summary(report)),
        figures=tuple(_figures(report)),
        left=tuple(_shortened(list(_left(report)))),
        picture=picture,
        caption="How many departures ended how long after their agreed moment." if picture else "",
        first=(_departures(report),),
        sections=(
            _tasks(report),
            controls_section(controls.over(report.departures)),
            _evidence(report),
        ),
        foot=f"Made by Leaver on {words.moment(report.made, report.zone)} ({words.utc(report.made)}).",
        made=report.made,
    )


def _summary(report: PeriodReport) -> Iterator[str]:
    number = len(report.departures)
    if not number:
        yield "Nobody left in this time."
        return
    done = report.counted(Verdict.COMPLETE)
    people = words.count(number, "person", "people")
    yield f"{people} left in this time; {done} of these departures {'is' if done == 1 else 'are'} complete."
    if report.lateness is not None:
        found = report.lateness
        yield (
            f"Half of them lost access within {words.span(found.p50)} of the agreed moment, 95 of 100 within "
            f"{words.span(found.p95)}; the longest took {words.span(found.worst)}."
            if found.number > 1 and found.p50.total_seconds() >= 0
            else f"The last of them lost access {words.against(found.worst, 'the agreed moment')}."
        )


def _figures(report: PeriodReport) -> Iterator[Figure]:
    yield Figure(label="Departures", value=f"{len(report.departures):,}")
    yield Figure(label="Complete", value=f"{report.counted(Verdict.COMPLETE):,}")
    if report.lateness is not None:
        yield Figure(label="Median lateness", value=words.late(report.lateness.p50).removesuffix(" after"))
        yield Figure(label="95th percentile", value=words.late(report.lateness.p95).removesuffix(" after"))
        yield Figure(label="Worst", value=words.late(report.lateness.worst).removesuffix(" after"))
    exposed = report.exposure.total_seconds() > 0
    yield Figure(
        label="Exposure",
        value=words.span(report.exposure) if exposed else "none",
        note="all people together" if exposed else "",
    )


def _left(report: PeriodReport) -> Iterator[str]:
    yield from report.problems
    for each in report.departures:
        who = f"{each.facts.client}/{each.facts.person}"
        for reason in each.reasons:
            if each.findings.ok or not reason.text.startswith("The evidence does not verify"):
                yield f"{who}: {reason.text}"


def _shortened(left: list[str]) -> list[str]:
    """What fits the first page."""
    if len(left) <= _SHOWN:
        return left
    return [*left[:_SHOWN], f"and {len(left) - _SHOWN:,} more: see the report of each departure"]


def _departures(report: PeriodReport) -> Section:
    rows = [_row(each, report) for each in report.departures]
    headers = {
        "Person": 24,
        "Agreed moment": 20,
        "Access ended": 20,
        "Lateness": 12,
        "Exposure": 12,
        "State": 12,
    }
    tables = table("All departures, oldest first", headers, rows)
    return Section(
        title="All departures", notes=() if tables else ("Nobody left in this time.",), tables=tables
    )


def _row(each: DepartureReport, report: PeriodReport) -> tuple[Cell, ...]:
    zone = report.zone
    at = moment_of(each)
    several = len(report.clients) > 1
    return (
        cell(each.facts.name, f"{each.facts.client}/{each.facts.person}" if several else each.facts.person),
        cell(words.short(at, zone) if at is not None else None, each.facts.kind, each.facts.ticket),
        cell(words.short(each.ended, zone) if each.ended is not None else "not shown"),
        cell(words.late(each.lateness) if each.lateness is not None else None),
        cell(words.span(each.exposure) if each.exposure.total_seconds() > 0 else "none"),
        cell(each.verdict.value, tone=TONES[each.verdict]),
    )


def _tasks(report: PeriodReport) -> Section:
    rows = [
        (
            cell(f"{each.facts.client}/{each.facts.person}"),
            cell(task.title),
            cell(task.owner),
            cell(
                words.short(task.due, report.zone) if task.due is not None else None,
                "overdue" if task.overdue(report.made) else None,
                tone="bad" if task.overdue(report.made) else "",
            ),
        )
        for each in report.departures
        for task in each.open_tasks
    ]
    tables = table("Tasks by hand that are open", {"Person": 26, "Task": 36, "Owner": 20, "Due": 18}, rows)
    return Section(
        title="Open tasks by hand", notes=() if tables else ("No task by hand is open.",), tables=tables
    )


def _evidence(report: PeriodReport) -> Section:
    chains = {each.facts.client: each for each in report.departures}
    rows = [
        (
            cell(client),
            cell(
                "verifies" if each.findings.ok else "does NOT verify",
                tone="good" if each.findings.ok else "bad",
            ),
            cell(each.findings.sha256, tone="mono"),
            cell(each.how_to_verify, tone="mono"),
        )
        for client, each in sorted(chains.items())
    ]
    headers = {"Client": 14, "Evidence": 14, "Head of the chain": 36, "See for yourself": 36}
    return Section(title="Evidence", tables=table("The chains of evidence", headers, rows))
