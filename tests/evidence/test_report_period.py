"""The report over a span of time: who is in it, how late access ended, what proves which control."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.evidence import Kind, Outcome
from leaver.evidence.report import controls
from leaver.evidence.report.period import BINS, lateness_of
from leaver.evidence.report.period_document import period_document
from leaver.evidence.report.proofs import Shown
from leaver.evidence.report.values import DepartureReport, Verdict
from tests.evidence.samples import (
    AGREED,
    MADE,
    after,
    broken,
    chain,
    cut,
    cuts,
    entry,
    facts,
    looked,
    over,
    reported,
    sound,
    step,
    task,
)

S = timedelta(seconds=1)


def test_a_departure_counts_by_its_moment_from_the_beginning_of_the_time_to_before_its_end() -> None:
    moments = [MADE - timedelta(days=30), MADE - timedelta(days=30) - S, MADE, MADE - S]
    reports = [reported([], facts(person=f"p{at}", due=at, agreed=at)) for at in moments]
    assert [each.due for each in over(reports).departures] == [MADE - timedelta(days=30), MADE - S]


def test_whom_a_check_found_without_access_did_not_leave_in_this_time_again() -> None:
    known = facts(person="sam.okafor", agreed=None, due=None, kind=None)
    assert over([reported([looked(60)], known)]).departures == ()
    done = entry(Kind.STEP, 30, person="sam.okafor", step="groups", directory="entra", outcome=Outcome.DONE)
    assert len(over([reported([done, looked(60)], known)]).departures) == 1


def test_percentiles_are_values_that_happened_and_every_departure_is_in_one_bar() -> None:
    found = lateness_of([seconds * S for seconds in (1, 2, 3, 4, 400)])
    assert found is not None
    assert (found.number, found.p50, found.p95, found.worst) == (5, 3 * S, 400 * S, 400 * S)
    assert {each.label: each.number for each in found.bins if each.number} == {"up to 5 s": 4, "up to 1 h": 1}


@given(st.lists(st.integers(-5_000, 500_000), min_size=1, max_size=60))
def test_the_distribution_is_that_of_the_nearest_rank(seconds: list[int]) -> None:
    found = lateness_of([each * S for each in seconds])
    assert found is not None
    ranked = sorted(seconds)
    for percent, value in ((50, found.p50), (95, found.p95)):
        assert value == ranked[math.ceil(len(ranked) * percent / 100) - 1] * S
    assert sum(each.number for each in found.bins) == len(seconds)
    assert [each.label for each in found.bins] == [label for label, _ in BINS]
    assert found.bins[0].number == sum(1 for each in seconds if each < 0)


def test_exposure_is_that_of_all_people_together() -> None:
    reports = [reported(cuts()), reported([cut("entra", 10), cut("okta", 20)], facts(person="sam.okafor"))]
    report = over([*reports[:1], reported([cut("entra", 10), cut("okta", 20)])])
    assert report.exposure == 23 * S
    assert len(over(reports).departures) == 2


def test_a_time_without_departures_is_complete_and_says_so() -> None:
    report = over([])
    assert (report.complete, report.lateness) == (True, None)
    document = period_document(report)
    assert document.summary == ("Nobody left in this time.",)
    assert document.badge == "complete"


def test_what_is_left_is_said_by_client_and_person_and_a_problem_is_never_complete() -> None:
    late = reported(cuts(), facts(by_hand=(task("door-badge", due=after(60)),)))
    document = period_document(over([reported(cuts()), late]))
    assert (document.badge, document.left) == (
        "open",
        (
            "acme/dana.reyes: Task by hand still open: Door badge, due Friday, November 27, 2026, 17:01:00 EST, "
            "overdue.",
        ),
    )
    assert not over([reported(cuts())], ["kestrel: the evidence cannot be read"]).complete


def test_the_summary_gives_the_spread_in_words() -> None:
    reports = [reported([cut("entra", each), cut("okta", each)]) for each in (2, 2, 40)]
    assert period_document(over(reports)).summary == (
        "3 people left in this time; 3 of these departures are complete.",
        "Half of them lost access within 2 s of the agreed moment, 95 of 100 within 40 s; the longest took 40 s.",
    )


def test_each_control_is_defined_once_and_said_in_words_of_ours() -> None:
    names = [(each.framework, each.number) for each in controls.CONTROLS]
    assert len(set(names)) == len(names)
    assert {number for _, number in names} >= {
        "5.1",
        "5.3",
        "6.1",
        "6.2",
        "6.8",
        "AC-2",
        "AC-2(3)",
        "AC-6",
        "PS-4a",
        "PS-5",
        "AU-10",
    }
    assert all(each.asks.endswith(".") for each in controls.CONTROLS)


def shown(report: DepartureReport) -> dict[str, Shown]:
    return {line.control.number: line.proof.shown for line in controls.lines(report)}


def proof(report: DepartureReport, number: str) -> str:
    return next(line.proof.text for line in controls.lines(report) if line.control.number == number)


def test_a_complete_departure_shows_what_it_shows_and_no_more() -> None:
    entries = [
        *[cut(name, 2, approved_by=("Amara Nwosu",)) for name in ("entra", "okta")],
        step("password"),
        step("licences"),
        looked(3600),
    ]
    stored = chain(entries)
    report = reported(entries, findings=sound(stored, signed={"3f7a": len(stored)}))
    assert report.verdict is Verdict.COMPLETE
    found = shown(report)
    assert {number for number, each in found.items() if each is Shown.YES} == {
        "5.1",
        "5.3",
        "6.2",
        "AC-2",
        "AC-2(3)",
        "AC-6",
        "AC-2 l",
        "AU-8",
        "AU-9(3)",
        "AU-10",
        "CA-7",
        "PS-4a",
        "PS-4b",
    }
    assert Shown.NO not in found.values()
    assert proof(report, "6.2") == (
        "Access ended in 2 directories, 2 s after the agreed moment, each disabled account read back "
        "(entry 1, entry 2)."
    )
    assert proof(report, "AC-2") == "Approved by Amara Nwosu."
    assert proof(report, "PS-4b") == "Password in entra (entry 3)."


@pytest.mark.parametrize(
    ("number", "entries", "text"),
    [
        ("6.2", [cut("entra")], "Not shown to have ended in okta."),
        (
            "PS-4b",
            [*cuts(), step("sign-in-methods", outcome=Outcome.FAILED)],
            "Not done: Sign in methods in entra.",
        ),
        ("AC-6", [*cuts(), step("groups", outcome=Outcome.FAILED)], "Still there: Groups in entra."),
        ("AC-2 l", [cut("entra")], "The departure is unverified: see what is left to do."),
    ],
)
def test_what_is_missing_is_said_to_be_not_met(number: str, entries: list[object], text: str) -> None:
    report = reported(entries)  # type: ignore[arg-type]
    assert (shown(report)[number], proof(report, number)) == (Shown.NO, text)


def test_nothing_is_proof_in_a_chain_that_somebody_changed() -> None:
    report = reported(cuts(), findings=broken(chain(cuts())))
    assert Shown.YES not in shown(report).values()


def test_a_chain_that_nobody_signed_shows_changes_and_not_whose_entries_they_are() -> None:
    assert shown(reported(cuts()))["AU-10"] is Shown.NOT
    assert shown(reported(cuts()))["AU-9(3)"] is Shown.YES


def test_a_departure_to_come_breaks_no_control() -> None:
    report = reported([], made=AGREED - timedelta(days=1))
    assert Shown.NO not in shown(report).values()


def test_over_many_departures_one_that_does_not_meet_a_control_is_named() -> None:
    good, bad = reported(cuts()), reported([cut("entra")], facts(client_name="Acme"))
    lines = {line.control.number: line.proof for line in controls.over([good, bad])}
    assert (lines["6.2"].shown, lines["6.2"].text) == (Shown.NO, "1 departure of 2: acme/dana.reyes")
    lines = {line.control.number: line.proof for line in controls.over([good, good])}
    assert (lines["6.2"].shown, lines["6.2"].text) == (
        Shown.YES,
        "2 of 2 departures; each report says what shows it",
    )
