"""What a run is refused for by live directories: limits, protected accounts, last holders, emptied files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leaver.actions import Account, LiveDirectory
from leaver.desired import Effect, desired
from leaver.limits import Ledger
from leaver.model import Override
from leaver.program.decide import Decision, decide
from tests.estates import NOW, account_id, change_account, client, settled

FINANCE = {"finance": {"directory": "entra"}}
ROLE = "Global Administrator"
PEOPLE: dict[str, dict[str, Any]] = {
    "dana.reyes": {"groups": ["finance"], "roles": [ROLE]},
    "lee.park": {"groups": ["finance"]},
    "sam.okafor": {"groups": ["finance"]},
}


def decided(
    after: Mapping[str, Mapping[str, Any]],
    *,
    before: Mapping[str, Mapping[str, Any]] = PEOPLE,
    groups: Mapping[str, Mapping[str, Any]] = FINANCE,
    strangers: int = 0,
    now: datetime = NOW,
    ledger: Ledger | None = None,
    overrides: tuple[Override, ...] = (),
    **settings: Any,
) -> Decision:
    """What a run decides at a client that was settled with the records of before."""
    made = client(before, groups)
    live, state = settled(made, desired(made, now - timedelta(days=1)))
    return decide(
        replace(client(after, groups, **settings), overrides=overrides),
        now,
        with_strangers(live, strangers),
        replace(state, ledger=ledger or Ledger()),
    )


def with_strangers(live: dict[str, LiveDirectory], count: int) -> dict[str, LiveDirectory]:
    """People whom no record names, all in the group Finance."""
    accounts = {
        f"stranger-{n}": Account(f"stranger-{n}", f"s{n}@acme.example", True, "enabled", {})
        for n in range(count)
    }
    shown = live["entra"]
    members = {id_: ids | accounts.keys() for id_, ids in shown.members.items()}
    return {"entra": replace(shown, accounts={**shown.accounts, **accounts}, members=members)}


def refusals(decision: Decision) -> list[str]:
    """All but the line that would allow it."""
    return [line for line in decision.judgement.refusals if "write below `overrides:`" not in line]


def changed(person: str, **fields: Any) -> dict[str, dict[str, Any]]:
    return {key: {**record, **(fields if key == person else {})} for key, record in PEOPLE.items()}


def test_more_removals_than_the_limit_are_refused_and_the_report_shows_what_was_refused() -> None:
    people = {f"person.{n}": {} for n in range(10)}
    few = {f"person.{n}": {} for n in range(6)}
    refused = decided(few, before=people, groups={}, limits={"removals": 3, "percent": 100})
    assert refusals(refused) == [
        "acme: 4 of 10 people would lose their access (person.6, person.7, person.8, person.9); the limits allow 3 "
        "(`limits`: removals 3, percent 100)"
    ]
    assert Effect.DISABLED in [each.effect for each in refused.told.changes if each.subject == "person.9"]


def test_an_exact_group_is_not_emptied_of_those_whom_nobody_wrote_down() -> None:
    refused = decided(PEOPLE, strangers=30)
    assert refusals(refused)[-1].startswith(
        "acme: group Finance in entra would lose 30 of 33 members (s0@acme.example,"
    )
    assert decided(PEOPLE, strangers=3).judgement.allowed


def test_a_group_that_is_dropped_from_the_records_takes_all_its_members_out() -> None:
    groups = {**FINANCE, "vpn": {"directory": "entra"}}
    people = {f"p{n}": {"groups": ["vpn"]} for n in range(12)}
    stay = {key: {"groups": []} for key in people}
    made = client(people, groups)
    live, state = settled(made, desired(made, NOW))
    refused = decide(client(stay, FINANCE), NOW, live, state)
    assert refusals(refused)[-1].startswith(
        "acme: group Vpn in entra would lose 12 of 12 members (p0, p1, p10,"
    )
    dropped = [each for each in refused.told.changes if each.subject == "group Vpn"]
    assert [(each.effect, each.what) for each in dropped] == [(Effect.DELETED, "12 members")]


def test_a_group_that_stays_in_its_directory_loses_nobody() -> None:
    groups = {**FINANCE, "vpn": {"directory": "entra", "existing": True, "membership": "exact"}}
    made = client({f"p{n}": {"groups": ["vpn"]} for n in range(12)}, groups)
    live, state = settled(made, desired(made, NOW))
    state = replace(state, retained=frozenset({("azuread:index/group:Group", "group/vpn")}))
    after = decide(client({f"p{n}": {"groups": []} for n in range(12)}, FINANCE), NOW, live, state)
    assert after.judgement.counted == ()


BREAK_GLASS = {"protected": {"accounts": ["lee.park"]}}


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (
            changed("lee.park", disabled=True),
            ["be disabled in entra", "leave group Finance in entra"],
        ),
        (
            {key: record for key, record in PEOPLE.items() if key != "lee.park"},
            ["be disabled in entra", "leave group Finance in entra"],
        ),
        (changed("lee.park", groups=[]), ["leave group Finance in entra"]),
        (
            changed("lee.park", departure={"at": NOW}),
            ["be disabled in entra", "leave group Finance in entra"],
        ),
    ],
)
def test_nothing_is_taken_from_a_break_glass_account(after: dict[str, Any], said: list[str]) -> None:
    refused = decided(after, **BREAK_GLASS)
    assert refusals(refused) == [
        f'acme: protected account "lee.park": would {each}. Leaver takes nothing from it: put its record back as it '
        "was, or take it out of `protected.accounts` in identities/acme/client.yaml first, in a change of its own."
        for each in said
    ]
    assert not [line for line in refused.judgement.refusals if "overrides" in line], "no override allows it"
    assert decided(PEOPLE, **BREAK_GLASS).judgement.allowed


def test_a_break_glass_account_without_a_record_is_not_thrown_out_of_an_exact_group() -> None:
    refused = decided(PEOPLE, strangers=1, protected={"accounts": ["S0@acme.example"]})
    assert refusals(refused)[0].startswith(
        'acme: protected account "s0@acme.example": would leave group Finance in entra.'
    )


def test_the_last_holder_of_a_role_goes_only_by_an_override() -> None:
    refused = decided(changed("dana.reyes", disabled=True))
    assert refusals(refused) == [
        f"acme: role {ROLE} in entra: dana.reyes would lose it, and is the last who holds it. "
        "Give it to somebody else first."
    ]
    allowed = Override(losses=refused.judgement.hash, reason="r", expires=NOW + timedelta(days=1))
    assert decided(changed("dana.reyes", disabled=True), overrides=(allowed,)).judgement.allowed
    heir = {**changed("dana.reyes", disabled=True), "lee.park": {"groups": ["finance"], "roles": [ROLE]}}
    assert decided(heir).judgement.allowed


def test_the_last_holder_leaves_when_it_was_agreed() -> None:
    assert decided(changed("dana.reyes", departure={"at": NOW})).judgement.allowed


TWO = {**PEOPLE, "lee.park": {"groups": ["finance"], "roles": [ROLE]}}


def test_a_protected_role_keeps_its_number_of_holders() -> None:
    wants = {"protected": {"roles": [{"role": ROLE, "at least": 2}]}}
    refused = decided({**TWO, "lee.park": {"groups": ["finance"], "disabled": True}}, before=TWO, **wants)
    assert refusals(refused) == [
        f"acme: role {ROLE} in entra: lee.park would lose it, and 1 would hold it; `protected.roles` wants 2 at "
        "least. Give it to somebody else first."
    ]
    assert decided(TWO, before=TWO, **wants).judgement.allowed


def test_a_holder_whom_a_protected_role_names_keeps_it() -> None:
    wants = {"protected": {"roles": [{"role": ROLE, "at least": 1, "holders": ["lee.park"]}]}}
    refused = decided({**TWO, "lee.park": {"groups": ["finance"], "disabled": True}}, before=TWO, **wants)
    assert refusals(refused) == [
        f"acme: role {ROLE} in entra: lee.park would lose it, and is among its `holders` in `protected.roles`. "
        "Leave it to them, or change identities/acme/client.yaml first."
    ]


def test_the_last_owner_of_a_group_goes_only_by_an_override() -> None:
    groups = {"finance": {"directory": "entra", "owner": "sam.okafor"}}
    refused = decided(changed("sam.okafor", disabled=True), groups=groups)
    assert refusals(refused) == [
        'acme: group "finance": its owner sam.okafor would lose their account, and is the last one. '
        "Name another `owner` in groups.yaml."
    ]
    other = {"finance": {"directory": "entra", "owner": "lee.park"}}
    assert decided(changed("sam.okafor", disabled=True), groups=other).judgement.allowed


def test_an_emptied_file_is_refused_at_a_client_of_two() -> None:
    two = {key: {"groups": ["finance"]} for key in ("lee.park", "sam.okafor")}
    refused = decided({}, before=two)
    assert refusals(refused) == [
        'acme: client "acme": the records have none of the 2 people that were there before. '
        "Put the people's files back."
    ]
    assert decided({"lee.park": two["lee.park"]}, before=two).judgement.allowed


def test_what_a_run_takes_is_in_the_ledger_and_counts_for_a_day() -> None:
    people = {f"p{n}": {} for n in range(10)}

    def step(gone: int, ledger: Ledger, now: datetime = NOW) -> Decision:
        left = {key: {} for key in list(people)[: 10 - gone]}
        before = {key: {} for key in list(people)[: 10 - gone + 2]}
        return decided(left, before=before, groups={}, now=now, ledger=ledger)

    first = step(2, Ledger())
    assert {loss.person for loss in first.judgement.ledger.taken} == {"p8", "p9"}
    second = step(4, first.judgement.ledger, NOW + timedelta(hours=2))
    assert second.judgement.allowed
    third = step(6, second.judgement.ledger, NOW + timedelta(hours=3))
    assert "6 of 10 people would lose their access within 24 hours" in refusals(third)[0]


def test_an_override_is_void_once_the_people_are_back() -> None:
    people = {f"p{n}": {} for n in range(10)}
    few = {key: {} for key in list(people)[:5]}
    name = decided(few, before=people, groups={}).judgement.hash
    given = Override(losses=name, reason="r", expires=NOW + timedelta(days=2))
    used = decided(few, before=people, groups={}, overrides=(given,)).judgement
    assert (used.allowed, used.override) == (True, given)
    back = decided(people, before=people, groups={}, overrides=(given,), ledger=used.ledger).judgement
    again = decided(few, before=people, groups={}, overrides=(given,), ledger=back.ledger)
    assert "was used 2026-11-22 07:00 EST, and is void" in " ".join(again.judgement.refusals)


def test_somebody_disabled_in_the_directory_already_loses_nothing() -> None:
    made = client(PEOPLE, FINANCE)
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "entra", account_id("dana.reyes", "entra"), enabled=False, status="disabled")
    decision = decide(client(changed("dana.reyes", disabled=True), FINANCE), NOW, live, state)
    assert decision.judgement.counted == ()


def test_the_account_that_leaver_runs_as_is_not_ended_by_it() -> None:
    made = client(PEOPLE, FINANCE)
    live, state = settled(made, desired(made, NOW))
    live = {"entra": replace(live["entra"], own=account_id("sam.okafor", "entra"))}
    refused = decide(client(changed("sam.okafor", disabled=True), FINANCE), NOW, live, state)
    assert refusals(refused) == [
        'acme: person "sam.okafor": would be disabled in entra, and is the user whose API token Leaver signs in '
        "with. Give Leaver a token of its own, or a service application."
    ]
    assert decide(client(changed("lee.park", disabled=True), FINANCE), NOW, live, state).judgement.allowed
