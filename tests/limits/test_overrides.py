"""Overrides: exactly what they name, once, for a week at most; and what the refusal says of one that is void."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.desired import desired
from leaver.limits import Judgement, Ledger, Loss, digest, judge, losses, size
from leaver.model import Client, Override
from tests.estates import NOW, client

HOUR = timedelta(hours=1)
TEN: dict[str, dict[str, Any]] = {f"p{number}": {} for number in range(10)}
FOUR: dict[str, dict[str, Any]] = {key: {} for key in list(TEN)[:4]}


def lost(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> tuple[Loss, ...]:
    return losses(desired(client(before), NOW), desired(client(after), NOW))


SIX = digest(lost(TEN, FOUR))


PLAN, OTHER = f"sha256:{'0a' * 32}", f"sha256:{'0b' * 32}"


def override(losses: str = SIX, expires: datetime = NOW + 72 * HOUR, plan: str | None = None) -> Override:
    return Override(losses=losses, plan=plan, reason="The night shift ends, HD-4822", expires=expires)


def judged(
    before: dict[str, dict[str, Any]],
    after: dict[str, dict[str, Any]],
    *overrides: Override,
    ledger: Ledger | None = None,
    now: datetime = NOW,
    plan: str | None = None,
) -> Judgement:
    made: Client = replace(client(after), overrides=overrides)
    old = desired(client(before), now)
    return judge(made, losses(old, desired(made, now)), size(old), now, ledger, plan=plan)


def test_the_line_that_the_refusal_prints_is_what_allows_it() -> None:
    refused = judged(TEN, FOUR)
    printed = refused.refusals[-1].partition("- {losses: ")[2].split('"')[1]
    assert printed == SIX == refused.hash
    allowed = judged(TEN, FOUR, override(printed))
    assert (allowed.refusals, allowed.counted) == ((), ())
    assert allowed.override == override()
    assert allowed.overridden == lost(TEN, FOUR)


def test_the_hash_knows_no_order_and_no_day_and_differs_for_every_set() -> None:
    six = lost(TEN, FOUR)
    assert digest(reversed(six)) == digest([*six, *six]) == SIX
    assert len({digest(six[:count]) for count in range(len(six) + 1)}) == len(six) + 1
    assert digest([replace(six[0], client="blue")]) != digest(six[:1])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            override("sha256:" + "0" * 32),
            f"overrides[0]: is for other losses (sha256:{'0' * 32}) than these ({SIX})",
        ),
        (override(expires=NOW), "overrides[0]: expired 2026-11-22 07:00 EST. Remove it"),
        (
            override(expires=NOW + timedelta(days=7, minutes=1)),
            "overrides[0]: expires 2026-11-29 07:01 EST; seven days are the most",
        ),
    ],
)
def test_another_an_expired_or_a_lasting_one_allows_nothing_and_is_told(given: Override, said: str) -> None:
    refused = judged(TEN, FOUR, given)
    assert refused.override is None
    assert refused.refusals[1] == f"identities/acme/overrides.yaml: {said}"
    assert refused.refusals[0].startswith("acme: 6 of 10 people would lose their access")


@pytest.mark.parametrize("known", [None, PLAN])
@pytest.mark.parametrize("named", [None, PLAN])
def test_its_own_plan_none_and_one_that_nobody_knows_are_no_obstacle(
    named: str | None, known: str | None
) -> None:
    assert judged(TEN, FOUR, override(plan=named), plan=known).allowed


def test_one_for_another_plan_allows_nothing_there_and_is_told_with_what_to_write() -> None:
    refused = judged(TEN, FOUR, override(plan=OTHER), plan=PLAN)
    assert refused.override is None
    assert refused.refusals[1:] == (
        f"identities/acme/overrides.yaml: overrides[0]: is for another plan ({OTHER}) than this ({PLAN}). "
        f'If it is meant, write `plan: "{PLAN}"`',
        "acme: If that is meant, write below `overrides:` in identities/acme/overrides.yaml: "
        f'- {{losses: "{SIX}", plan: "{PLAN}", reason: "…", expires: "2026-11-25 12:00 +00:00"}}',
    )
    assert judged(TEN, FOUR, override(plan=OTHER)).allowed, "who knows no plan goes by the losses"


def test_of_two_for_the_same_losses_that_of_the_plan_is_used() -> None:
    right = override(plan=PLAN)
    assert judged(TEN, FOUR, override(plan=OTHER), right, plan=PLAN).override == right


def test_its_own_plan_does_not_make_it_fit_other_losses() -> None:
    given = override("sha256:" + "0" * 32, plan=PLAN)
    assert "overrides[0]: is for other losses" in judged(TEN, FOUR, given, plan=PLAN).refusals[1]


def test_seven_days_are_allowed() -> None:
    assert judged(TEN, FOUR, override(expires=NOW + timedelta(days=7))).allowed


@pytest.mark.parametrize("left", [3, 5])
def test_one_more_or_one_less_than_it_names_is_refused(left: int) -> None:
    other = {key: {} for key in list(TEN)[:left]}
    assert not judged(TEN, other, override()).allowed


def test_it_is_void_once_used() -> None:
    used = judged(TEN, FOUR, override()).ledger
    assert list(used.used) == [override().name]
    back = used.given_back(lambda _: True)
    refused = judged(TEN, FOUR, override(), ledger=back, now=NOW + HOUR)
    assert refused.refusals[1] == (
        "identities/acme/overrides.yaml: overrides[0]: was used 2026-11-22 07:00 EST, and is void. Remove it"
    )


def test_the_same_losses_are_allowed_again_by_a_line_that_is_written_anew() -> None:
    back = judged(TEN, FOUR, override()).ledger.given_back(lambda _: True)
    later = override(expires=NOW + 96 * HOUR)
    again = judged(TEN, FOUR, override(), later, ledger=back, now=NOW + HOUR)
    assert again.override == later
    assert sorted(again.ledger.used) == sorted([override().name, later.name])
    assert Judgement.from_json(replace(client(FOUR), overrides=(override(), later)), again.to_json()) == again
    twice = judged(
        TEN, FOUR, override(), later, ledger=again.ledger.given_back(lambda _: True), now=NOW + 2 * HOUR
    )
    assert [line.rpartition(": ")[2] for line in twice.refusals[1:3]] == [
        "was used 2026-11-22 07:00 EST, and is void. Remove it",
        "was used 2026-11-22 08:00 EST, and is void. Remove it",
    ]


def test_a_run_that_failed_half_way_may_take_the_rest_and_nothing_else() -> None:
    used = judged(TEN, FOUR, override()).ledger
    seven = {key: {} for key in list(TEN)[:7]}
    assert judged(seven, FOUR, override(), ledger=used, now=NOW + HOUR).counted == ()
    one = {key: {} for key in list(TEN)[:1]}
    beyond = judged(seven, one, override(), ledger=used, now=NOW + HOUR)
    assert {loss.person for loss in beyond.counted} == {"p1", "p2", "p3"}
    assert not beyond.allowed


def test_the_rest_is_allowed_until_it_expires_or_leaves_the_file() -> None:
    used = judged(TEN, FOUR, override()).ledger
    assert not judged(TEN, FOUR, override(), ledger=used, now=NOW + 72 * HOUR).allowed
    assert not judged(TEN, FOUR, ledger=used, now=NOW + HOUR).allowed


def test_what_it_allowed_uses_nothing_of_the_day() -> None:
    used = judged(TEN, FOUR, override()).ledger
    assert used.since(NOW + HOUR) == frozenset()
    two = {key: {} for key in list(FOUR)[:2]}
    assert judged(FOUR, two, override(), ledger=used, now=NOW + HOUR).allowed


def test_the_ledger_comes_back_from_the_state_as_it_was() -> None:
    ledger = judged(TEN, FOUR, override()).ledger.taking(lost(FOUR, {}), NOW)
    assert Ledger.from_json("acme", ledger.to_json()) == ledger
    assert Ledger.from_json("acme", {}) == Ledger()


def test_a_used_override_is_remembered_longer_than_any_may_last() -> None:
    ledger = judged(TEN, FOUR, override()).ledger
    week = ledger.taking(lost(FOUR, {}), NOW + timedelta(days=7))
    later = ledger.taking(lost(FOUR, {}), NOW + timedelta(days=9))
    assert (list(week.used), list(later.used)) == ([override().name], [])


def test_a_run_without_losses_writes_nothing_new_however_old_the_ledger() -> None:
    ledger = Ledger().taking(lost(TEN, FOUR), NOW)
    assert judged(FOUR, FOUR, ledger=ledger, now=NOW + timedelta(days=90)).ledger == ledger
