"""Which controls a report bears on, and what in it proves each: the one definition.

CIS Critical Security Controls v8 and NIST SP 800-53 revision 5, in our own words. Nothing is claimed that the report
does not show: a control's `proof` answers with what shows it, what shows the contrary, or that nothing does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leaver.evidence.report import proofs, words
from leaver.evidence.report.proofs import Proof, Shown
from leaver.evidence.report.values import DepartureReport

CIS = "CIS Controls v8"
NIST = "NIST SP 800-53 r5"


@dataclass(frozen=True, slots=True)
class Control:
    """One control, what it asks for, and how a departure's report answers it."""

    framework: str
    number: str
    title: str
    asks: str
    proof: Callable[[DepartureReport], Proof]


@dataclass(frozen=True, slots=True)
class Line:
    """One control and what proves it."""

    control: Control
    proof: Proof


def lines(report: DepartureReport) -> tuple[Line, ...]:
    """Every control with its proof from the report of one departure."""
    return tuple(Line(control, _trusted(report, control.proof(report))) for control in CONTROLS)


def over(reports: Sequence[DepartureReport]) -> tuple[Line, ...]:
    """Every control over many departures: shown when each of them shows it, not met when one does not."""
    return tuple(Line(control, _together(control, reports)) for control in CONTROLS)


def _trusted(report: DepartureReport, proof: Proof) -> Proof:
    if proof.shown is Shown.YES and not report.findings.ok:
        return Proof(Shown.NO, "The evidence does not verify, so nothing in it is proof.")
    return proof


def _together(control: Control, reports: Sequence[DepartureReport]) -> Proof:
    found = [(each, _trusted(each, control.proof(each)).shown) for each in reports]
    bad = [f"{each.facts.client}/{each.facts.person}" for each, shown in found if shown is Shown.NO]
    good = sum(1 for _, shown in found if shown is Shown.YES)
    if bad:
        more = f" and {len(bad) - 5} more" if len(bad) > 5 else ""
        text = f"{words.count(len(bad), 'departure')} of {len(found)}: {', '.join(bad[:5])}{more}"
        return Proof(Shown.NO, text)
    if not good:
        return Proof(Shown.NOT, "No departure of this time shows it.")
    text = f"{good} of {words.count(len(found), 'departure')}; each report says what shows it"
    return Proof(Shown.YES, text)


CONTROLS: tuple[Control, ...] = (
    Control(
        CIS,
        "5.1",
        "Inventory of accounts",
        "Keep a list of all accounts with the person's name, the username, when it starts and ends; see regularly "
        "that every active one is authorised.",
        proofs.inventory,
    ),
    Control(
        CIS,
        "5.3",
        "Dormant accounts",
        "Disable or delete accounts that lie idle for 45 days.",
        proofs.dormant,
    ),
    Control(
        CIS,
        "5.4",
        "Administrator privileges",
        "Give administrators' rights to accounts of their own only.",
        proofs.unshown("A departure says nothing of how rights were given."),
    ),
    Control(
        CIS,
        "6.1",
        "Granting access",
        "Give access by a process, best an automated one, when somebody joins or changes roles.",
        proofs.unshown(
            "This report is about the end of access; grants are in the records and their history."
        ),
    ),
    Control(
        CIS,
        "6.2",
        "Revoking access",
        "End access by a process, best an automated one, at once when somebody leaves; disable accounts rather than "
        "delete them where a trail is needed.",
        proofs.revoked,
    ),
    Control(
        CIS,
        "6.8",
        "Access by role",
        "Define what each role needs, and review regularly that everybody has that and no more.",
        proofs.unshown("Roles are the groups of the records; of this person only the end of them is shown."),
    ),
    Control(
        NIST,
        "AC-2",
        "Account management",
        "Approve, create, change, disable and remove accounts by a policy, and fit that to how people leave.",
        proofs.approved,
    ),
    Control(
        NIST,
        "AC-2(3)",
        "Disable accounts",
        "Disable accounts in a set time when they have expired, belong to nobody any more, break policy or lie idle.",
        proofs.revoked,
    ),
    Control(
        NIST,
        "AC-2(13)",
        "High-risk individuals",
        "Disable the accounts of people who are a grave risk, in a set time from when that is known.",
        proofs.high_risk,
    ),
    Control(
        NIST,
        "AC-6",
        "Least privilege",
        "Allow only the access that somebody's work needs; of somebody who left, none.",
        proofs.privileges,
    ),
    Control(
        NIST,
        "AU-8",
        "Time stamps",
        "Stamp records by the system's clock, precisely enough, so that they can be put beside UTC.",
        proofs.stamped,
    ),
    Control(
        NIST,
        "AU-9(3)",
        "Protection of the record",
        "Protect the integrity of the audit record by cryptography.",
        proofs.protected,
    ),
    Control(
        NIST,
        "AU-10",
        "Non-repudiation",
        "Have evidence that cannot be denied of who, or which process for whom, did what.",
        proofs.undeniable,
    ),
    Control(
        NIST,
        "PS-4a",
        "Termination: access",
        "Disable access in a set time after employment ends.",
        proofs.revoked,
    ),
    Control(
        NIST,
        "PS-4b",
        "Termination: credentials",
        "End or revoke every authenticator and credential of the person.",
        proofs.authenticators,
    ),
    Control(
        NIST,
        "PS-4c",
        "Termination: exit interview",
        "Talk at the end about the security duties that go on.",
        proofs.told,
    ),
    Control(
        NIST,
        "PS-4d",
        "Termination: property",
        "Get back what the person has that belongs to the organisation's security.",
        proofs.property_back,
    ),
    Control(
        NIST,
        "PS-4e",
        "Termination: what they controlled",
        "Keep access to the information and systems that the person controlled.",
        proofs.retained,
    ),
    Control(
        NIST,
        "PS-5",
        "Transfer",
        "Look again at the access of people who change positions, and fit it to the new one.",
        proofs.unshown(
            "A departure is no transfer; changes of groups and roles are in the records and their history."
        ),
    ),
    Control(
        NIST,
        "PS-6(3)",
        "Duties after employment",
        "Tell people of the legally binding duties that go on after employment.",
        proofs.told,
    ),
    Control(
        NIST,
        "CA-7",
        "Continuous monitoring",
        "Go on looking whether the controls still hold.",
        proofs.watched,
    ),
    Control(
        NIST,
        "AC-2 l",
        "Fit to termination",
        "Let the management of accounts and the processes of leaving work together as one.",
        proofs.done,
    ),
)
