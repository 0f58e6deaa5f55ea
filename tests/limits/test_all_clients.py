"""Limits over all clients: what no client's own bound sees."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from leaver.desired import desired
from leaver.limits import Ledger, Loss, Part, Size, judge, judge_all, losses, size
from leaver.limits.loss import Kind
from leaver.model import AllLimits
from tests.estates import NOW, client

EVERYBODY = Size(2_000, {"": 8_000})


def part(key: str, losing: int, people: int = 100, **settings: Any) -> Part:
    """A client of which the last so many people lose their accounts."""
    records: dict[str, dict[str, Any]] = {f"p{number:03}": {} for number in range(people)}
    stay = {name: {} for name in list(records)[: people - losing]}
    before = replace(client(records), key=key)
    after = replace(client(stay, **settings), key=key)
    old = desired(before, NOW)
    return Part(after, judge(after, losses(old, desired(after, NOW)), size(old), NOW))


def test_clients_that_are_each_within_their_limits_are_refused_together() -> None:
    parts = [part(f"client-{number}", 9) for number in range(6)]
    assert all(each.judgement.allowed for each in parts)
    refused = judge_all(parts, AllLimits(), EVERYBODY, NOW)
    assert refused.refusals[:2] == (
        "all clients: 54 of 2000 people would lose their access (client-0, client-1, client-2, client-3, client-4, "
        "client-5); the limits allow 50 (removals: 50, percent: 5 in identities/limits.yaml)",
        "all clients: nothing is taken away at any client. If that is meant, allow it client by client, or raise the "
        "bound in identities/limits.yaml",
    )
    assert refused.refusals[2] == (
        "client-0: If that is meant, write below `overrides:` in identities/client-0/overrides.yaml: "
        f'- {{losses: "{parts[0].judgement.hash}", reason: "…", expires: "2026-11-25 12:00 +00:00"}}'
    )
    assert len(refused.refusals) == 8
    assert judge_all(parts[:5], AllLimits(), EVERYBODY, NOW).allowed


def test_the_share_is_of_all_clients_and_a_few_are_always_allowed() -> None:
    tiny = Size(40)
    assert judge_all([part("acme", 10)], AllLimits(), tiny, NOW).allowed
    refused = judge_all([part("acme", 8), part("blue", 3)], AllLimits(), tiny, NOW)
    assert refused.refusals[0] == (
        "all clients: 11 of 40 people would lose their access (acme, blue); "
        "the limits allow 10 (removals: 50, percent: 5 in identities/limits.yaml)"
    )


def test_a_client_that_is_refused_by_itself_holds_up_no_other() -> None:
    mad = part("mad", 100)
    assert not mad.judgement.allowed
    found = judge_all([mad, part("acme", 1)], AllLimits(), EVERYBODY, NOW)
    assert found.allowed
    assert {loss.client for loss in found.counted} == {"acme"}


def test_memberships_have_a_bound_of_their_own() -> None:
    lost = [Loss("acme", f"p{number}", "entra", "group Team", Kind.MEMBERSHIP) for number in range(60)]
    acme = client(
        {}, limits={"memberships": {"removals": 99, "percent": 99}, "group": {"removals": 99, "percent": 99}}
    )
    own = Part(acme, judge(acme, lost, Size(100, {"group Team in entra": 100}), NOW))
    assert own.judgement.allowed
    few = AllLimits.model_validate({"memberships": {"removals": 59, "percent": 100}})
    refused = judge_all([own], few, EVERYBODY, NOW)
    assert refused.refusals[0] == (
        "all clients: 60 of 8000 memberships would be lost (acme); "
        "the limits allow 59 (removals: 59, percent: 100 in identities/limits.yaml)"
    )


def test_the_day_adds_up_over_clients_and_runs() -> None:
    earlier = Ledger()
    for number in range(2):
        gone = part(f"client-{number}", 50, people=1000, limits={"removals": 50, "percent": 50})
        assert judge_all([gone], AllLimits(), EVERYBODY, NOW, earlier.taken).allowed
        earlier = earlier.taking(gone.judgement.counted, NOW)
    refused = judge_all(
        [part("last", 1)], AllLimits(), EVERYBODY, NOW, earlier.since(NOW + timedelta(hours=5))
    )
    assert refused.refusals[0] == (
        "all clients: 101 of 2100 people would lose their access within 24 hours (last); "
        "the limits allow 100 (removals: 100, percent: 10 in identities/limits.yaml)"
    )
    assert judge_all(
        [part("last", 1)], AllLimits(), EVERYBODY, NOW, earlier.since(NOW + timedelta(days=1))
    ).allowed


def test_a_run_that_takes_nothing_goes_on_whatever_the_day_was() -> None:
    earlier = [Loss("old", f"p{number}", "entra", "account", Kind.REMOVED) for number in range(500)]
    assert judge_all([part("acme", 0)], AllLimits(), EVERYBODY, NOW, earlier).allowed
