"""What a departure came to: complete only when nothing at all speaks against it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.evidence import Entry, Kind, Outcome
from leaver.evidence.report.values import Verdict
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
    reported,
    sound,
    step,
    task,
)


def test_a_departure_is_complete_when_every_directory_step_and_task_is_done() -> None:
    report = reported(
        [
            *cuts(),
            step("licences"),
            entry(Kind.TASK, 60, step="door-badge", outcome=Outcome.DONE, asked_by="facilities"),
            looked(3600),
        ],
        facts(by_hand=(task("door-badge"),), expected=(("entra", "licences"),)),
    )
    assert (report.verdict, report.reasons) == (Verdict.COMPLETE, ())
    assert (report.ended, report.lateness, report.exposure) == (
        after(3),
        timedelta(seconds=3),
        timedelta(seconds=3),
    )


Case = tuple[list[Entry], dict[str, object], Verdict, str]
CASES: dict[str, Case] = {
    "a directory failed": (
        [
            cut("entra"),
            cut("okta", outcome=Outcome.FAILED, why="refused", seen={"by_hand": "Suspend it."}),
        ],
        {},
        Verdict.PARTIAL,
        "Access in okta was not ended: refused. By hand: Suspend it.",
    ),
    "a directory was not read back": (
        [cut("entra"), cut("okta", outcome=Outcome.UNVERIFIED, why="it still shows ACTIVE")],
        {},
        Verdict.UNVERIFIED,
        "The end of access in okta was not read back: it still shows ACTIVE.",
    ),
    "a directory has no evidence": (
        [cut("entra")],
        {},
        Verdict.UNVERIFIED,
        "There is no evidence that access in okta ended, although its moment has passed.",
    ),
    "a step failed": (
        [*cuts(), step("licences", outcome=Outcome.FAILED, why="no permission")],
        {},
        Verdict.PARTIAL,
        "Licences (entra): failed: no permission.",
    ),
    "a step was not read back": (
        [*cuts(), step("licences", outcome=Outcome.UNVERIFIED, why="still there")],
        {},
        Verdict.UNVERIFIED,
        "Licences (entra): not read back: still there.",
    ),
    "a step of the runbook is missing": (
        cuts(),
        {"expected": (("entra", "licences"),), "titles": {"licences": "take the licences away"}},
        Verdict.OPEN,
        "Take the licences away (entra): not taken yet.",
    ),
    "a task is open": (
        cuts(),
        {"by_hand": (task("door-badge", owner="facilities"),)},
        Verdict.OPEN,
        "Task by hand still open: Door badge, facilities.",
    ),
    "a task is overdue": (
        cuts(),
        {"by_hand": (task("door-badge", due=after(3600)),)},
        Verdict.OPEN,
        "Task by hand still open: Door badge, due Friday, November 27, 2026, 18:00:00 EST, overdue.",
    ),
    "a later look found access again": (
        [
            *cuts(),
            entry(
                Kind.VERIFICATION,
                7200,
                directory="entra",
                outcome=Outcome.FAILED,
                why="status: wanted disabled, found enabled",
            ),
            looked(7200, Outcome.FAILED),
        ],
        {},
        Verdict.PARTIAL,
        "The last check in entra found access again: status: wanted disabled, found enabled.",
    ),
    "the last run was not done": (
        [*cuts(), entry(Kind.DEPARTURE, 30, outcome=Outcome.FAILED, why="2 steps failed")],
        {},
        Verdict.PARTIAL,
        "The last run found the departure not done: 2 steps failed.",
    ),
    "nobody knows the runbook": (
        cuts(),
        {"expected": None, "recorded": False},
        Verdict.OPEN,
        "Access has ended; which further steps there were to be is not known, as the record is gone.",
    ),
    "access was given back": (
        [*cuts(), entry(Kind.WORD, 3600, step="reinstate", outcome=Outcome.DONE)],
        {},
        Verdict.OPEN,
        "The word to give access back came on Friday, November 27, 2026, 18:00:00 EST; this departure is over.",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_thing_that_speaks_against_it_is_enough_and_is_said(name: str) -> None:
    entries, changes, verdict, reason = CASES[name]
    report = reported(entries, facts(**changes))
    assert report.verdict is verdict
    assert [each.text for each in report.reasons] == [reason]


def test_a_chain_that_does_not_verify_makes_everything_worthless() -> None:
    stored = cuts()
    report = reported(stored, findings=broken(chain(stored)))
    assert report.verdict is Verdict.UNVERIFIED
    assert [each.text for each in report.reasons] == [
        "The evidence does not verify: evidence/acme.jsonl:2:1: entry 2: was changed. Keep the file as it is."
    ]


def test_before_the_moment_a_departure_is_open_and_nothing_else_is_missed() -> None:
    report = reported([], facts(expected=(("entra", "licences"),)), made=AGREED - timedelta(hours=1))
    assert report.verdict is Verdict.OPEN
    assert [each.text for each in report.reasons] == [
        "The agreed moment, Friday, November 27, 2026, 17:00:00 EST, is still to come."
    ]


def test_a_hold_that_waits_is_open() -> None:
    report = reported([], facts(held=True, due=None))
    assert [each.text for each in report.reasons] == ["The departure waits for its release."]


def test_nothing_at_all_is_said_plainly() -> None:
    report = reported([], facts(usernames={}, agreed=None, due=None))
    assert report.verdict is Verdict.OPEN
    assert [each.text for each in report.reasons] == [
        "There is no evidence of this person, and no account in the records."
    ]


def test_a_step_that_was_mended_later_is_done() -> None:
    entries = [*cuts(), step("licences", outcome=Outcome.FAILED, seconds=10), step("licences", seconds=600)]
    report = reported(entries)
    assert report.verdict is Verdict.COMPLETE
    (line,) = report.steps
    assert (line.outcome, line.tries, line.number) == (Outcome.DONE, 2, 4)


def test_what_was_done_is_told_although_a_later_run_found_it_done_already() -> None:
    entries = [
        *cuts(),
        step("licences", seen={"now": {"licences": []}}),
        step("licences", seconds=90, outcome=Outcome.ALREADY),
    ]
    (line,) = reported(entries).steps
    assert (line.outcome, line.number) == (Outcome.DONE, 3)


def test_a_step_that_a_later_check_found_undone_counts_as_undone() -> None:
    undone = entry(
        Kind.VERIFICATION, 900, step="licences", directory="entra", outcome=Outcome.FAILED, why="E5 is back"
    )
    report = reported([*cuts(), step("licences"), undone])
    assert report.verdict is Verdict.PARTIAL
    assert [each.text for each in report.reasons] == ["Licences (entra): found undone again: E5 is back."]


def test_a_check_that_failed_for_others_only_is_good_for_this_person() -> None:
    assert reported([*cuts(), looked(3600, Outcome.FAILED)]).verdict is Verdict.COMPLETE


def test_a_check_that_could_not_look_is_not_good() -> None:
    report = reported([*cuts(), looked(3600, Outcome.UNVERIFIED, why="entra did not answer")])
    assert report.verdict is Verdict.UNVERIFIED


def test_a_check_that_is_clean_again_makes_an_earlier_finding_history() -> None:
    found = entry(Kind.VERIFICATION, 3600, directory="entra", outcome=Outcome.FAILED, why="enabled")
    report = reported([*cuts(), found, cut("entra", 3700, Outcome.ALREADY), looked(7200)])
    assert report.verdict is Verdict.COMPLETE
    assert report.ended == after(3)


GOOD = st.sampled_from([Outcome.DONE, Outcome.ALREADY, Outcome.SKIPPED])
BAD = st.sampled_from([Outcome.FAILED, Outcome.UNVERIFIED])


@given(
    good=st.lists(st.tuples(st.sampled_from(["entra", "okta"]), st.sampled_from("abcd"), GOOD), max_size=8),
    bad=st.tuples(st.sampled_from(["entra", "okta"]), st.sampled_from("xyz"), BAD),
    kind=st.sampled_from([Kind.CUT, Kind.STEP]),
)
def test_whatever_else_is_good_one_bad_outcome_is_never_complete(
    good: list[tuple[str, str, Outcome]], bad: tuple[str, str, Outcome], kind: Kind
) -> None:
    steps = [step(name, directory, 10, outcome) for directory, name, outcome in good]
    directory, name, outcome = bad
    last = cut(directory, 20, outcome) if kind is Kind.CUT else step(name, directory, 20, outcome)
    assert reported([*cuts(), *steps]).verdict is Verdict.COMPLETE
    assert reported([*cuts(), *steps, last]).verdict in (Verdict.PARTIAL, Verdict.UNVERIFIED)


@given(moved=st.permutations(list(range(4))))
def test_the_order_in_which_directories_and_steps_came_changes_nothing_but_the_lines(
    moved: list[int],
) -> None:
    entries = [cut("entra"), cut("okta"), step("licences"), step("groups", "okta")]
    report = reported([entries[index] for index in moved])
    assert report.verdict is Verdict.COMPLETE
    assert {line.step for line in report.steps} == {"licences", "groups"}
    assert report.findings == sound(chain([entries[index] for index in moved]))
    assert report.made == MADE
