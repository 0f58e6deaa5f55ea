"""The report of one departure as a document: what a client's manager reads, then what an auditor reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from leaver.evidence.entry import Outcome
from leaver.evidence.report import controls, seen, words
from leaver.evidence.report.controls_document import controls_section
from leaver.evidence.report.document import Cell, Document, Section, Table, Tone, cell, table
from leaver.evidence.report.first_page import figures, passed, summary
from leaver.evidence.report.picture import timeline
from leaver.evidence.report.values import Check, Cut, DepartureReport, Read, StepLine, TaskLine, Verdict

TONES: dict[Verdict, Tone] = {
    Verdict.COMPLETE: "good",
    Verdict.OPEN: "warn",
    Verdict.PARTIAL: "bad",
    Verdict.UNVERIFIED: "bad",
}
_HASH_GROUP = 16


def departure_document(report: DepartureReport) -> Document:
    """Every word of the report."""
    facts = report.facts
    return Document(
        kind="Departure report",
        title=facts.name,
        subtitle=f"{facts.client_name} ({facts.client}/{facts.person})",
        badge=report.verdict.value,
        tone=TONES[report.verdict],
        summary=tuple(summary(report)),
        figures=tuple(figures(report)),
        left=tuple(reason.text for reason in report.reasons),
        picture=timeline(report),
        caption=(
            "Not to scale: the times between the points are written between them. The bars show until when there "
            "was access; a hatched part is access after the moment on which it was to end."
        ),
        first=(_access(report),),
        sections=(
            _people(report),
            _steps(report),
            _tasks(report),
            _had(report),
            _checks(report),
            controls_section(controls.lines(report)),
            evidence(report),
        ),
        foot=f"Made by Leaver on {words.moment(report.made, facts.zone)} ({words.utc(report.made)}).",
        made=report.made,
    )


def _access(report: DepartureReport) -> Section:
    def row(cut: Cut) -> tuple[Cell, ...]:
        late = words.late(cut.lateness) if cut.lateness is not None else ""
        exposed = words.span(cut.exposure) if cut.exposure.total_seconds() > 0 else "none"
        return (
            cell(cut.directory, report.facts.product(cut.directory), cut.username),
            _outcome(cut, "ended", "nothing recorded" if passed(report) else "to come"),
            _when(cut, report.facts.zone),
            cell(
                f"{late} at the latest" if cut.at_the_latest and late else late,
                f"exposure {exposed}" if exposed != "none" else "no exposure",
            ),
            _proof(cut),
        )

    headers = {"Directory": 25, "Access": 17, "When": 24, "Lateness": 14, "Proof": 20}
    return Section(
        title="Access, directory by directory",
        tables=table("When access ended in each directory", headers, map(row, report.cuts)),
    )


def _people(report: DepartureReport) -> Section:
    facts, zone = report.facts, report.facts.zone
    released = facts.released
    rows = [
        ("Kind of departure", facts.kind),
        ("Ticket", facts.ticket),
        ("Agreed moment", _both(facts.agreed, zone)),
        ("On notice from", _both(facts.notice, zone)),
        ("Hold", "waits for a release" if facts.held and released is None else None),
        ("Released", f"{_both(released.at, zone)}, by {released.by or 'nobody named'}" if released else None),
        ("Asked for by", words.listed(report.asked_by) or (facts.asked.by if facts.asked else None)),
        ("Approved by", words.listed(report.approved_by) or (facts.approved.by if facts.approved else None)),
        ("Change of the records", ", ".join(report.commits) or None),
        ("Approved plan", ", ".join(report.plans) or None),
        ("Mail and files go to", facts.handover),
        ("Word to give access back", _both(report.reinstated, zone)),
        ("Agreement (NDA)", _agreement(report)),
    ]
    found = [(cell(name), cell(value)) for name, value in rows if value]
    return Section(
        title="Who asked, who approved, what was agreed",
        tables=table("What was agreed, and on whose word", {"What": 28, "As agreed and recorded": 72}, found),
    )


def _agreement(report: DepartureReport) -> str | None:
    nda = report.facts.nda
    if nda is None:
        return "none on record" if report.facts.recorded else None
    return f"{nda.document}, signed {words.day(nda.signed, report.facts.zone)}"


def _steps(report: DepartureReport) -> Section:
    headers = {"Step": 22, "Outcome": 16, "What was read back": 28, "When": 19, "Proof": 15}
    tables: list[Table] = []
    for directory in dict.fromkeys(step.directory for step in report.steps):
        rows = [_step(step, report.facts.zone) for step in report.steps if step.directory == directory]
        tables.extend(table(f"Steps in {directory}" if directory else "Steps", headers, rows))
    notes = () if tables else ("No step of a runbook is in the evidence.",)
    return Section(title="Every step", notes=notes, tables=tuple(tables))


def _step(step: StepLine, zone: str) -> tuple[Cell, ...]:
    good = "confirmed" if step.once else "done"
    again = f"after {words.count(step.tries, 'attempt')}" if step.tries > 1 else ""
    return (
        cell(step.title, step.step),
        _outcome(step, good, "nothing recorded", again),
        cell(*seen.lines(step.seen)),
        _when(step, zone),
        _proof(step),
    )


def _tasks(report: DepartureReport) -> Section:
    zone = report.facts.zone

    def row(task: TaskLine) -> tuple[Cell, ...]:
        tone: Tone = "good" if not task.open else "bad" if task.overdue(report.made) else "warn"
        state = "done" if not task.open else "overdue" if task.overdue(report.made) else "open"
        ticked = f"by {task.by}" if task.by else ""
        entry = f"entry {task.number}" if task.number else ""
        return (
            cell(task.title, task.key),
            cell(state, task.why, tone=tone),
            cell(task.owner),
            cell(words.short(task.due, zone) if task.due else None),
            cell(words.short(task.done, zone) if task.done else None, ticked, entry),
        )

    headers = {"Task": 28, "State": 20, "Owner": 18, "Due": 16, "Done": 18}
    tables = table("Tasks by hand", headers, map(row, report.tasks))
    return Section(
        title="Tasks by hand", notes=() if tables else ("There are no tasks by hand.",), tables=tables
    )


def _had(report: DepartureReport) -> Section:
    tables: list[Table] = []
    for directory in dict.fromkeys(each.directory for each in report.had):
        rows = [
            (cell(each.what), cell(str(len(each.names))), cell(", ".join(each.names)))
            for each in report.had
            if each.directory == directory
        ]
        caption = f"What there was in {directory}" if directory else "What there was"
        tables.extend(table(caption, {"What": 24, "Number": 10, "Which": 66}, rows))
    note = (
        "As it was before the first step."
        if tables
        else "No picture from before the first step is in the evidence."
    )
    return Section(title="What the person had", notes=(note,), tables=tuple(tables))


def _checks(report: DepartureReport) -> Section:
    rows = [
        (
            cell(check.directory or "everywhere", report.facts.title(check.step) if check.step else ""),
            _outcome(check, "still so", "nothing recorded"),
            _when(check, report.facts.zone),
            _proof(check),
        )
        for check in _newest(report.checks)
    ]
    tables = table("Later checks", {"Where": 26, "Found": 32, "When": 22, "Proof": 20}, rows)
    return Section(
        title="Checked again since",
        notes=() if tables else ("Nobody has checked again since.",),
        tables=tables,
    )


def _newest(checks: Iterable[Check], most: int = 25) -> list[Check]:
    """Of looks that are made every hour the last ones; those that found something all stay."""
    found = list(checks)
    return [each for index, each in enumerate(found) if not each.good or index >= len(found) - most]


def evidence(report: DepartureReport) -> Section:
    """Where the proof is, and how to see for oneself that nobody changed it."""
    findings = report.findings
    signed = ", ".join(f"{number:,} by key {key}" for key, number in findings.signed.items())
    rows = [
        (cell("Evidence"), cell("verifies" if findings.ok else "does NOT verify", tone=_tone(findings.ok))),
        (
            cell("Entries of this departure"),
            cell(f"{report.entries:,} of {findings.count:,} of the client’s"),
        ),
        (cell("Head of the chain"), cell(findings.sha256, tone="mono")),
        (cell("Signatures"), cell(signed or "none: no key was configured")),
        (cell("See for yourself"), cell(report.how_to_verify, tone="mono")),
    ]
    notes = [
        "Every entry holds the hash of the one before it, so that none can be changed, taken out or put in without "
        "the hashes showing it. Keep the head of the chain elsewhere: whoever has it can tell later whether the "
        "evidence is still what this report was made of.",
        *(str(problem) for problem in findings.problems),
        *report.notes,
    ]
    return Section(
        title="Evidence",
        notes=tuple(notes),
        tables=table("The chain of evidence", {"What": 28, "What it is": 72}, rows),
    )


def _tone(ok: bool) -> Tone:
    return "good" if ok else "bad"


def _outcome(read: Read, good: str, missing: str, *more: str) -> Cell:
    """The outcome in a word; `good` for one that is."""
    said = {
        None: missing,
        Outcome.DONE: good,
        Outcome.ALREADY: f"{good} already",
        Outcome.SKIPPED: "no account" if isinstance(read, Cut) else "not needed",
        Outcome.FAILED: "failed",
        Outcome.UNVERIFIED: "not read back",
    }[read.outcome]
    tone: Tone = "good" if read.good else "bad" if read.outcome is not None else "warn"
    if read.outcome is Outcome.SKIPPED:
        tone = "warn" if isinstance(read, Cut) else "quiet"
    return cell(said, read.why, *more, tone=tone)


def _when(read: Read, zone: str) -> Cell:
    if read.at is None:
        return cell()
    theirs = (
        f"directory’s clock: {words.clock(read.directory_date, 'UTC')} UTC" if read.directory_date else ""
    )
    return cell(words.short(read.at, zone), words.utc(read.at) if zone != "UTC" else "", theirs)


def _proof(read: Read) -> Cell:
    return cell(
        f"entry {read.number}" if read.number else "", f"request {read.request_id}" if read.request_id else ""
    )


def _both(at: datetime | None, zone: str) -> str | None:
    if at is None or zone == "UTC":
        return words.moment(at, zone) if at is not None else None
    return f"{words.moment(at, zone)} ({words.utc(at)})"
