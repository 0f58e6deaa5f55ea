"""What is said of a step when it is over: its receipt, by what was read before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from leaver.actions.errors import CallFailed
from leaver.evidence import Outcome
from leaver.runbook.doing import Doing
from leaver.runbook.reading import Judged, Task, said
from leaver.runbook.receipt import Receipt
from leaver.runbook.step import Item, Reply

_NAMED = 5


def without_acting(
    task: Task, judged: Judged, at: datetime, *, blocker: str | None, done_before: bool
) -> Receipt | None:
    """The receipt of a step with nothing to do; None when it has to act.

    `blocker` is the title of a step that it waits for and that is not over.
    """
    if blocker is not None:
        why = f"it waits for another step that is not over: {blocker}"
        return receipt_of(task, Outcome.FAILED, why, at, judged)
    if judged.trouble is not None:
        outcome = Outcome.FAILED if judged.fault is not None else Outcome.UNVERIFIED
        return receipt_of(task, outcome, f"it cannot be read: {judged.trouble}", at, judged)
    if judged.skip is not None:
        return receipt_of(task, Outcome.SKIPPED, _joined([judged.skip, *judged.notes]), at, judged)
    if task.step.once and done_before:
        why = "done before; the directory cannot be asked whether it is still so"
        return receipt_of(task, Outcome.ALREADY, why, at, replace(judged, left=()))
    if not judged.left:
        return receipt_of(task, Outcome.ALREADY, _joined(judged.notes), at, judged)
    if all(item.why for item in judged.left):
        return receipt_of(task, Outcome.FAILED, _by_hand(judged.left), at, judged)
    return None


def ended(doing: Doing, at: datetime, *, settling: float) -> Receipt:
    """The receipt of a step that acted; it was read back for `settling` seconds."""
    if doing.task.step.once:
        return _once(doing, at)
    now = doing.now or Judged(trouble="it was not read back")
    errors = doing.errors
    lost = [error for error in (*doing.lost, *errors) if error.maybe_done]
    if now.good:
        why = [f"an answer got lost ({lost[0].fault}), but it was read back"] if lost else []
        return receipt_of(doing.task, Outcome.DONE, _joined([*why, *now.notes]), at, now, doing.was)
    if now.trouble is not None:
        why_not = f"it may have been done, but cannot be read back: {now.trouble}"
        if errors and len(lost) < len(errors):
            why_not = f"{_faults(errors)} And it cannot be read back: {now.trouble}"
        return receipt_of(doing.task, Outcome.UNVERIFIED, why_not, at, now, doing.was)
    by_hand = [item for item in now.left if item.why]
    rest = [item for item in now.left if not item.why]
    parts = [_by_hand(by_hand)] if by_hand else []
    if rest and errors:
        parts.insert(0, f"{_faults(errors)} Still there: {_names(rest)}.")
    elif rest:
        shown = f"the directory accepted it, and after {settling:g} s still shows"
        parts.insert(0, f"{shown}: {_names(rest)}")
    outcome = Outcome.UNVERIFIED if rest and not errors and not by_hand else Outcome.FAILED
    return receipt_of(doing.task, outcome, " ".join(parts), at, now, doing.was)


def _once(doing: Doing, at: datetime) -> Receipt:
    """The answer is all there is."""
    errors = doing.errors
    replies = [each for each in doing.answers.values() if isinstance(each, Reply)]
    last = replies[-1] if replies else None
    if not errors and replies:
        why = "confirmed by the directory, which cannot be asked for it"
        after = replace(doing.was, left=(), last=last, picture={"status": [each.status for each in replies]})
        return receipt_of(doing.task, Outcome.DONE, why, at, after)
    outcome = Outcome.UNVERIFIED if any(error.maybe_done for error in errors) else Outcome.FAILED
    why = _faults(errors) if errors else "it made no call. Please report it."
    return receipt_of(doing.task, outcome, why, at, replace(doing.was, last=last))


def receipt_of(
    task: Task, outcome: Outcome, why: str, at: datetime, now: Judged, was: Judged | None = None
) -> Receipt:
    """What is said of a step, by what it shows `now`, and showed before it acted."""
    fault = now.fault
    return Receipt(
        step=task.step.name,
        title=task.step.title,
        outcome=outcome,
        why=why,
        left=tuple(item.name for item in now.left) or ((task.step.title,) if not outcome.good else ()),
        seen={"before": dict(was.picture), "now": dict(now.picture)} if was else dict(now.picture),
        request_id=now.last.request_id if now.last else fault.request_id if fault else None,
        date=now.last.date if now.last else fault.date if fault else None,
        at=at,
    )


def _names(items: Sequence[Item]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item.name for item in items[:_NAMED]) + more


def _by_hand(items: Sequence[Item]) -> str:
    return _joined(f"{item.name}: {item.why}" for item in items)


def _faults(errors: Sequence[CallFailed]) -> str:
    """What the calls failed with, each kind once: with the request ID of the first."""
    kinds: dict[tuple[str, str], CallFailed] = {}
    for error in errors:
        kinds.setdefault((error.fault, error.remedy), error)
    different = [said(error) for error in kinds.values()]
    more = f" (and {len(different) - _NAMED} other faults)" if len(different) > _NAMED else ""
    return " ".join(different[:_NAMED]) + more


def _joined(parts: Iterable[str]) -> str:
    """The parts one after the other, whether they are sentences or not."""
    text = ""
    for part in filter(None, parts):
        text += ("" if not text else " " if text.endswith(".") else "; ") + part
    return text
