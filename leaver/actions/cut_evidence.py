"""What a cut leaves as evidence: an entry for each directory, and one for each further step."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from leaver.actions.cut_report import CutReport, DirectoryCut
from leaver.actions.types import Outcome as StepOutcome
from leaver.evidence.entry import Entry, Kind, Outcome

_CUT = ("disable", "revoke")
_STEPS = {
    "done": Outcome.DONE,
    "already": Outcome.ALREADY,
    "failed": Outcome.FAILED,
    "unverified": Outcome.UNVERIFIED,
}


def cut_entries(
    report: CutReport,
    *,
    agreed: datetime | None,
    now: datetime,
    asked_by: str | None = None,
    reason: str | None = None,
    approved_by: tuple[str, ...] = (),
    commit: str | None = None,
) -> list[Entry]:
    """What was seen and done. `agreed` is the moment at which the access should have ended, `now` when the report
    came, for what has no moment of its own; `reason` is the word's."""
    found = []
    for cut in report.cuts:
        last = next((step for step in reversed(cut.steps) if step.step in _CUT), None)
        whole = Entry(
            kind=Kind.CUT,
            client=report.client,
            at=cut.at or now,
            person=report.person,
            directory=cut.directory,
            outcome=_outcome(cut),
            why=cut.why,
            agreed=agreed,
            asked_by=asked_by,
            approved_by=approved_by,
            commit=commit,
            seen={**_seen(cut), **({"reason": reason} if reason else {})},
            request_id=last.request_id if last else None,
            directory_date=cut.directory_at or (last.date if last else None),
        )
        found.append(whole)
        found += [_further(whole, step) for step in cut.steps if step.step not in _CUT]
    return found


def _further(whole: Entry, step: StepOutcome) -> Entry:
    return replace(
        whole,
        kind=Kind.STEP,
        step=step.step,
        outcome=_STEPS[step.result],
        why="" if step.verified else step.why,
        seen=_seen_of(step),
        request_id=step.request_id,
        directory_date=step.date,
    )


def _outcome(cut: DirectoryCut) -> Outcome:
    if cut.result == "cut":
        own = [step for step in cut.steps if step.step in _CUT]
        return Outcome.ALREADY if own and all(step.result == "already" for step in own) else Outcome.DONE
    if cut.result == "absent":
        return Outcome.SKIPPED
    return Outcome.UNVERIFIED if cut.result == "unverified" else Outcome.FAILED


def _seen(cut: DirectoryCut) -> dict[str, object]:
    found: dict[str, object] = {"username": cut.username, "result": cut.result, "tries": cut.tries}
    if cut.was:
        found["status_before"] = cut.was
    if cut.at is not None:
        found["took_ms"] = round(cut.seconds * 1000)
    if steps := [{"step": step.step, **_seen_of(step)} for step in cut.steps if step.step in _CUT]:
        found["steps"] = steps
    if cut.notes:
        found["notes"] = list(cut.notes)
    if cut.by_hand:
        found["by_hand"] = cut.by_hand
    return found


def _seen_of(step: StepOutcome) -> dict[str, object]:
    found: dict[str, object] = {"result": step.result}
    if step.seen:
        found["read_back"] = step.seen
    if not step.verified and step.why:
        found["why"] = step.why
    if step.request_id:
        found["request_id"] = step.request_id
    if step.date is not None:
        found["directory_date"] = step.date
    return found
