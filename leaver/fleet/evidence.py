"""What an apply and a verification leave as evidence."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from leaver.desired import Desired
from leaver.evidence.entry import Entry, Kind, Outcome
from leaver.fleet.reports import ApplyReport, VerifyReport
from leaver.lifecycle import effective_end
from leaver.limits import Judgement
from leaver.model import Client
from leaver.source.asked import Asked

_MOST = 500
"""Changes that an entry lists; it counts the rest."""
_OUTCOMES = {
    "verified": Outcome.DONE,
    "partial": Outcome.UNVERIFIED,
    "failed": Outcome.FAILED,
    "refused": Outcome.FAILED,
}


def apply_entry(report: ApplyReport, now: datetime, asked: Asked, plan: str | None = None) -> Entry:
    """One client's whole run. `plan` is the hash of what was approved."""
    seen: dict[str, object] = {"outcome": report.outcome, "resources": dict(report.steps)}
    if report.changes is not None:
        changes = report.changes.changes
        seen["effects"] = dict(sorted(Counter(each.effect.value for each in changes).items()))
        seen["changes"] = [
            " ".join(
                part for part in (each.effect.value, each.subject, "in", each.directory, each.what) if part
            )
            for each in changes[:_MOST]
        ]
        if len(changes) > _MOST:
            seen["more_changes"] = len(changes) - _MOST
    if report.verification is not None:
        seen["accounts"] = report.verification.accounts
        seen["groups"] = report.verification.groups
        seen["differences"] = len(report.verification.differences)
    why = report.error
    if not why and report.verification is not None:
        why = report.verification.error
    return Entry(
        kind=Kind.APPLY,
        client=report.client,
        at=now,
        outcome=_OUTCOMES[report.outcome],
        why=why,
        asked_by=asked.by,
        approved_by=asked.approved,
        commit=asked.commit,
        plan=plan,
        seen=seen,
    )


def override_entry(limits: Judgement, now: datetime, asked: Asked, plan: str | None = None) -> Entry | None:
    """The override that a run used, and what it took away by it; None where it used none."""
    override = limits.override
    if override is None or limits.client is None:
        return None
    return Entry(
        kind=Kind.OVERRIDE,
        client=limits.client,
        at=now,
        why=override.reason,
        asked_by=asked.by,
        approved_by=asked.approved,
        commit=asked.commit,
        plan=plan,
        seen={
            "losses": override.losses,
            "expires": override.expires.isoformat(),
            "lost": [f"{loss.person} in {loss.directory}: {loss.what}" for loss in limits.overridden[:_MOST]],
            "number": len(limits.overridden),
        },
    )


def departed(client: Client, wanted: Desired, now: datetime) -> tuple[str, ...]:
    """Whose access has to be ended at `now`: who left, who is disabled, and whose record is gone."""
    found = {person for person, _ in wanted.accounts if person not in client.people}
    for key, person in client.people.items():
        end = effective_end(person)
        if person.disabled or (end is not None and end <= now):
            found.add(key)
    return tuple(sorted(found))


def verification_entries(report: VerifyReport, now: datetime) -> list[Entry]:
    """What the directories show of people who left: one entry for each difference, and one for all of them."""
    if not report.departed and not report.error:
        return []
    left = set(report.departed)
    found = [
        Entry(
            kind=Kind.VERIFICATION,
            client=report.client,
            at=now,
            person=each.subject,
            directory=each.directory,
            outcome=Outcome.FAILED,
            why=f"{each.what}: wanted {each.wanted}, found {each.found}",
            seen={"what": each.what, "wanted": each.wanted, "found": each.found},
        )
        for each in report.differences
        if each.subject in left
    ]
    good = not report.error and not found
    outcome = Outcome.UNVERIFIED if report.error else Outcome.DONE if good else Outcome.FAILED
    whole = Entry(
        kind=Kind.VERIFICATION,
        client=report.client,
        at=now,
        outcome=outcome,
        why=report.error,
        seen={"departed": list(report.departed), "differences": len(found)},
    )
    return [*found, whole]
