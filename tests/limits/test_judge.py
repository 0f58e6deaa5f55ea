"""Every limit over one client: what is within it, what exceeds it, and what the refusal says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.desired import desired
from leaver.limits import Judgement, Ledger, LimitExceeded, judge, losses, size
from leaver.model import Client
from tests.estates import NOW, client

TEN: dict[str, dict[str, Any]] = {f"p{number}": {} for number in range(10)}
GROUPS = {"finance": {"directory": "entra"}, "vpn": {"directory": "okta", "membership": "additive"}}


def without(people: dict[str, dict[str, Any]], count: int) -> dict[str, dict[str, Any]]:
    """The records without the last `count` people."""
    return dict(list(people.items())[: len(people) - count])


WIDE = {"memberships": {"removals": 1000, "percent": 100}}


def in_finance(people: int, stay: int) -> tuple[Client, Client]:
    """A client with so many people in one group, before and after all but the first `stay` left it."""
    made = {f"p{number:02}": {"groups": ["finance"]} for number in range(people)}
    after = {key: {"groups": ["finance"] if at < stay else []} for at, key in enumerate(made)}
    return client(made, GROUPS, directories=("entra", "okta")), client(
        after, GROUPS, directories=("entra", "okta"), limits=WIDE
    )


def judged(before: Client, after: Client, ledger: Ledger | None = None, now: datetime = NOW) -> Judgement:
    old, new = desired(before, now), desired(after, now)
    return judge(after, losses(old, new), size(old), now, ledger)


def line(judgement: Judgement) -> str:
    """The last line of a refusal, without what differs each time."""
    return judgement.refusals[-1].replace(judgement.hash, "HASH")


ALLOW = (
    "acme: If that is meant, write below `overrides:` in identities/acme/overrides.yaml: "
    '- {losses: "HASH", reason: "…", expires: "2026-11-25 12:00 +00:00"}'
)


@pytest.mark.parametrize(
    ("limits", "gone", "said"),
    [
        (
            {"removals": 3, "percent": 100},
            4,
            "acme: 4 of 10 people would lose their access (p6, p7, p8, p9); the limits allow 3 "
            "(`limits`: removals 3, percent 100)",
        ),
        (
            {"removals": 10, "percent": 30},
            4,
            "acme: 4 of 10 people would lose their access (p6, p7, p8, p9); the limits allow 3 "
            "(`limits`: removals 10, percent 30)",
        ),
        (
            {"removals": 0, "percent": 100},
            1,
            "acme: 1 of 10 people would lose their access (p9); the limits allow 0 "
            "(`limits`: removals 0, percent 100)",
        ),
        (
            {},
            3,
            "acme: 3 of 10 people would lose their access (p7, p8, p9); the limits allow 2 "
            "(`limits`: removals 10, percent 20)",
        ),
    ],
)
def test_more_people_than_the_bound_are_refused_and_one_less_is_not(
    limits: dict[str, int], gone: int, said: str
) -> None:
    refused = judged(client(TEN), client(without(TEN, gone), limits=limits))
    assert refused.refusals[0] == said
    assert line(refused) == ALLOW
    assert len(refused.refusals) == 2
    assert judged(client(TEN), client(without(TEN, gone - 1), limits=limits)).allowed


@pytest.mark.parametrize("way", ["deleted", "disabled", "not started", "account dropped"])
def test_whichever_way_it_is_written_an_account_that_is_lost_counts(way: str) -> None:
    record: dict[str, Any] = {
        "disabled": {"disabled": True},
        "not started": {"starts": NOW + timedelta(days=1)},
        "account dropped": {"accounts": ["okta"]},
    }.get(way, {})
    after = dict.fromkeys(TEN, record) if way != "deleted" else {}
    both = ("entra", "okta")
    refused = judged(client(TEN, directories=both), client(after, directories=both))
    assert refused.refusals[0].startswith("acme: 10 of 10 people would lose their access (p0, p1,")


def test_a_person_counts_once_however_many_accounts_and_groups_go() -> None:
    groups = {key: {"groups": ["finance", "vpn"]} for key in TEN}
    both = ("entra", "okta")
    before = client(groups, GROUPS, directories=both)
    found = judged(before, client(without(groups, 2), GROUPS, directories=both))
    assert found.allowed
    assert [(use.what, use.used) for use in found.uses if use.scope == "acme" and use.window == "run"] == [
        ("people", 2),
        ("memberships", 0),
    ]


def test_any_number_of_agreed_departures_is_no_loss() -> None:
    departed = {key: {"departure": {"at": NOW}} for key in TEN}
    assert judged(client(TEN), client(departed, limits={"removals": 0, "percent": 0})).counted == ()


def test_a_group_of_which_more_than_half_would_go_is_refused() -> None:
    before, after = in_finance(10, stay=4)
    refused = judged(before, after)
    assert refused.refusals[0] == (
        "acme: group Finance in entra would lose 6 of 10 members (p04, p05, p06, p07, p08, p09); the limits allow 5 "
        "(`limits.group`: removals 25, percent 50)"
    )
    assert line(refused) == ALLOW
    assert judged(*in_finance(10, stay=5)).allowed


def test_a_small_group_may_lose_three_and_a_large_one_no_more_than_the_bound() -> None:
    assert judged(*in_finance(3, stay=0)).allowed
    assert judged(*in_finance(60, stay=35)).allowed
    refused = judged(*in_finance(60, stay=34))
    assert refused.refusals[0].startswith(
        "acme: group Finance in entra would lose 26 of 60 members (p34, p35,"
    )
    assert (
        "and 16 more); the limits allow 25 (`limits.group`: removals 25, percent 50)" in refused.refusals[0]
    )


def test_memberships_of_many_groups_are_bounded_together() -> None:
    groups = {f"g{number}": {"directory": "entra"} for number in range(8)}
    people = {f"p{number}": {"groups": list(groups)} for number in range(20)}
    losing = {key: {"groups": [] if at < 5 else list(groups)} for at, key in enumerate(people)}
    refused = judged(client(people, groups), client(losing, groups))
    assert refused.refusals[0] == (
        "acme: 40 of 160 memberships would be lost (p0, p1, p2, p3, p4); the limits allow 32 "
        "(`limits.memberships`: removals 60, percent 20)"
    )
    four = {key: {"groups": [] if at < 4 else list(groups)} for at, key in enumerate(people)}
    assert judged(client(people, groups), client(four, groups)).allowed


def test_a_role_counts_like_a_group() -> None:
    people = {f"p{number}": {"roles": ["Reports Reader"]} for number in range(10)}
    refused = judged(client(people), client({**{key: {} for key in people}, "p0": people["p0"]}))
    assert refused.refusals[0].startswith("acme: role Reports Reader in entra would lose 9 of 10 members")


def test_a_licence_counts_like_a_group() -> None:
    given = {"licences": ["e3"], "usage location": "GB"}
    people = {f"p{number}": given for number in range(10)}
    catalogue = {"e3": {"sku": "SPE_E3"}}
    after = {**{key: {} for key in people}, "p0": given}
    refused = judged(client(people, licences=catalogue), client(after, licences=catalogue))
    assert refused.refusals[0].startswith("acme: licence e3 in entra would lose 9 of 10 members")


def test_a_group_that_is_gone_from_the_records_takes_everybody_out() -> None:
    before, _ = in_finance(10, stay=10)
    after = client(
        {key: {"groups": []} for key in before.people}, {"vpn": GROUPS["vpn"]}, directories=("entra", "okta")
    )
    assert judged(before, after).refusals[0].startswith("acme: group Finance in entra would lose 10 of 10")


def test_a_record_that_says_nothing_of_groups_loses_none() -> None:
    before, _ = in_finance(10, stay=10)
    after = client({key: {} for key in before.people}, GROUPS, directories=("entra", "okta"))
    assert judged(before, after).counted == ()


def test_small_steps_on_one_day_add_up_and_are_forgotten_after_it() -> None:
    ledger, people = Ledger(), TEN
    hours = 0
    for hours in (0, 1):
        now = NOW + timedelta(hours=hours)
        step = judged(client(people), client(without(people, 2)), ledger, now)
        assert step.allowed
        ledger, people = step.ledger, without(people, 2)
    now = NOW + timedelta(hours=23)
    refused = judged(client(people), client(without(people, 1)), ledger, now)
    assert refused.refusals[0] == (
        "acme: 5 of 10 people would lose their access within 24 hours (p5, p6, p7, p8, p9); the limits allow 4 "
        "(`limits.day`: removals 20, percent 30)"
    )
    later = NOW + timedelta(hours=24)
    assert judged(client(people), client(without(people, 1)), ledger, later).allowed


def test_what_was_taken_before_refuses_nothing_that_takes_nothing() -> None:
    taken = judged(client(TEN), client(without(TEN, 4), limits={"removals": 9, "percent": 90})).ledger
    strict = client(without(TEN, 4), limits={"removals": 0, "percent": 0})
    assert judged(strict, strict, taken).allowed


def test_the_bounds_of_a_day_are_never_below_those_of_a_run() -> None:
    limits = {"removals": 9, "percent": 90, "day": {"removals": 1, "percent": 1}}
    assert judged(client(TEN), client(without(TEN, 9), limits=limits)).allowed


def test_a_run_that_failed_and_is_tried_again_counts_once() -> None:
    first = judged(client(TEN), client(without(TEN, 2)))
    again = judged(client(TEN), client(without(TEN, 2)), first.ledger, NOW + timedelta(hours=1))
    assert again.allowed
    assert [use.used for use in again.uses if use.what == "people"] == [2, 2]


def test_enforce_raises_with_every_line() -> None:
    refused = judged(client(TEN), client({}))
    with pytest.raises(LimitExceeded) as caught:
        refused.enforce()
    assert str(caught.value).splitlines() == list(refused.refusals)
    judged(client(TEN), client(TEN)).enforce()
