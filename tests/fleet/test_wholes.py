"""When a departure is complete, and when that is written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from leaver.evidence import Kind, Outcome, open_store
from leaver.fleet import Fleet
from leaver.fleet.reports import Difference, VerifyReport
from leaver.fleet.wholes import news, wholes
from leaver.model import Client
from leaver.source import Estate
from tests.estates import NOW, client

DAY = timedelta(days=1)
RUNBOOK = {"tasks": {"badge": {"title": "Take the badge", "owner": "hr@acme.example"}}}
GROUP = Difference("dana", "entra", "runbook, take the account out of all groups", "done", "Skiing")


def acme(**departure: Any) -> Client:
    record = {"departure": {"at": NOW - DAY, **departure}}
    return client(
        {"dana": record, "lee": {"disabled": True}, "sam": {"departure": {"at": NOW + DAY}}}, runbook=RUNBOOK
    )


def said(made: Client, *differences: Difference) -> list[tuple[str | None, Outcome | None, str]]:
    report = VerifyReport("acme", differences=differences)
    return [(each.person, each.outcome, each.why) for each in wholes(made, report, NOW)]


def test_a_departure_waits_for_its_tasks_and_is_complete_with_them() -> None:
    assert said(acme()) == [("dana", Outcome.UNVERIFIED, "to do by hand: Take the badge")]
    assert said(acme(**{"tasks done": {"badge": {"at": NOW}}})) == [("dana", Outcome.DONE, "")]


def test_what_is_no_longer_so_goes_before_what_is_to_be_done_by_hand() -> None:
    assert said(acme(), GROUP, replace(GROUP, subject="lee")) == [
        ("dana", Outcome.FAILED, "runbook, take the account out of all groups in entra: Skiing")
    ]


def test_a_directory_that_cannot_be_read_says_nothing() -> None:
    assert list(wholes(acme(), VerifyReport("acme", error="entra: no answer"), NOW)) == []


def test_the_same_is_written_once_and_another_outcome_or_moment_anew() -> None:
    first = list(wholes(acme(), VerifyReport("acme"), NOW))
    assert news(first, []) == first
    again = list(wholes(acme(), VerifyReport("acme"), NOW + DAY / 2))
    assert news(again, first) == []
    done = list(wholes(acme(**{"tasks done": {"badge": {"at": NOW}}}), VerifyReport("acme"), NOW))
    assert news(done, first) == done
    assert news(first, [*first, *done]) == first
    moved = list(wholes(acme(at=NOW - 2 * DAY), VerifyReport("acme"), NOW))
    assert news(moved, first) == moved


def test_a_verification_is_as_old_as_its_reading_and_not_as_its_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A departure that is found complete was so after its last step, which may be minutes after the run began."""
    made = client({"dana": {"departure": {"at": NOW - DAY}}})
    monkeypatch.setattr(Fleet, "_verify", lambda *_: VerifyReport(made.key, departed=("dana",)))
    later = NOW + timedelta(seconds=20)
    for number, (clock, at) in enumerate(((lambda: later, later), (None, NOW), (lambda: NOW - DAY, NOW))):
        home = tmp_path / str(number)
        Fleet(tmp_path, Estate({made.key: made}), home=home, environ={}, clock=clock).verify([made.key], NOW)
        with open_store(home) as store:
            found = [(each.entry.kind, each.entry.at) for each in store.read(made.key)][-2:]
        assert found == [(Kind.VERIFICATION, at), (Kind.DEPARTURE, at)]
