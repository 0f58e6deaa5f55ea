"""Reports as plain data, ready for JSON: moments in UTC, lengths of time in seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from leaver.evidence.canonical import plain
from leaver.evidence.report import controls
from leaver.evidence.report.controls import Line
from leaver.evidence.report.period import PeriodReport, moment_of
from leaver.evidence.report.values import Cut, DepartureReport, Read, StepLine, TaskLine


def departure_json(report: DepartureReport) -> dict[str, Any]:
    """Everything that the report says."""
    return {
        "made": _moment(report.made),
        "outcome": report.verdict.value,
        "reasons": [{"outcome": each.verdict.value, "text": each.text} for each in report.reasons],
        "person": _person(report),
        "due": _moment(report.due),
        "ended": _moment(report.ended),
        "latenessSeconds": _seconds(report.lateness),
        "exposureSeconds": _seconds(report.exposure),
        "askedBy": list(report.asked_by),
        "approvedBy": list(report.approved_by),
        "commits": list(report.commits),
        "plans": list(report.plans),
        "access": [_cut(each) for each in report.cuts],
        "steps": [_step(each) for each in report.steps],
        "tasks": [_task(each, report.made) for each in report.tasks],
        "had": [
            {"directory": each.directory, "what": each.what, "names": list(each.names)} for each in report.had
        ],
        "checks": [{**_read(each), "step": each.step or None} for each in report.checks],
        "timeline": [
            {"at": _moment(each.at), "what": each.label, "detail": each.detail, "kind": each.mark}
            for each in report.points
        ],
        "controls": _controls(controls.lines(report)),
        "evidence": _evidence(report),
        "earlierDepartures": report.earlier,
        "reinstated": _moment(report.reinstated),
    }


def period_json(report: PeriodReport) -> dict[str, Any]:
    """Everything that the report over a span of time says; of each departure the summary."""
    lateness = report.lateness
    chains = {each.facts.client: each for each in report.departures}
    return {
        "made": _moment(report.made),
        "from": _moment(report.since),
        "to": _moment(report.until),
        "clients": list(report.clients),
        "complete": report.complete,
        "problems": list(report.problems),
        "exposureSeconds": _seconds(report.exposure),
        "lateness": None
        if lateness is None
        else {
            "number": lateness.number,
            "p50Seconds": _seconds(lateness.p50),
            "p95Seconds": _seconds(lateness.p95),
            "maxSeconds": _seconds(lateness.worst),
            "histogram": {each.label: each.number for each in lateness.bins},
        },
        "departures": [
            {
                "client": each.facts.client,
                "person": each.facts.person,
                "name": each.facts.name,
                "kind": each.facts.kind,
                "ticket": each.facts.ticket,
                "due": _moment(moment_of(each)),
                "ended": _moment(each.ended),
                "latenessSeconds": _seconds(each.lateness),
                "exposureSeconds": _seconds(each.exposure),
                "outcome": each.verdict.value,
                "reasons": [reason.text for reason in each.reasons],
                "openTasks": [_task(task, report.made) for task in each.open_tasks],
            }
            for each in report.departures
        ],
        "controls": _controls(controls.over(report.departures)),
        "evidence": [_evidence(each) for _, each in sorted(chains.items())],
    }


def _person(report: DepartureReport) -> dict[str, Any]:
    facts = report.facts
    released = facts.released
    return {
        "client": facts.client,
        "clientName": facts.client_name,
        "zone": facts.zone,
        "key": facts.person,
        "name": facts.name,
        "recorded": facts.recorded,
        "usernames": dict(facts.usernames),
        "kind": facts.kind,
        "agreed": _moment(facts.agreed),
        "notice": _moment(facts.notice),
        "held": facts.held,
        "released": _moment(released.at) if released is not None else None,
        "releasedBy": released.by if released is not None else None,
        "ticket": facts.ticket,
        "handover": facts.handover,
        "nda": facts.nda.model_dump(mode="json", exclude_none=True) if facts.nda is not None else None,
    }


def _read(read: Read) -> dict[str, Any]:
    return {
        "directory": read.directory or None,
        "outcome": read.outcome.value if read.outcome is not None else None,
        "why": read.why,
        "at": _moment(read.at),
        "directoryDate": _moment(read.directory_date),
        "requestId": read.request_id,
        "seen": plain(read.seen),
        "entry": read.number or None,
        "sha256": read.sha256 or None,
    }


def _cut(cut: Cut) -> dict[str, Any]:
    return {
        **_read(cut),
        "username": cut.username,
        "latenessSeconds": _seconds(cut.lateness),
        "exposureSeconds": _seconds(cut.exposure),
        "atTheLatest": cut.at_the_latest,
    }


def _step(step: StepLine) -> dict[str, Any]:
    return {**_read(step), "step": step.step, "title": step.title, "entries": step.tries}


def _task(task: TaskLine, made: datetime) -> dict[str, Any]:
    return {
        "task": task.key,
        "title": task.title,
        "owner": task.owner,
        "due": _moment(task.due),
        "done": _moment(task.done),
        "doneBy": task.by,
        "open": task.open,
        "overdue": task.overdue(made),
        "entry": task.number or None,
    }


def _controls(lines: tuple[Line, ...]) -> list[dict[str, Any]]:
    return [
        {
            "framework": line.control.framework,
            "control": line.control.number,
            "title": line.control.title,
            "shown": line.proof.shown.value,
            "proof": line.proof.text,
        }
        for line in lines
    ]


def _evidence(report: DepartureReport) -> dict[str, Any]:
    findings = report.findings
    return {
        "client": findings.client,
        "verifies": findings.ok,
        "entries": findings.count,
        "ofThisDeparture": report.entries,
        "head": findings.sha256,
        "signed": dict(findings.signed),
        "problems": [str(each) for each in findings.problems],
        "notes": list(findings.notes),
        "verify": report.how_to_verify,
    }


def _moment(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at is not None else None


def _seconds(length: timedelta | None) -> float | None:
    return round(length.total_seconds(), 3) if length is not None else None
