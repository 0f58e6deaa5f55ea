"""What a cut leaves as evidence."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leaver.actions import CutReport, DirectoryCut
from leaver.actions.cut_evidence import cut_entries
from leaver.actions.types import Outcome as StepOutcome
from leaver.evidence import Kind, Outcome
from leaver.evidence.form import entry_from_json, entry_to_json

AGREED = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
AT = AGREED + timedelta(seconds=1.25)
DATE = AGREED + timedelta(seconds=1)
DISABLED = StepOutcome("disable", "done", "", "r-1", DATE, "accountEnabled=false")
REVOKED = StepOutcome("revoke", "done", "", "r-2", DATE, "signInSessionsValidFromDateTime=22:00:01")


def entries(*cuts: DirectoryCut) -> list:  # type: ignore[type-arg]
    report = CutReport("acme", "dana.reyes", AGREED, cuts)
    return cut_entries(
        report, agreed=AGREED, now=AT, asked_by="Ana", approved_by=("Bo (merged 1a2b)",), commit="c" * 40
    )


def test_a_cut_tells_what_was_read_back_when_and_on_whose_word() -> None:
    (entry,) = entries(
        DirectoryCut(
            "acme", "entra", "dana@acme.example", "cut", was="enabled", steps=(DISABLED, REVOKED), at=AT,
            directory_at=DATE, seconds=0.8125,
        )
    )  # fmt: skip
    assert (entry.kind, entry.outcome, entry.lateness) == (Kind.CUT, Outcome.DONE, timedelta(seconds=1.25))
    assert (entry.person, entry.directory, entry.at) == ("dana.reyes", "entra", AT)
    assert (entry.asked_by, entry.approved_by, entry.commit) == ("Ana", ("Bo (merged 1a2b)",), "c" * 40)
    assert (entry.request_id, entry.directory_date) == ("r-2", DATE)
    assert entry_from_json(entry_to_json(entry)).seen == {
        "username": "dana@acme.example",
        "result": "cut",
        "tries": 1,
        "status_before": "enabled",
        "took_ms": 812,
        "steps": [
            {
                "step": "disable",
                "result": "done",
                "read_back": "accountEnabled=false",
                "request_id": "r-1",
                "directory_date": "2026-11-27T22:00:01.000000Z",
            },
            {
                "step": "revoke",
                "result": "done",
                "read_back": "signInSessionsValidFromDateTime=22:00:01",
                "request_id": "r-2",
                "directory_date": "2026-11-27T22:00:01.000000Z",
            },
        ],
    }


@pytest.mark.parametrize(
    ("result", "steps", "outcome"),
    [
        ("cut", (DISABLED, REVOKED), Outcome.DONE),
        (
            "cut",
            (StepOutcome("disable", "already", ""), StepOutcome("revoke", "already", "")),
            Outcome.ALREADY,
        ),
        ("absent", (), Outcome.SKIPPED),
        ("unverified", (DISABLED, StepOutcome("revoke", "unverified", "no answer")), Outcome.UNVERIFIED),
        ("failed", (StepOutcome("disable", "failed", "503"),), Outcome.FAILED),
    ],
)
def test_how_it_ended_is_said_as_it_is(result, steps, outcome) -> None:  # type: ignore[no-untyped-def]
    (entry,) = entries(DirectoryCut("acme", "okta", "dana@acme.example", result, "why", steps=steps))
    assert (entry.outcome, entry.why, entry.at) == (outcome, "why", AT)


def test_a_further_step_that_failed_does_not_make_the_cut_a_failure() -> None:
    further = StepOutcome("deactivate", "failed", "403", "r-3", DATE, "SUSPENDED")
    cut, step = entries(
        DirectoryCut("acme", "okta", "dana@acme.example", "cut", steps=(DISABLED, REVOKED, further), at=AT)
    )
    assert (cut.kind, cut.outcome, cut.request_id) == (Kind.CUT, Outcome.DONE, "r-2")
    assert (step.kind, step.step, step.outcome, step.why, step.request_id) == (
        Kind.STEP, "deactivate", Outcome.FAILED, "403", "r-3",
    )  # fmt: skip
    assert [each["step"] for each in cut.seen["steps"]] == ["disable", "revoke"]
