"""What in the report of one departure proves a control, or speaks against it.

Nothing is claimed that the report does not show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from leaver.evidence.entry import Outcome
from leaver.evidence.report import words
from leaver.evidence.report.values import DepartureReport, StepLine, TaskLine, Verdict


class Shown(StrEnum):
    """Whether the report shows that a control was kept."""

    YES = "shown"
    NO = "not met"
    """The report shows the contrary, or that something is missing."""
    NOT = "not shown by this report"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a report says about a control."""

    shown: Shown
    text: str


def unshown(text: str) -> Callable[[DepartureReport], Proof]:
    return lambda _: Proof(Shown.NOT, text)


def inventory(report: DepartureReport) -> Proof:
    if not report.facts.recorded:
        return Proof(Shown.NOT, "The record is gone; the evidence alone is no inventory.")
    names = ", ".join(f"{where}: {name}" for where, name in report.facts.usernames.items() if name)
    ends = f", end {words.short(report.due, report.facts.zone)}" if report.due is not None else ""
    return Proof(Shown.YES, f"The record names the person and their accounts ({names}){ends}.")


def revoked(report: DepartureReport) -> Proof:
    if not report.cuts:
        return Proof(Shown.NOT, "No account is known.")
    there = [cut for cut in report.cuts if not cut.absent]
    if not there:
        return Proof(Shown.NOT, "No account was found to end.")
    bad = [cut.directory for cut in there if not cut.good]
    if bad:
        if report.due is None or report.due > report.made:
            return Proof(Shown.NOT, "The departure is still to come.")
        return Proof(Shown.NO, f"Not shown to have ended in {words.listed(bad)}.")
    late = report.lateness
    when = f", {words.against(late, report.counted_from)}" if late is not None else ""
    numbers = ", ".join(f"entry {cut.number}" for cut in there)
    where = words.count(len(there), "directory", "directories")
    return Proof(Shown.YES, f"Access ended in {where}{when}, each disabled account read back ({numbers}).")


def dormant(report: DepartureReport) -> Proof:
    proof = revoked(report)
    if proof.shown is not Shown.YES:
        return proof
    return Proof(
        Shown.YES,
        "For this person: the accounts were disabled when the departure came, long before they could lie idle. "
        "Other dormant accounts are not looked at here.",
    )


def authenticators(report: DepartureReport) -> Proof:
    wanted = [
        step
        for step in report.steps
        if any(word in step.step for word in ("session", "password", "method", "factor", "token", "grant"))
    ]
    bad = [step for step in wanted if not step.good]
    if bad:
        return Proof(Shown.NO, f"Not done: {', '.join(_where(step.title, step.directory) for step in bad)}.")
    if not wanted:
        return Proof(Shown.NOT, "No step on credentials is in the evidence beside the sessions of the cut.")
    numbers = ", ".join(f"{_where(step.title, step.directory)} (entry {step.number})" for step in wanted)
    return Proof(Shown.YES, f"{numbers}.")


def privileges(report: DepartureReport) -> Proof:
    wanted = [
        step
        for step in report.steps
        if any(word in step.step for word in ("role", "group", "eligib", "admin", "licen", "app"))
    ]
    bad = [step for step in wanted if not step.good]
    if bad:
        return Proof(
            Shown.NO, f"Still there: {', '.join(_where(step.title, step.directory) for step in bad)}."
        )
    if not wanted:
        return Proof(Shown.NOT, "No step on roles, groups or applications is in the evidence.")
    return Proof(Shown.YES, f"{words.count(len(wanted), 'step')} took away what the account could reach.")


def retained(report: DepartureReport) -> Proof:
    if report.facts.handover is None:
        return Proof(Shown.NOT, "The record names nobody who takes over mail and files.")
    handed = [
        step
        for step in report.steps
        if "handover" in step.step or "owner" in step.step or "forward" in step.step or "delegat" in step.step
    ]
    done = [step for step in handed if step.outcome in (Outcome.DONE, Outcome.ALREADY)]
    if done and all(step.good for step in handed):
        return Proof(Shown.YES, f"Handed over to {report.facts.handover}: {_entries(done)}.")
    if any(not step.good for step in handed):
        return Proof(Shown.NO, f"The handover to {report.facts.handover} is not done.")
    return Proof(Shown.NOT, f"{report.facts.handover} is to take over; no step of the evidence says so.")


def high_risk(report: DepartureReport) -> Proof:
    if report.facts.kind != "contentious":
        return Proof(Shown.NOT, "The departure was not marked as contentious.")
    return revoked(report)


