"""What an apply and a verification leave as evidence."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from leaver.desired import Change, ChangeReport, Desired, Effect
from leaver.evidence import Kind, Outcome
from leaver.evidence.form import entry_to_json
from leaver.fleet.evidence import apply_entry, departed, verification_entries
from leaver.fleet.reports import ApplyReport, Difference, VerifyReport
from leaver.source.asked import Asked
from tests.service.stage import client, leaving

NOW = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
ASKED = Asked("Bo Chen <bo@msp.example>", ("Cy Diaz (merged 1a2b3c4d5e)",), "c" * 40)


def changes(*found: Change) -> ChangeReport:
    return ChangeReport("acme", "Acme", "UTC", NOW.isoformat(), None, 2, 2, 1, found, (), ())


DISABLED = Change("dana", "entra", Effect.DISABLED, "dana@acme.example")
REMOVED = Change("dana", "entra", Effect.REMOVED, "finance")


def test_an_apply_tells_what_it_changed_and_what_was_read_back() -> None:
    report = ApplyReport(
        "acme", "verified", changes(DISABLED, REMOVED), {"update": 1, "same": 3}, VerifyReport("acme", 2, 1)
    )
    entry = apply_entry(report, NOW, ASKED, plan="f" * 64)
    assert (entry.kind, entry.outcome, entry.why) == (Kind.APPLY, Outcome.DONE, "")
    assert (entry.asked_by, entry.approved_by, entry.commit) == (ASKED.by, ASKED.approved, "c" * 40)
    assert entry.plan == "f" * 64
    assert entry_to_json(entry)["seen"] == {
        "outcome": "verified",
        "resources": {"update": 1, "same": 3},
        "effects": {"disabled": 1, "removed": 1},
        "changes": ["disabled dana in entra dana@acme.example", "removed dana in entra finance"],
        "accounts": 2,
        "groups": 1,
        "differences": 0,
    }


@pytest.mark.parametrize(
    ("outcome", "kept"),
    [
        ("verified", Outcome.DONE),
        ("partial", Outcome.UNVERIFIED),
        ("failed", Outcome.FAILED),
        ("refused", Outcome.FAILED),
    ],
)
def test_only_what_was_read_back_is_done(outcome: Any, kept: Outcome) -> None:
    entry = apply_entry(ApplyReport("acme", outcome, error="acme: why"), NOW, Asked())
    assert (entry.outcome, entry.why, entry.seen["outcome"]) == (kept, "acme: why", outcome)


def test_thousands_of_changes_are_counted_and_some_are_listed() -> None:
    many = changes(*(Change(f"p{number}", "entra", Effect.CREATED, "x") for number in range(2_000)))
    seen = apply_entry(ApplyReport("acme", "verified", many), NOW, Asked()).seen
    assert (len(seen["changes"]), seen["more_changes"], seen["effects"]) == (500, 1_500, {"created": 2_000})


def test_who_has_departed_is_who_left_who_is_disabled_and_whose_record_is_gone() -> None:
    acme = client(
        "acme",
        {
            "dana": leaving(NOW),
            "later": leaving(NOW.replace(hour=23)),
            "held": leaving(NOW, hold="until released"),
            "off": {"disabled": True},
            "lee": {},
        },
    )
    accounts: Any = {("gone", "entra"): None, ("lee", "entra"): None}
    wanted = Desired("acme", NOW, accounts, {}, None)
    assert departed(acme, wanted, NOW) == ("dana", "gone", "off")


def test_a_difference_of_somebody_who_left_has_an_entry_of_its_own() -> None:
    report = VerifyReport(
        "acme",
        differences=(
            Difference("dana", "entra", "sign-in", "disabled", "enabled"),
            Difference("lee", "entra", "title", "Boss", "nothing"),
        ),
        departed=("dana", "sam"),
    )
    one, whole = verification_entries(report, NOW)
    assert (one.person, one.directory, one.outcome) == ("dana", "entra", Outcome.FAILED)
    assert one.why == "sign-in: wanted disabled, found enabled"
    assert (whole.person, whole.outcome) == (None, Outcome.FAILED)
    assert whole.seen == {"departed": ["dana", "sam"], "differences": 1}


def test_everybody_still_gone_is_said_and_a_client_nobody_left_says_nothing() -> None:
    (whole,) = verification_entries(VerifyReport("acme", departed=("dana",)), NOW)
    assert (whole.outcome, whole.seen) == (Outcome.DONE, {"departed": ["dana"], "differences": 0})
    assert verification_entries(VerifyReport("acme"), NOW) == []
    (failed,) = verification_entries(VerifyReport("acme", error="acme/entra: no answer."), NOW)
    assert (failed.outcome, failed.why) == (Outcome.UNVERIFIED, "acme/entra: no answer.")
