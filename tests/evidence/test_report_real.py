"""The report of what Leaver itself writes: cuts, before-images, receipts and checks in their real form."""

from __future__ import annotations

from datetime import timedelta

import pytest

from leaver.actions.cut_evidence import cut_entries
from leaver.actions.cut_report import CutReport, DirectoryCut
from leaver.actions.types import Outcome as Done
from leaver.evidence import Outcome
from leaver.evidence.report.departure_document import departure_document
from leaver.evidence.report.ending import SHUT, SIGNED_OUT
from leaver.evidence.report.html import document_html
from leaver.evidence.report.values import Verdict
from leaver.fleet.evidence import verification_entries
from leaver.fleet.reports import Difference, VerifyReport
from leaver.runbook.order import ENDING
from leaver.runbook.receipt import Receipt, before
from leaver.runbook.step import Case
from tests.evidence.golden_report import FOLDER, shown
from tests.evidence.samples import AGREED, after, facts, reported, step

CASE = Case(
    client="acme",
    person="dana.reyes",
    directory="entra",
    account="0a1b",
    username="dana.reyes@acme.example",
    cut=AGREED,
    now=after(5),
)


def one_cut(directory: str, seconds: float, **changes: object) -> DirectoryCut:
    steps = tuple(
        Done(step, "done", "", f"req-{step}", after(int(seconds)), seen)
        for step, seen in (("disable", "accountEnabled=false"), ("revoke", "sessions from 22:00:02"))
    )
    stated = {"was": "enabled", "at": after(seconds), "directory_at": after(int(seconds)), "seconds": 1.4}
    return DirectoryCut(
        "acme",
        directory,
        "dana.reyes@acme.example",
        **{"result": "cut", "steps": steps, **stated, **changes},  # type: ignore[arg-type]
    )


def cut_report(*cuts: DirectoryCut) -> CutReport:
    return CutReport("acme", "dana.reyes", after(0), cuts)


def test_a_cut_its_receipts_and_a_check_make_a_complete_departure() -> None:
    entries = [
        *cut_entries(cut_report(one_cut("entra", 2.4), one_cut("okta", 3.1)), agreed=AGREED, now=after(4)),
        before(CASE, {"groups": {"groups": [{"id": "1", "name": "Finance"}]}}, after(5)),
        Receipt(
            step="groups",
            title="take the account out of all groups",
            outcome=Outcome.DONE,
            seen={"before": {"groups": [{"id": "1", "name": "Finance"}]}, "now": {"groups": []}},
            request_id="req-7",
            date=after(8),
            at=after(9),
        ).entry(CASE),
        *verification_entries(VerifyReport("acme", departed=("dana.reyes",)), after(3600)),
    ]
    report = reported(entries, facts(expected=(("entra", "groups"),)))
    assert (report.verdict, report.reasons) == (Verdict.COMPLETE, ())
    assert [(each.directory, each.request_id, each.lateness) for each in report.cuts] == [
        ("entra", "req-revoke", timedelta(seconds=2.4)),
        ("okta", "req-revoke", timedelta(seconds=3.1)),
    ]
    assert [(each.what, each.names) for each in report.had] == [("Groups", ("Finance",))]
    page = document_html(departure_document(report))
    assert "before, groups: Finance" in page
    assert "now, groups: none" in page


def test_a_cut_that_failed_tells_what_to_do_by_hand() -> None:
    bad = one_cut(
        "okta", 3, result="failed", why="okta refused", by_hand="Suspend it in the console.", steps=()
    )
    report = reported(cut_entries(cut_report(one_cut("entra", 2), bad), agreed=AGREED, now=after(4)))
    assert [each.text for each in report.reasons] == [
        "Access in okta was not ended: okta refused. By hand: Suspend it in the console."
    ]


def test_an_account_that_is_not_there_and_a_further_step_of_the_cut() -> None:
    absent = one_cut("okta", 3, result="absent", at=None, steps=(), why="there is no account")
    extra = Done("deactivate", "failed", "Okta says no")
    steps = (*one_cut("entra", 2).steps, extra)
    report = reported(
        cut_entries(cut_report(one_cut("entra", 2, steps=steps), absent), agreed=AGREED, now=after(4))
    )
    assert [each.outcome for each in report.cuts] == [Outcome.DONE, Outcome.SKIPPED]
    assert [each.text for each in report.reasons] == [
        "There was no account dana.reyes@acme.example in okta to end. If it was renamed there, it still opens: look "
        "for it, and release it by its new username.",
        "Deactivate (entra): failed: Okta says no.",
    ]


def test_without_a_cut_the_steps_that_end_access_tell_of_it() -> None:
    entries = [
        step("disable", seconds=20, outcome=Outcome.ALREADY, seen={"enabled": False}),
        step("revoke-sessions", seconds=21, request_id="req-9"),
        step("suspend", "okta", seconds=30),
        step("sessions", "okta", seconds=31),
    ]
    report = reported(entries)
    assert [(each.at, each.outcome, each.at_the_latest, each.request_id) for each in report.cuts] == [
        (after(21), Outcome.DONE, True, "req-9"),
        (after(31), Outcome.DONE, False, None),
    ]
    assert (report.verdict, report.lateness) == (Verdict.COMPLETE, timedelta(seconds=31))
    failed = reported([*entries, step("suspend", "okta", seconds=90, outcome=Outcome.FAILED, why="503")])
    assert [each.text for each in failed.reasons] == [
        "Access in okta was not ended: 503.",
        "Suspend (okta): failed: 503.",
    ]
    alone = reported(entries[:3])
    assert [each.text for each in alone.reasons] == [
        "There is no evidence that access in okta ended, although its moment has passed."
    ]


def test_the_steps_that_end_access_are_those_of_the_runbook() -> None:
    assert SHUT | SIGNED_OUT == ENDING


def test_a_difference_that_a_check_finds_is_named_until_a_check_is_clean() -> None:
    cuts = cut_entries(cut_report(one_cut("entra", 2), one_cut("okta", 3)), agreed=AGREED, now=after(4))
    again = Difference("dana.reyes", "okta", "status", "SUSPENDED", "ACTIVE")
    other = Difference("sam.okafor", "entra", "status", "disabled", "enabled")
    people = ("dana.reyes", "sam.okafor")
    found = verification_entries(VerifyReport("acme", differences=(again,), departed=people), after(3600))
    clean = verification_entries(VerifyReport("acme", differences=(other,), departed=people), after(7200))
    assert [each.text for each in reported([*cuts, *found]).reasons] == [
        "The last check in okta found access again: status: wanted SUSPENDED, found ACTIVE."
    ]
    assert reported([*cuts, *found, *clean]).verdict is Verdict.COMPLETE


@pytest.mark.parametrize("name", ["departure.html", "departure.json"])
def test_the_example_is_as_blessed(name: str) -> None:
    assert shown()[name] == (FOLDER / name).read_text(encoding="utf-8")
