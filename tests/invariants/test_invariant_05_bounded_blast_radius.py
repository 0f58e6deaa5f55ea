"""Invariant 5: removals over the limit always trip the guard, and agreed departures never do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import desired
from leaver.limits import Ledger, LimitExceeded, losses_of
from leaver.model import Override
from leaver.program.compose import compose
from leaver.program.decide import decide
from tests.estates import NOW, client, settled
from tests.invariants.oracle import PROFILE

WAYS = ("deleted", "disabled", "not started", "account dropped")


@st.composite
def estates(draw: st.DrawFn) -> tuple[dict[str, dict[str, object]], dict[str, dict[str, object]], set[str]]:
    """People before and after a change, and who loses access by it, each in a way of their own."""
    before: dict[str, dict[str, object]] = {f"p{number:02}": {} for number in range(draw(st.integers(1, 30)))}
    losing = draw(st.sets(st.sampled_from(sorted(before))))
    after: dict[str, dict[str, object]] = {}
    for key in before:
        way = draw(st.sampled_from(WAYS)) if key in losing else "kept"
        if way == "deleted":
            continue
        after[key] = {
            "kept": {},
            "disabled": {"disabled": True},
            "not started": {"starts": NOW + timedelta(days=1)},
            "account dropped": {"accounts": ["okta"]},
        }[way]
    return before, after, losing


@PROFILE
@given(estates(), st.integers(0, 12), st.integers(0, 100))
def test_invariant_05_more_removals_than_the_limits_allow_are_always_refused(
    estate: tuple[dict[str, dict[str, object]], dict[str, dict[str, object]], set[str]],
    removals: int,
    percent: int,
) -> None:
    before, after, losing = estate
    both = ("entra", "okta")
    limits = {"removals": removals, "percent": percent}
    live, state = settled(made := client(before, directories=both), desired(made, NOW))
    changed = client(after, directories=both, limits=limits)
    allowed = min(removals, max(2, len(before) * percent // 100))
    judgement = decide(changed, NOW, live, state).judgement
    if len(losing) <= allowed:
        assert [line for line in judgement.refusals if "would lose their access" in line] == []
        return
    with pytest.raises(LimitExceeded) as caught:
        judgement.enforce()
    assert f"{len(losing)} of {len(before)} people would lose their access" in str(caught.value)
    assert f"the limits allow {allowed} " in str(caught.value)


@PROFILE
@given(st.integers(1, 60), st.sampled_from(["departure", "until", "released"]))
def test_invariant_05_any_number_of_agreed_leavers_go_in_one_run(count: int, way: str) -> None:
    record = {
        "departure": {"departure": {"at": NOW}},
        "until": {"until": NOW},
        "released": {"departure": {"at": NOW + timedelta(days=9), "hold": "until released", "released": NOW}},
    }[way]
    strict = {"limits": {"removals": 0, "percent": 0}}
    made = client({f"p{number:02}": record for number in range(count)}, **strict)
    before = desired(made, NOW - timedelta(seconds=1))
    assert all(account.enabled for account in before.accounts.values())
    live, state = settled(made, before)
    wanted, plan = compose(made, NOW, live, state)
    assert not any(account.enabled for account in wanted.accounts.values())
    assert [account.inputs["account_enabled"] for account in plan.accounts] == [False] * count


@PROFILE
@given(estates())
def test_invariant_05_what_is_done_already_is_not_counted_again(
    estate: tuple[dict[str, dict[str, object]], dict[str, dict[str, object]], set[str]],
) -> None:
    before, after, _ = estate
    both = ("entra", "okta")
    made = client(before, directories=both)
    _, state = settled(made, desired(made, NOW))
    changed = client(after, directories=both, limits={"removals": 0, "percent": 0})
    live, after_state = settled(changed, desired(changed, NOW, state.memory))
    assert losses_of(decide(changed, NOW, live, after_state).told) == ()


GROUP = {"team": {"directory": "entra"}}


@PROFILE
@given(st.integers(1, 40), st.data(), st.integers(0, 20), st.integers(0, 100))
def test_invariant_05_no_group_is_emptied_beyond_its_limit(
    count: int, data: st.DataObject, removals: int, percent: int
) -> None:
    people = {f"p{number:02}": {"groups": ["team"]} for number in range(count)}
    leaving = data.draw(st.sets(st.sampled_from(sorted(people))))
    bound = {"removals": removals, "percent": percent}
    wide = {"removals": 1000, "percent": 100}
    limits = {"memberships": wide, "group": bound}
    live, state = settled(made := client(people, GROUP), desired(made, NOW))
    after = {key: {"groups": [] if key in leaving else ["team"]} for key in people}
    judgement = decide(client(after, GROUP, limits=limits), NOW, live, state).judgement
    allowed = min(removals, max(3, count * percent // 100))
    assert judgement.allowed is (len(leaving) <= allowed)
    if not judgement.allowed:
        assert f"would lose {len(leaving)} of {count} members" in judgement.refusals[0]


@PROFILE
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 600)), max_size=10))
def test_invariant_05_however_small_the_steps_no_day_takes_more_than_its_limit(
    steps: list[tuple[int, int]],
) -> None:
    limits = {"removals": 4, "percent": 100, "day": {"removals": 6, "percent": 100}}
    left = [f"p{number:02}" for number in range(60)]
    ledger, now = Ledger(), NOW
    taken: list[tuple[datetime, int]] = []
    for count, minutes in steps:
        now += timedelta(minutes=minutes)
        before = client({key: {} for key in left}, limits=limits)
        after = client({key: {} for key in left[: len(left) - count]}, limits=limits)
        live, state = settled(before, desired(before, now))
        judgement = decide(after, now, live, replace(state, ledger=ledger)).judgement
        day = sum(each for at, each in taken if now - timedelta(days=1) < at)
        assert judgement.allowed is (count == 0 or (count <= 4 and day + count <= 6))
        if judgement.allowed:
            ledger, left = judgement.ledger, left[: len(left) - count]
            taken.append((now, count))


@PROFILE
@given(estates(), st.integers(0, 12))
def test_invariant_05_a_protected_account_loses_nothing_whatever_the_limits(
    estate: tuple[dict[str, dict[str, object]], dict[str, dict[str, object]], set[str]], number: int
) -> None:
    before, after, losing = estate
    key = f"p{number:02}"
    both = ("entra", "okta")
    wide = {"removals": 1000, "percent": 100}
    live, state = settled(made := client(before, directories=both), desired(made, NOW))
    changed = client(after, directories=both, limits=wide, protected={"accounts": [f"{key}@acme.example"]})
    refusals = decide(changed, NOW, live, state).judgement.refusals
    protected = [line for line in refusals if line.startswith(f'acme: protected account "{key}": would ')]
    assert bool(protected) is (key in losing)


@PROFILE
@given(estates())
def test_invariant_05_an_override_allows_what_it_names_and_not_one_more(
    estate: tuple[dict[str, dict[str, object]], dict[str, dict[str, object]], set[str]],
) -> None:
    before, after, losing = estate
    both = ("entra", "okta")
    strict = {"removals": 0, "percent": 0}
    live, state = settled(made := client(before, directories=both), desired(made, NOW))
    changed = client(after, directories=both, limits=strict)
    refused = decide(changed, NOW, live, state).judgement
    assert refused.allowed is not bool(losing)
    given_ = Override(losses=refused.hash, reason="meant", expires=NOW + timedelta(days=1))
    allowed = replace(changed, overrides=(given_,))
    assert decide(allowed, NOW, live, state).judgement.allowed
    rest = sorted(key for key in after if key not in losing)
    if rest:
        more = client({**after, rest[0]: {"disabled": True}}, directories=both, limits=strict)
        assert not decide(replace(more, overrides=(given_,)), NOW, live, state).judgement.allowed
