"""A change is held to the bounds and the protection of before: it cannot loosen them and use that at once."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.desired import desired
from leaver.limits import binding, faults, judge, losses, raised, size
from leaver.model import Bound, Client, Protected
from tests.estates import NOW, client

PEOPLE: dict[str, dict[str, Any]] = {f"p{number}": {"groups": []} for number in range(9)}
GONE = {key: {**record, "disabled": True} for key, record in PEOPLE.items() if key in ("p1", "p2", "p3")}
MORE = {"limits": {"removals": 50, "percent": 90}}
RAISED = (
    "acme: `limits` in identities/acme/client.yaml are raised by the same change, and until it is merged those of "
    "before hold. Raise them first, in a change of its own."
)


def refusals(before: Client, after: Client) -> list[str]:
    had = desired(before, NOW)
    taken = losses(had, desired(after, NOW))
    judged = judge(binding(before, after), taken, size(had), NOW)
    return [*judged.refusals, *raised(before, after, judged.uses)]


def test_bounds_that_the_change_raises_hold_as_they_were() -> None:
    first, *_, last = refusals(client(PEOPLE), client({**PEOPLE, **GONE}, **MORE))
    assert first == (
        "acme: 3 of 9 people would lose their access (p1, p2, p3); the limits allow 2 "
        "(`limits`: removals 10, percent 20)"
    )
    assert last == RAISED


def test_bounds_that_were_raised_before_allow_it() -> None:
    assert refusals(client(PEOPLE, **MORE), client({**PEOPLE, **GONE}, **MORE)) == []


def test_raising_them_alone_is_nothing_to_refuse() -> None:
    assert refusals(client(PEOPLE), client(PEOPLE, **MORE)) == []


def test_bounds_that_the_change_lowers_hold_at_once() -> None:
    before = client(PEOPLE, **MORE)
    said = refusals(before, client({**PEOPLE, **GONE}, limits={"removals": 1, "percent": 90}))
    assert said[0].endswith("the limits allow 1 (`limits`: removals 1, percent 90)")
    assert RAISED not in said


def test_of_every_bound_the_lower_number_counts() -> None:
    low, high = {"removals": 4, "percent": 40}, {"removals": 5, "percent": 30}
    one = client({}, limits={**low, "memberships": low, "day": {**high, "group": low}})
    two = client({}, limits={**high, "group": high, "memberships": high, "day": {**low, "group": high}})
    limits = binding(one, two).settings.limits
    both = Bound(removals=4, percent=30)
    assert (limits.removals, limits.percent, limits.day.removals, limits.day.percent) == (4, 30, 4, 30)
    assert (limits.memberships, limits.day.group, limits.group) == (both, both, Bound(removals=5, percent=30))
    assert binding(two, one).settings.limits == limits


@pytest.mark.parametrize("record", [{"p1": {"groups": [], "disabled": True}}, {}])
def test_an_account_is_protected_in_the_change_that_drops_its_protection(record: dict[str, Any]) -> None:
    before = client(PEOPLE, protected={"accounts": ["p1"]})
    after = client({**{key: each for key, each in PEOPLE.items() if key != "p1"}, **record})
    taken = losses(desired(before, NOW), desired(after, NOW))
    [fault] = faults(before, after, taken, NOW)
    assert str(fault).startswith('protected account "p1": would ')
    assert "first, in a change of its own" in str(fault)
    assert not fault.overridable


def test_an_account_whose_protection_was_dropped_before_may_go() -> None:
    before, after = client(PEOPLE), client({**PEOPLE, "p1": {"groups": [], "disabled": True}})
    assert faults(before, after, losses(desired(before, NOW), desired(after, NOW)), NOW) == ()


def test_a_role_keeps_the_holders_that_either_state_wants() -> None:
    def held(number: int, *holders: str) -> dict[str, Any]:
        role = {"role": "Global Administrator", "at_least": number, "holders": list(holders)}
        return {"protected": {"roles": [role]}}

    both = binding(client({}, **held(3, "p1")), client({}, **held(2, "p2"))).settings.protected
    assert [(each.role, each.at_least, each.holders) for each in both.roles] == [
        ("Global Administrator", 3, ("p1", "p2"))
    ]
    assert binding(client({}), client({})).settings.protected == Protected()