def approved(report: DepartureReport) -> Proof:
    if not report.approved_by:
        return Proof(Shown.NOT, "The evidence names nobody who approved it.")
    plans = f", plan {report.plans[-1][:16]}" if report.plans else ""
    return Proof(Shown.YES, f"Approved by {words.listed(report.approved_by)}{plans}.")


def undeniable(report: DepartureReport) -> Proof:
    if not report.entries:
        return Proof(Shown.NOT, "There is no evidence.")
    if not report.findings.ok:
        return Proof(Shown.NO, "The chain of the evidence does not verify.")
    if not report.findings.signed:
        return Proof(
            Shown.NOT,
            "The chain of hashes is whole, and no key signs it: it shows changes, not whose entries they are.",
        )
    asked = f", asked for by {words.listed(report.asked_by)}" if report.asked_by else ""
    return Proof(Shown.YES, f"{words.count(report.entries, 'entry', 'entries')} of a signed chain{asked}.")


def protected(report: DepartureReport) -> Proof:
    if not report.findings.ok:
        return Proof(Shown.NO, "The chain of the evidence does not verify.")
    if not report.findings.count:
        return Proof(Shown.NOT, "There is no evidence.")
    signed = " and signatures (Ed25519)" if report.findings.signed else "; no key signs it"
    return Proof(Shown.YES, f"A chain of SHA-256 hashes{signed}, head {report.findings.sha256[:16]}.")


def stamped(report: DepartureReport) -> Proof:
    dated = [cut for cut in report.cuts if cut.directory_date is not None and cut.at is not None]
    if not dated:
        return Proof(Shown.NOT, "No cut carries the directory's own time.")
    skews = [abs(cut.directory_date - cut.at) for cut in dated if cut.directory_date and cut.at]
    text = (
        f"Each cut has Leaver's clock and the directory's; they differ by {words.span(max(skews))} at most."
    )
    return Proof(Shown.YES, text)


def watched(report: DepartureReport) -> Proof:
    if not report.checks:
        return Proof(Shown.NOT, "Nobody has checked again since.")
    last = report.checks[-1]
    found = {check.directory for check in report.checks if not check.good and check.at == last.at}
    if found:
        return Proof(Shown.NO, f"The last check found access again in {words.listed(sorted(found))}.")
    when = f" on {words.short(last.at, report.facts.zone)}" if last.at is not None else ""
    return Proof(Shown.YES, f"Checked again, last{when}: still without access.")


def told(report: DepartureReport) -> Proof:
    """A task by hand whose key speaks of the letter or the interview shows it; that it can be written does not."""
    letters = _by_hand(report, ("letter", "interview"))
    if letters and not any(task.open for task in letters):
        return Proof(Shown.YES, f"{', '.join(task.title for task in letters)}: done.")
    if report.facts.nda is None:
        return Proof(Shown.NOT, "No agreement is on record, and no task says that a letter was handed over.")
    return Proof(
        Shown.NOT,
        f"The agreement {report.facts.nda.document} is on record, and `leaver evidence letter` writes the letter; "
        "no task says that it was handed over.",
    )


def property_back(report: DepartureReport) -> Proof:
    """A task by hand whose key speaks of something to be given back."""
    things = _by_hand(report, ("return", "property", "badge", "laptop", "keys", "phone", "token"))
    names = ", ".join(task.title for task in things)
    if not things:
        return Proof(Shown.NOT, "No task by hand is about property.")
    if any(task.open for task in things):
        return Proof(Shown.NO, f"Still open: {', '.join(task.title for task in things if task.open)}.")
    return Proof(Shown.YES, f"{names}: done.")


def done(report: DepartureReport) -> Proof:
    if report.verdict is Verdict.COMPLETE:
        steps = words.count(len(report.steps), "step")
        return Proof(Shown.YES, f"{steps} and {words.count(len(report.tasks), 'task')} by hand, all done.")
    if report.due is None or report.due > report.made:
        return Proof(Shown.NOT, "The departure is still to come.")
    return Proof(Shown.NO, f"The departure is {report.verdict.value}: see what is left to do.")


def _where(title: str, directory: str) -> str:
    return f"{title} in {directory}" if directory else title


def _entries(steps: Sequence[StepLine]) -> str:
    numbers = [str(step.number) for step in steps]
    return f"{'entry' if len(numbers) == 1 else 'entries'} {', '.join(numbers)}"


def _by_hand(report: DepartureReport, about: Sequence[str]) -> list[TaskLine]:
    return [task for task in report.tasks if any(word in task.key.lower() for word in about)]
