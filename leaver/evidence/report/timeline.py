"""What happened, in order: the points of the timeline."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from leaver.evidence.chain import Stored
from leaver.evidence.entry import Kind, Outcome
from leaver.evidence.report import words
from leaver.evidence.report.facts import Facts
from leaver.evidence.report.values import Check, Cut, Point, StepLine, TaskLine

_ORDER = ("word", "due", "cut", "done", "bad", "check")
"""What comes first of what happened at the same moment."""
_WORDS = {
    "release": "Released",
    "hold": "Put on hold",
    "cancel": "Called off",
    "reinstate": "Return proposed",
    "rehire": "New accounts proposed",
}
_SAME = timedelta(seconds=2)
"""The record has the release in whole seconds."""


def points(
    entries: Sequence[Stored],
    facts: Facts,
    due: datetime | None,
    cuts: Sequence[Cut],
    steps: Sequence[StepLine],
    tasks: Sequence[TaskLine],
    checks: Sequence[Check],
    *,
    released: bool,
) -> tuple[Point, ...]:
    """Everything from the request to the last look, in order of time. What is still to come is in it, too."""
    found = [
        *_agreed(entries, facts, due, released),
        *_words(entries, due),
        *_cuts(cuts),
        *_steps(steps),
        *_tasks(tasks),
        *_whole(entries),
        *_checks(checks),
    ]
    return tuple(sorted(found, key=lambda point: (point.at, _ORDER.index(point.mark), point.label)))


def _agreed(entries: Sequence[Stored], facts: Facts, due: datetime | None, released: bool) -> Iterator[Point]:
    if facts.asked is not None:
        yield Point(at=facts.asked.at, label="Asked for", detail=words.named(facts.asked.by))
    approved = list(dict.fromkeys(name for each in entries for name in each.entry.approved_by))
    if facts.approved is not None:
        yield Point(
            at=facts.approved.at,
            label="Approved",
            detail=words.listed([words.named(name) for name in approved]) or words.named(facts.approved.by),
        )
    if facts.notice is not None:
        yield Point(at=facts.notice, label="On notice")
    agreed = facts.agreed or next((each.entry.agreed for each in entries if each.entry.agreed), None)
    if agreed is not None and (due is None or (released and agreed != due)):
        yield Point(at=agreed, label="Agreed moment", detail="waits for the release" if facts.held else "")
    if due is not None:
        word = facts.released is not None and facts.released.at == due
        label = "Released" if released and (word or agreed != due) else "Agreed moment"
        by = words.named(facts.released.by) if facts.released is not None and facts.released.at == due else ""
        yield Point(at=due, label=label, detail=by, mark="due")


def _words(entries: Sequence[Stored], due: datetime | None) -> Iterator[Point]:
    for each in entries:
        entry = each.entry
        if entry.kind is Kind.WORD:
            if entry.step == "release" and due is not None and abs(entry.at - due) < _SAME:
                continue
            label = _WORDS.get(entry.step or "", f"Word given: {entry.step}")
            yield Point(at=entry.at, label=label, detail=words.named(entry.asked_by or ""))
        elif entry.kind is Kind.OVERRIDE:
            yield Point(at=entry.at, label="Limit overridden", detail=words.named(entry.asked_by or ""))
        elif entry.kind is Kind.RETURN and entry.step == "restore" and entry.outcome is Outcome.DONE:
            yield Point(at=entry.at, label=f"Account restored in {entry.directory}")
        elif entry.kind is Kind.LETTER:
            yield Point(at=entry.at, label="Exit letter written", detail=words.named(entry.asked_by or ""))


def _cuts(cuts: Sequence[Cut]) -> Iterator[Point]:
    for cut in cuts:
        if cut.at is None:
            continue
        if cut.absent:
            yield Point(at=cut.at, label=f"No account in {cut.directory}", directory=cut.directory)
        elif cut.good:
            late = words.late(cut.lateness) if cut.lateness is not None else ""
            label = f"Access ended in {cut.directory}"
            yield Point(at=cut.at, label=label, detail=late, mark="cut", directory=cut.directory)
        else:
            label = f"Access not ended in {cut.directory}"
            yield Point(at=cut.at, label=label, detail="failed or not read back", mark="bad")


def _steps(steps: Sequence[StepLine]) -> Iterator[Point]:
    good = [step.at for step in steps if step.good and step.at is not None]
    bad = [step.at for step in steps if not step.good and step.at is not None]
    if good:
        yield Point(
            at=max(good),
            label=f"{words.count(len(good), 'step')} done",
            detail="" if any(step.once for step in steps) else "and read back",
            mark="done",
        )
    if bad:
        yield Point(at=max(bad), label=f"{words.count(len(bad), 'step')} not done", mark="bad")


def _tasks(tasks: Sequence[TaskLine]) -> Iterator[Point]:
    done = [task.done for task in tasks if task.done is not None]
    if done:
        yield Point(at=max(done), label=f"{words.count(len(done), 'task')} by hand done", mark="done")
    waiting = [task.due for task in tasks if task.open and task.due is not None]
    if waiting:
        yield Point(at=min(waiting), label=f"{words.count(len(waiting), 'task')} by hand due", mark="word")


def _whole(entries: Sequence[Stored]) -> Iterator[Point]:
    whole = [each.entry for each in entries if each.entry.kind is Kind.DEPARTURE]
    # What was complete and no longer so meanwhile is complete from when that was mended.
    since = list(takewhile(lambda entry: entry.outcome is not None and entry.outcome.good, reversed(whole)))
    if since:
        yield Point(at=since[-1].at, label="Departure complete", mark="done")


def _checks(checks: Sequence[Check]) -> Iterator[Point]:
    if checks:
        last = checks[-1]
        looks = words.count(len({check.at for check in checks}), "check")
        if last.at is not None:
            bad = any(check.at == last.at and not check.good for check in checks)
            label = "Checked again"
            detail = f"access found, {looks}" if bad else f"still so, {looks}"
            yield Point(at=last.at, label=label, detail=detail, mark="bad" if bad else "check")
