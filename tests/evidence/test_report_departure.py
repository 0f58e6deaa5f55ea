"""What the report of one departure says: when access ended, on whose word, what there was, in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

from leaver.evidence import Entry, Kind, Outcome
from leaver.evidence.report import words
from leaver.evidence.report.departure_document import departure_document
from leaver.evidence.report.facts import Mark, facts_of, unrecorded
from leaver.evidence.report.seen import lines
from leaver.evidence.report.values import Verdict
from leaver.model import Nda, Period
from tests import estates
from tests.evidence.samples import (
    AGREED,
    MADE,
    after,
    cut,
    cuts,
    entry,
    facts,
    looked,
    reported,
    step,
    task,
)


def test_lateness_and_exposure_are_counted_from_the_agreed_moment_to_the_last_directory() -> None:
    report = reported([cut("entra", 2), cut("okta", 95)])
    assert [(each.directory, each.lateness, each.exposure) for each in report.cuts] == [
        ("entra", timedelta(seconds=2), timedelta(seconds=2)),
        ("okta", timedelta(seconds=95), timedelta(seconds=95)),
    ]
    assert (report.ended, report.lateness, report.exposure) == (
        after(95),
        timedelta(seconds=95),
        timedelta(seconds=95),
    )


def test_exposure_grows_while_a_directory_is_not_cut_and_lateness_is_not_claimed() -> None:
    report = reported([cut("entra"), cut("okta", outcome=Outcome.FAILED)], made=after(3600))
    assert report.exposure == timedelta(hours=1)
    assert (report.ended, report.lateness) == (None, None)


def test_a_cut_that_failed_first_ended_access_when_it_was_read_back() -> None:
    report = reported([cut("entra", 1), cut("okta", 1, Outcome.FAILED), cut("okta", 61)])
    assert report.ended == after(61)
    assert report.verdict is Verdict.COMPLETE


def test_a_cut_that_is_made_again_later_does_not_make_the_departure_later() -> None:
    report = reported([*cuts(), cut("entra", 86_400, Outcome.ALREADY), cut("okta", 86_400, Outcome.ALREADY)])
    assert report.ended == after(3)


def test_an_account_that_was_not_found_may_have_been_renamed_until_a_check_is_clean() -> None:
    absent = cut("okta", 9, Outcome.SKIPPED, why="there is no account dana.reyes@acme.example")
    known = facts(expected=(("okta", "factors"),))
    report = reported([cut("entra"), absent], known)
    assert report.verdict is Verdict.UNVERIFIED
    assert [each.text for each in report.reasons] == [
        "There was no account dana.reyes@acme.example in okta to end. If it was renamed there, it still opens: look "
        "for it, and release it by its new username."
    ]
    assert reported([cut("entra"), absent, looked(60)], known).verdict is Verdict.COMPLETE
    assert (report.ended, report.exposure) == (after(2), timedelta(seconds=2))


def test_where_no_account_was_found_at_all_nothing_is_said_to_have_ended() -> None:
    absent = [cut(name, 2, Outcome.SKIPPED) for name in ("entra", "okta")]
    for entries, verdict in ((absent, Verdict.UNVERIFIED), ([*absent, looked(60)], Verdict.COMPLETE)):
        report = reported(entries)
        assert (report.verdict, report.ended, report.lateness) == (verdict, None, None)
        assert departure_document(report).summary[0] == (
            "Dana Reyes’s access to the systems of Acme Robotics could not be ended: no directory has an account of "
            "the name that the record gives."
        )


def test_access_that_an_apply_ended_is_told_as_ended_at_the_latest_by_the_check_that_saw_it() -> None:
    report = reported([cut("entra"), looked(240)])
    (_, okta) = report.cuts
    assert (okta.at, okta.outcome, okta.at_the_latest) == (after(240), Outcome.ALREADY, True)
    assert okta.why == "found ended by a check; the evidence tells of no cut"
    assert report.lateness == timedelta(seconds=240)


def test_a_release_counts_from_the_word_and_not_from_the_agreed_moment() -> None:
    word = after(5400)
    entries = [
        entry(Kind.WORD, 5400.4, step="release", outcome=Outcome.DONE, asked_by="Ana Lima <ana@msp.example>"),
        cut("entra", 5403, agreed=word),
        cut("okta", 5404, agreed=word),
    ]
    known = facts(held=True, due=word, released=Mark(at=word, by="Ana Lima <ana@msp.example>"))
    report = reported(entries, known)
    assert (report.due, report.lateness, report.counted_from) == (word, timedelta(seconds=4), "the release")
    assert [(point.label, point.detail) for point in report.points][:2] == [
        ("Agreed moment", "waits for the release"),
        ("Released", "Ana Lima"),
    ]


def test_a_release_of_somebody_without_a_departure_is_a_release_and_no_agreement() -> None:
    known = facts(released=Mark(at=AGREED, by="Ana Lima <ana@msp.example>"))
    report = reported(cuts(), known)
    assert report.counted_from == "the release"
    assert (report.points[0].label, report.points[0].detail) == ("Released", "Ana Lima")


def test_a_release_that_never_reached_the_record_counts_by_the_evidence() -> None:
    word = after(-7200)
    entries = [
        entry(Kind.WORD, -7200, step="release", outcome=Outcome.FAILED),
        cut("entra", -7198, agreed=word),
        cut("okta", -7197, agreed=word),
    ]
    report = reported(entries, made=after(-3600))
    assert (report.due, report.lateness, report.counted_from) == (word, timedelta(seconds=3), "the release")
    assert report.verdict is Verdict.COMPLETE


def test_the_timeline_is_in_order_from_the_request_to_the_last_check() -> None:
    known = facts(
        asked=Mark(at=AGREED - timedelta(days=7), by="Lee Park <lee.park@acme.example>"),
        approved=Mark(at=AGREED - timedelta(days=6)),
        notice=AGREED - timedelta(days=1),
    )
    entries = [
        cut("entra", 2, approved_by=("Amara Nwosu <amara@acme.example> (merged 8d1c6b0e4f)",)),
        cut("okta", 3),
        step("licences", seconds=20),
        entry(Kind.TASK, 600, step="door-badge", outcome=Outcome.DONE),
        entry(Kind.DEPARTURE, 700, outcome=Outcome.DONE),
        looked(7200),
    ]
    assert [(point.label, point.detail, point.mark) for point in reported(entries, known).points] == [
        ("Asked for", "Lee Park", "word"),
        ("Approved", "Amara Nwosu", "word"),
        ("On notice", "", "word"),
        ("Agreed moment", "", "due"),
        ("Access ended in entra", "2 s after", "cut"),
        ("Access ended in okta", "3 s after", "cut"),
        ("1 step done", "and read back", "done"),
        ("1 task by hand done", "", "done"),
        ("Departure complete", "", "done"),
        ("Checked again", "still so, 1 check", "check"),
    ]


def test_what_was_complete_and_had_to_be_mended_is_complete_from_then_on() -> None:
    def completed(*entries: Entry) -> list[datetime]:
        told = reported([*cuts(), *entries]).points
        return [point.at for point in told if point.label == "Departure complete"]

    bad = entry(Kind.DEPARTURE, 800, outcome=Outcome.FAILED, why="a group was added back")
    assert completed(done(700), done(750)) == [after(700)]
    assert completed(done(700), bad) == []
    assert completed(done(700), bad, done(900), done(950)) == [after(900)]


def test_what_the_person_had_is_what_the_first_picture_of_each_directory_shows() -> None:
    had = {
        "groups": {"groups": [{"id": "1", "name": "Finance", "dynamic": False}, {"id": "2", "name": "VPN"}]},
        "sign-in-methods": {"methods": ["phone +1 …17"]},
        "disable": {"enabled": True},
        "licences": {"unknown": "403 Forbidden"},
        "roles": {"roles": []},
    }
    first = entry(Kind.BEFORE, 1, directory="entra", seen={"account": "1", "username": "x", "has": had})
    later = entry(Kind.BEFORE, 60, directory="entra", seen={"has": {"groups": {"groups": []}}})
    known = facts(titles={"licences": "take the licences away"})
    assert [(each.what, each.names) for each in reported([first, *cuts(), later], known).had] == [
        ("Groups", ("Finance", "VPN")),
        ("Methods", ("phone +1 …17",)),
        ("Take the licences away", ("not known: 403 Forbidden",)),
        ("State of the account", ("enabled yes",)),
    ]


def test_what_was_read_back_is_told_line_by_line_and_long_lists_are_cut() -> None:
    assert lines(
        {"before": {"groups": ["a", "b"]}, "now": {"groups": [], "enabled": False, "until": None}}
    ) == [
        "before, groups: a, b",
        "now, groups: none",
        "now, enabled: no",
        "now, until: nothing",
    ]
    assert lines({"left": [f"g{number}" for number in range(30)]}) == [
        "left: " + ", ".join(f"g{number}" for number in range(12)) + " and 18 more"
    ]
    many = lines({f"k{number}": number for number in range(40)})
    assert (len(many), many[-1]) == (13, "and 28 more lines in the evidence")


def test_only_entries_of_this_person_at_this_client_count() -> None:
    others = [
        replace(cut("okta"), person="sam.okafor"),
        replace(cut("okta"), client="brightwater"),
        Entry(kind=Kind.APPLY, client="acme", at=after(9), outcome=Outcome.FAILED),
    ]
    report = reported([cut("entra"), *others])
    assert [each.outcome for each in report.cuts] == [Outcome.DONE, None]
    assert report.entries == 1


def test_of_several_departures_the_last_one_is_told_and_the_others_are_counted() -> None:
    back = entry(Kind.WORD, 1000, step="reinstate", outcome=Outcome.DONE)
    again = AGREED + timedelta(days=300)
    second = [cut(name, 300 * 86_400 + 5, agreed=again) for name in ("entra", "okta")]
    known = facts(agreed=again, due=again)
    report = reported([*cuts(), back, *second], known, made=again + timedelta(days=1))
    assert (report.earlier, report.lateness, report.verdict) == (1, timedelta(seconds=5), Verdict.COMPLETE)


def test_a_departure_that_is_planned_after_a_return_is_told_and_not_the_old_one() -> None:
    back = entry(Kind.WORD, 1000, step="reinstate", outcome=Outcome.DONE)
    again = AGREED + timedelta(days=300)
    report = reported([*cuts(), back], facts(agreed=again, due=again))
    assert (report.earlier, report.due, report.ended) == (1, again, None)
    assert report.verdict is Verdict.OPEN


def proposed() -> Entry:
    return entry(
        Kind.WORD, 1000, step="reinstate", outcome=Outcome.DONE, seen={"branch": "leaver/reinstate-acme-dana"}
    )


def test_a_return_that_was_only_proposed_ends_no_departure() -> None:
    report = reported([*cuts(), proposed()])
    assert (report.verdict, report.earlier, report.reinstated) == (Verdict.COMPLETE, 0, None)
    assert [point.label for point in report.points if point.at == after(1000)] == ["Return proposed"]


def test_a_return_that_was_proposed_and_merged_ends_the_departure() -> None:
    merged = facts(ends=False, agreed=None, due=None)
    report = reported([*cuts(), proposed()], merged)
    assert (report.verdict, report.reinstated) == (Verdict.OPEN, after(1000))
    again = AGREED + timedelta(days=300)
    assert reported([*cuts(), proposed()], facts(agreed=again, due=again)).earlier == 1


def done(seconds: float) -> Entry:
    return entry(Kind.DEPARTURE, seconds, outcome=Outcome.DONE)


def test_a_second_departure_needs_no_word_of_the_return_between() -> None:
    again = AGREED + timedelta(days=300)
    second = [cut(name, 300 * 86_400 + 5, agreed=again) for name in ("entra", "okta")]
    known = facts(agreed=again, due=again)
    report = reported([*cuts(), done(30), *second], known, made=again + timedelta(days=1))
    assert (report.earlier, report.lateness) == (1, timedelta(seconds=5))
    planned = reported([*cuts(), done(30)], known)
    assert (planned.earlier, planned.ended, planned.verdict) == (1, None, Verdict.OPEN)


def test_a_release_that_never_reached_the_record_is_no_second_departure() -> None:
    word = after(-7200)
    failed = entry(Kind.WORD, -7200, step="release", outcome=Outcome.FAILED)
    entries = [failed, *[cut(name, -7198, agreed=word) for name in ("entra", "okta")], done(-7100)]
    report = reported(entries, made=after(-3600))
    assert (report.earlier, report.lateness, report.verdict) == (0, timedelta(seconds=2), Verdict.COMPLETE)


def test_a_record_that_ends_no_access_any_more_is_no_complete_departure() -> None:
    report = reported([*cuts(), done(30)], facts(ends=False, agreed=None, due=None))
    assert report.verdict is Verdict.OPEN
    assert [each.text for each in report.reasons] == [
        "The record ends no access any more: it may have been given back since. This departure is over."
    ]


def test_of_somebody_whose_record_is_gone_the_evidence_tells_what_it_can() -> None:
    entries = [
        entry(Kind.BEFORE, 1, directory="entra", seen={"username": "dana.reyes@acme.example", "has": {}}),
        cut("entra", 2, asked_by="Lee Park <lee.park@acme.example>", commit="8d1c6b0e4f"),
        step("licences"),
    ]
    report = reported(entries, unrecorded("acme", "dana.reyes"))
    assert (report.facts.name, report.facts.zone, report.due) == ("Dana Reyes", "UTC", AGREED)
    assert [(each.directory, each.username, each.outcome) for each in report.cuts] == [
        ("entra", "dana.reyes@acme.example", Outcome.DONE)
    ]
    assert report.asked_by == ("Lee Park <lee.park@acme.example>",)
    assert report.verdict is Verdict.OPEN


def test_facts_come_from_the_record_with_names_and_the_client_s_tasks() -> None:
    client = estates.client(
        {
            "dana.reyes": {
                "name": "Dana Reyes",
                "nda": {"signed": "2024-03-01", "document": "NDA-1", "survives": "5 years"},
                "departure": {
                    "at": "2026-11-27 17:00",
                    "kind": "involuntary",
                    "hold": "none",
                    "handover": "lee.park",
                    "tasks done": {"copier": {"at": "2026-11-28 10:00", "by": "Ana Lima <ana@msp.example>"}},
                },
            },
            "lee.park": {"name": "Lee Park"},
        },
        directories=("entra", "okta"),
        on_call="on-call@msp.example",
        runbook={
            "tasks": {
                "door-badge": {"title": "Take the door badge", "owner": "lee.park", "due": "2 days"},
                "copier": {"title": "Clear the copier"},
            }
        },
    )
    known = facts_of(client, "dana.reyes")
    assert (known.due, known.kind, known.handover) == (AGREED, "involuntary", "Lee Park")
    assert known.nda == Nda(signed=date(2024, 3, 1), document="NDA-1", survives=Period(5, "year"))
    assert [(task.title, task.owner, task.due) for task in known.by_hand] == [
        ("Take the door badge", "Lee Park", AGREED + timedelta(days=2)),
        ("Clear the copier", "on-call@msp.example", AGREED + timedelta(days=7)),
    ]
    assert [task.done for task in known.by_hand] == [
        None,
        Mark(at=AGREED + timedelta(hours=17), by="Ana Lima <ana@msp.example>"),
    ]
    gone = facts_of(client, "sam.okafor")
    assert (gone.recorded, gone.name, gone.zone) == (False, "Sam Okafor", "America/New_York")


def test_a_task_that_is_ticked_in_the_record_alone_is_done_and_the_lack_of_evidence_is_said() -> None:
    ticked = task("door-badge", done=Mark(at=after(60), by="Ana Lima"))
    report = reported(cuts(), facts(by_hand=(ticked,)))
    (line,) = report.tasks
    assert (line.open, line.done, line.by) == (False, after(60), "Ana Lima")
    assert line.why == "ticked in the record; the evidence has no entry of it"
    assert report.verdict is Verdict.COMPLETE


def test_a_record_that_was_simply_deleted_had_no_tasks() -> None:
    gone = facts(recorded=False, agreed=None, due=None, by_hand=(task("door-badge"),))
    plain = [cut(name, 2, agreed=None) for name in ("entra", "okta")]
    assert reported(plain, gone).tasks == ()
    assert [line.key for line in reported(cuts(), gone).tasks] == ["door-badge"]


def test_moments_are_in_the_client_s_zone_and_days_as_people_there_write_them() -> None:
    assert words.moment(AGREED, "America/New_York") == "Friday, November 27, 2026, 17:00:00 EST"
    assert words.moment(AGREED, "Europe/London") == "Friday 27 November 2026, 22:00:00 GMT"
    assert words.moment(AGREED, "Australia/Sydney") == "Saturday 28 November 2026, 09:00:00 AEDT"
    assert words.short(AGREED, "America/New_York") == "27 Nov 2026 17:00:00 EST"
    assert words.utc(MADE) == "2026-11-28 22:00:00 UTC"


def test_lengths_of_time_are_said_in_their_two_largest_units() -> None:
    said = {
        0.0: "0 s",
        0.04: "0 s",
        3.44: "3.4 s",
        59.6: "1 min",
        61: "1 min 1 s",
        3_600: "1 h",
        90_061: "1 d 1 h",
        -5: "5 s",
    }
    assert {seconds: words.span(timedelta(seconds=seconds)) for seconds in said} == said
    assert [words.late(timedelta(seconds=each)) for each in (0.04, 2, -2)] == [
        "on time",
        "2 s after",
        "2 s before",
    ]
    assert words.against(timedelta(), "the release") == "at the release"
