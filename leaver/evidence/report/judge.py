"""What a departure came to. It is complete only when nothing at all speaks against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from leaver.evidence.entry import Entry, Outcome
from leaver.evidence.report import words
from leaver.evidence.report.facts import Facts
from leaver.evidence.report.values import Check, Cut, Reason, StepLine, TaskLine, Verdict
from leaver.evidence.verify import Findings


def judge(
    *,
    facts: Facts,
    findings: Findings,
    made: datetime,
    due: datetime | None,
    cuts: Sequence[Cut],
    steps: Sequence[StepLine],
    tasks: Sequence[TaskLine],
    checks: Sequence[Check],
    whole: Sequence[Entry],
    reinstated: datetime | None,
) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict, and everything that keeps it from being `complete`.

    Evidence that does not verify makes every other word worthless, so it comes first.
    """
    reasons = [
        *_chain(findings),
        *_access(facts, made, due, cuts, checks),
        *_steps(steps),
        *_not_taken(facts, made, due, cuts, steps),
        *_tasks(tasks, made, facts.zone),
        *_checks(checks),
        *_whole(facts, whole, made, due, cuts),
    ]
    if reinstated is not None:
        text = (
            f"The word to give access back came on {words.moment(reinstated, facts.zone)}; "
            "this departure is over."
        )
        reasons.append(Reason(Verdict.OPEN, text))
    elif not facts.ends and any(cut.good for cut in cuts):
        text = (
            "The record ends no access any more: it may have been given back since. This departure is over."
        )
        reasons.append(Reason(Verdict.OPEN, text))
    if not findings.ok:
        return Verdict.UNVERIFIED, tuple(reasons)
    for verdict in (Verdict.PARTIAL, Verdict.UNVERIFIED, Verdict.OPEN):
        if any(reason.verdict is verdict for reason in reasons):
            return verdict, tuple(reasons)
    return Verdict.COMPLETE, ()


def _chain(findings: Findings) -> Iterator[Reason]:
    for problem in findings.problems:
        yield Reason(Verdict.UNVERIFIED, f"The evidence does not verify: {problem}")


def _access(
    facts: Facts, made: datetime, due: datetime | None, cuts: Sequence[Cut], checks: Sequence[Check]
) -> Iterator[Reason]:
    for cut in cuts:
        if cut.absent and not any(_is_clean(check, cut) for check in checks):
            text = (
                f"There was no account {cut.username or facts.person} in {cut.directory} to end. If it was renamed "
                "there, it still opens: look for it, and release it by its new username."
            )
            yield Reason(Verdict.UNVERIFIED, text)
        if cut.good:
            continue
        help_ = cut.seen.get("by_hand")
        by_hand = f" By hand: {help_}" if isinstance(help_, str) and help_ else ""
        if cut.outcome is Outcome.FAILED:
            text = _text(f"Access in {cut.directory} was not ended", cut.why)
            yield Reason(Verdict.PARTIAL, text + by_hand)
        elif cut.outcome is not None:
            text = _text(f"The end of access in {cut.directory} was not read back", cut.why)
            yield Reason(Verdict.UNVERIFIED, text + by_hand)
        elif due is not None and due <= made:
            text = (
                f"There is no evidence that access in {cut.directory} ended, although its moment has passed."
            )
            yield Reason(Verdict.UNVERIFIED, text)
    if not cuts:
        yield Reason(Verdict.OPEN, "There is no evidence of this person, and no account in the records.")
    elif due is not None and due > made:
        yield Reason(Verdict.OPEN, f"The agreed moment, {words.moment(due, facts.zone)}, is still to come.")
    elif due is None and not all(cut.good for cut in cuts):
        waits = (
            "The departure waits for its release." if facts.held else "No moment is agreed for a departure."
        )
        yield Reason(Verdict.OPEN, waits)


def _is_clean(check: Check, cut: Cut) -> bool:
    """Whether a check after the cut found all accounts of the person as they should be."""
    after = check.at is not None and cut.at is not None and check.at > cut.at
    return after and check.good and not check.step


def _steps(steps: Sequence[StepLine]) -> Iterator[Reason]:
    for step in steps:
        if step.good:
            continue
        what = f"{step.title} ({step.directory})" if step.directory else step.title
        if step.outcome is Outcome.FAILED:
            again = "found undone again" if step.checked else "failed"
            yield Reason(Verdict.PARTIAL, _text(f"{what}: {again}", step.why))
        else:
            yield Reason(Verdict.UNVERIFIED, _text(f"{what}: not read back", step.why))


def _not_taken(
    facts: Facts, made: datetime, due: datetime | None, cuts: Sequence[Cut], steps: Sequence[StepLine]
) -> Iterator[Reason]:
    """Steps of the client's runbook of which there is no entry; where there is no account there are none."""
    if due is not None and due > made:
        return
    taken = {(step.directory, step.step) for step in steps}
    there = {cut.directory for cut in cuts if cut.outcome is not Outcome.SKIPPED}
    for directory, step in facts.expected or ():
        if directory in there and (directory, step) not in taken:
            yield Reason(Verdict.OPEN, f"{facts.title(step)} ({directory}): not taken yet.")


def _tasks(tasks: Sequence[TaskLine], made: datetime, zone: str) -> Iterator[Reason]:
    for task in tasks:
        if task.open:
            owner = f", {task.owner}" if task.owner else ""
            due = f", due {words.moment(task.due, zone)}" if task.due is not None else ""
            late = ", overdue" if task.overdue(made) else ""
            yield Reason(Verdict.OPEN, f"Task by hand still open: {task.title}{owner}{due}{late}.")


def _checks(checks: Sequence[Check]) -> Iterator[Reason]:
    """The last look at the accounts as a whole; looks at single steps count with their step."""
    whole = [check for check in checks if not check.step]
    for check in whole:
        if check.good or check.at != whole[-1].at:
            continue
        where = f" in {check.directory}" if check.directory else ""
        if check.outcome is Outcome.FAILED:
            yield Reason(Verdict.PARTIAL, _text(f"The last check{where} found access again", check.why))
        else:
            yield Reason(Verdict.UNVERIFIED, _text(f"The last check{where} could not tell", check.why))


def _whole(
    facts: Facts, whole: Sequence[Entry], made: datetime, due: datetime | None, cuts: Sequence[Cut]
) -> Iterator[Reason]:
    """What the last run said of the departure as a whole."""
    if whole:
        last = whole[-1]
        if last.outcome is Outcome.FAILED:
            yield Reason(Verdict.PARTIAL, _text("The last run found the departure not done", last.why))
        elif last.outcome is None or not last.outcome.good:
            yield Reason(Verdict.OPEN, _text("The last run found the departure not finished", last.why))
    elif facts.expected is None and any(cut.good for cut in cuts) and (due is None or due <= made):
        text = "Access has ended; which further steps there were to be is not known, as the record is gone."
        yield Reason(Verdict.OPEN, text)


def _text(what: str, why: str) -> str:
    said = f"{what}: {why}" if why else what
    return said if said.endswith((".", "!", "?")) else f"{said}."
