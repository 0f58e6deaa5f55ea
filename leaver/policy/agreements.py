"""Non-disclosure agreements: no confidential access without one, and none that nobody has looked at for years."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time

from leaver.model import Client, Level
from leaver.model.finding import person_subject
from leaver.policy.access import people, sensitive_grants, today
from leaver.policy.rule import Break, Policy


def check_signed(client: Client, now: datetime) -> Iterator[Break]:
    """Everybody whose access needs an agreement has signed one that still holds."""
    day = today(client, now)
    for key, person in people(client, now):
        nda = person.nda
        if nda is not None and nda.signed <= day and (nda.expires is None or day < nda.expires):
            continue
        reasons = list(_reasons(client, key, now))
        if not reasons:
            continue
        if nda is None:
            fault = "has none"
        elif nda.signed > day:
            fault = f"theirs is signed {nda.signed}, which is still to come"
        else:
            fault = f"theirs expired {nda.expires}"
        needed = ", ".join(what for _, what in reasons)
        yield Break(
            "people", reasons[0][0], person_subject(key), f"needs a signed NDA for {needed}, and {fault}"
        )


def check_review(client: Client, now: datetime) -> Iterator[Break]:
    """No agreement that is needed is older than the client's review period."""
    period = client.settings.nda.review
    if period is None:
        return
    day = today(client, now)
    for key, person in people(client, now):
        nda = person.nda
        if nda is None or next(_reasons(client, key, now), None) is None:
            continue
        due = period.after(datetime.combine(nda.signed, time(), UTC), "UTC").date()
        if due <= day:
            yield Break(
                "people",
                (key, "nda", "signed"),
                person_subject(key),
                f"NDA {nda.document} was signed {nda.signed}, and its review after {period} was due {due}",
            )


def _reasons(client: Client, key: str, now: datetime) -> Iterator[tuple[tuple[str | int, ...], str]]:
    for grant in sensitive_grants(client, key, now):
        yield grant.path, grant.what
    rules, kind = client.settings.nda, client.people[key].employee_type
    if rules.everyone:
        yield (key,), "an account at this client"
    elif kind is not None and kind.casefold() in (each.casefold() for each in rules.employee_types):
        yield (key, "employee type"), f"the employee type {kind}"


SIGNED_NDA = Policy(
    "signed-nda",
    Level.MANDATORY,
    ("CIS 6.1", "NIST PS-6"),
    "Nobody is in a group that requires an agreement, has a privileged role, or has an account where the client "
    "asks for one, without a signed NDA that has not expired.",
    "Add `nda:` with the signed agreement, or take the access away.",
    on_records=check_signed,
)
NDA_REVIEW = Policy(
    "nda-review",
    Level.ADVISORY,
    ("CIS 6.1", "NIST PS-6"),
    "No NDA that is needed is older than the client's review period (`nda: {review: ...}` in client.yaml).",
    "Have it confirmed or signed anew, and write the new day and document into `nda`.",
    on_records=check_review,
)
