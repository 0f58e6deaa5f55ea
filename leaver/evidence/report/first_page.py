"""What a client's manager reads: what happened, in a few sentences and figures."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.evidence.report import words
from leaver.evidence.report.document import Figure
from leaver.evidence.report.values import DepartureReport, Verdict


def summary(report: DepartureReport) -> Iterator[str]:
    """What happened, in sentences."""
    facts, zone = report.facts, report.facts.zone
    who = f"{facts.name}’s access to the systems of {facts.client_name}"
    if report.ended is not None:
        text = f"{who} ended on {words.moment(report.ended, zone)}"
        if report.lateness is not None:
            text += f", {words.against(report.lateness, report.counted_from)}"
        names = [facts.product(cut.directory) for cut in report.cuts if not cut.absent]
        where = words.listed(list(dict.fromkeys(names)))
        yield f"{text}, in {where}; asked again afterwards, {'it' if len(names) == 1 else 'they'} said so."
    elif report.cuts and all(cut.absent for cut in report.cuts):
        yield f"{who} could not be ended: no directory has an account of the name that the record gives."
    elif report.due is not None and report.due > report.made:
        yield f"{who} is to end on {words.moment(report.due, zone)}. It goes on until then."
    elif report.due is None and not any(cut.good for cut in report.cuts):
        waits = "waits for a release" if facts.held else "has no agreed end"
        yield f"{who} {waits}, and goes on."
    else:
        names = [cut.directory for cut in report.cuts if not cut.good]
        yield f"{who} is not shown to have ended in {words.listed(names) or 'any directory'}."
    yield _what_it_came_to(report)
    if not facts.recorded:
        yield "The record of this person is gone: what is said here comes from the evidence alone."
    if report.earlier:
        yield f"Of {words.count(report.earlier, 'earlier departure')} that was reinstated, nothing is said here."


def _what_it_came_to(report: DepartureReport) -> str:
    said = _done(report)
    match report.verdict:
        case Verdict.COMPLETE if not said:
            return "There was nothing further to do: the departure is complete."
        case Verdict.COMPLETE:
            return f"The departure is complete: {said}; {_how_sure(report)}."
        case Verdict.OPEN:
            begun = passed(report) or any(cut.good for cut in report.cuts)
            what = said if begun else "nothing has been taken yet"
            return f"The departure is open{': ' if what else ''}{what}. What is left is listed below."
        case Verdict.PARTIAL:
            what = f": {said}" if said else ""
            return (
                f"The departure is only partly done{what}. What failed is listed below, and must be mended."
            )
        case Verdict.UNVERIFIED if not report.findings.ok:
            return "The evidence was changed or is damaged, so nothing in this report can be relied on."
        case _:
            what = f"{said}, but " if said else ""
            return f"The departure is not verified: {what}something could not be read back."


def _done(report: DepartureReport) -> str:
    """`16 of 16 further steps and 3 of 3 tasks by hand are done`; empty when there was nothing of either."""
    steps, tasks = len(report.steps), len(report.tasks)
    done = sum(1 for step in report.steps if step.good)
    parts = []
    if steps:
        parts.append(f"{done} of {words.count(steps, 'further step')}")
    if tasks:
        parts.append(f"{tasks - len(report.open_tasks)} of {words.count(tasks, 'task')} by hand")
    return f"{words.listed(parts)} {'is' if steps + tasks == 1 else 'are'} done" if parts else ""


def _how_sure(report: DepartureReport) -> str:
    once = sum(1 for step in report.steps if step.once)
    if not once:
        return "each step was read back from the directory"
    what = "one that the directory confirmed and" if once == 1 else f"{once} that the directory confirmed and"
    return f"each step was read back, but for {what} cannot be asked about"


def figures(report: DepartureReport) -> Iterator[Figure]:
    """The values that the reader came for."""
    zone = report.facts.zone
    if report.due is not None:
        label = "Agreed moment" if report.counted_from == "the agreed moment" else "Released"
        yield Figure(label=label, value=words.clock(report.due, zone), note=_dated(report.due, zone))
    else:
        yield Figure(label="Agreed moment", value="none", note="")
    if report.ended is not None:
        yield Figure(
            label="Access ended",
            value=words.clock(report.ended, zone),
            note=_dated(report.ended, zone),
            tone="good",
        )
    elif passed(report):
        yield Figure(label="Access ended", value="not shown", tone="bad")
    else:
        yield Figure(label="Access ended", value="to come")
    if report.lateness is not None:
        value = words.late(report.lateness)
        note = f"after {report.counted_from.removeprefix('the agreed ')}" if value.endswith("after") else ""
        yield Figure(label="Lateness", value=value.removesuffix(" after"), note=note)

    exposed = report.exposure.total_seconds() > 0
    yield Figure(
        label="Exposure",
        value=words.span(report.exposure) if exposed else "none",
        note="unwanted access" if exposed else "",
        tone="bad" if exposed and report.ended is None else "",
    )
    done = sum(1 for step in report.steps if step.good)
    yield Figure(
        label="Steps done",
        value=f"{done} of {len(report.steps)}" if report.steps else "none",
        tone="bad" if done < len(report.steps) else "",
    )
    late = sum(1 for task in report.open_tasks if task.overdue(report.made))
    yield Figure(
        label="Tasks by hand",
        value=f"{len(report.tasks) - len(report.open_tasks)} of {len(report.tasks)}"
        if report.tasks
        else "none",
        note=f"{late} overdue" if late else "",
        tone="warn" if report.open_tasks else "",
    )


def passed(report: DepartureReport) -> bool:
    """Whether the moment has come on which there was to be no access."""
    return report.due is not None and report.due <= report.made


def _dated(at: datetime, zone: str) -> str:
    here = words.short(at, zone)
    return f"{' '.join(here.split(' ')[:3])}, {here.split(' ')[-1]}"
