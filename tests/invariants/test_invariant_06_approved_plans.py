"""Invariant 6: with an approved plan of the records nothing is done that it does not name, at merge and later."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leaver.actions import Account, Directory, Outcome
from leaver.desired import Change, ChangeReport, Effect, NotApproved, desired
from leaver.errors import LeaverError
from leaver.fleet.approval import Naming, refuse_other_records, refuse_unnamed
from leaver.model import Client
from leaver.plan import Plan, compare
from leaver.program.compose import compose
from leaver.program.report import report
from leaver.schedule import overdue_or_due
from leaver.service.cutter import Cutter
from tests.estates import NOW, client, settled
from tests.invariants.oracle import PROFILE, unlimited
from tests.strategies import clients, instants


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Client, Client]:
    """Two states of one client: people go, come, and have what another one had; usernames stay their own."""
    drawn = unlimited(draw(clients()))
    keys = sorted(drawn.people)
    assume(keys)

    def state() -> Client:
        people = {}
        for key in draw(st.lists(st.sampled_from(keys), unique=True, min_size=1)):
            record = drawn.people[draw(st.sampled_from([key, *keys]))]
            own = {"username": drawn.people[key].username, "accounts": drawn.people[key].accounts}
            # A colleague may not be there any more.
            departure = record.departure and record.departure.model_copy(update={"handover": None})
            people[key] = record.model_copy(update={**own, "manager": None, "departure": departure})
        return replace(drawn, people=people)

    return state(), state()


def would(before: Client, after: Client, now: datetime) -> ChangeReport:
    """What a run of `after` does in directories that are as `before` wants them."""
    live, state = settled(before, desired(before, now))
    try:
        wanted, plan = compose(after, now, live, state)
    except LeaverError:
        assume(False)
    return report(after, wanted, plan, live, state)


def plan_of(before: Client, after: Client) -> Plan:
    return Plan(NOW, "main", "0123456789", (compare(before, after),))


@PROFILE
@given(st.data(), pairs())
def test_invariant_06_directories_as_they_were_need_nothing_that_the_plan_does_not_name(
    data: st.DataObject, pair: tuple[Client, Client]
) -> None:
    before, after = pair
    now = data.draw(instants(after))
    told = would(before, after, now)
    refuse_unnamed(plan_of(before, after), told, after, now)
    naming = Naming(compare(before, after), after, now)
    assert all(naming.why(change) for change in told.changes)


@PROFILE
@given(st.data(), pairs())
def test_invariant_06_an_effect_on_somebody_whom_the_plan_does_not_name_is_refused_by_name(
    data: st.DataObject, pair: tuple[Client, Client]
) -> None:
    before, after = pair
    now = data.draw(instants(after))
    named = {person.key for person in compare(before, after).people}
    ended = {
        key for key, person in after.people.items() if person.disabled or person.departure or person.until
    }
    others = sorted({*after.people, "stranger@acme.example"} - named - ended)
    assume(others)
    what = data.draw(st.sampled_from(["group Nobody's", "role Global Administrator", "title: a → b"]))
    extra = Change(
        data.draw(st.sampled_from(others)),
        data.draw(st.sampled_from(sorted(after.settings.directories))),
        data.draw(st.sampled_from(list(Effect))),
        what,
    )
    told = would(before, after, now)
    with pytest.raises(NotApproved) as caught:
        refuse_unnamed(plan_of(before, after), replace(told, changes=(*told.changes, extra)), after, now)
    assert str(caught.value).splitlines()[1:-1] == [
        f"  {extra.subject} in {extra.directory}: {extra.effect} {extra.what}"
    ]


@PROFILE
@given(st.data(), pairs())
def test_invariant_06_a_departure_that_was_merged_before_is_still_done(
    data: st.DataObject, pair: tuple[Client, Client]
) -> None:
    before, after = pair
    now = data.draw(instants(after))
    naming = Naming(compare(before, after), after, now)
    for due in overdue_or_due(after, now):
        for directory in after.accounts(due.person):
            assert naming.why(Change(due.person, directory, Effect.DISABLED, "account")) is not None
        for directory in set(after.settings.directories) - set(after.accounts(due.person)):
            change = Change(due.person, directory, Effect.DISABLED, "account")
            assert naming.why(change) != "agreed before"


@PROFILE
@given(pairs())
def test_invariant_06_other_records_are_refused_and_named(pair: tuple[Client, Client]) -> None:
    approved, found = pair
    plan = plan_of(approved, approved)
    refuse_other_records(plan, {approved.key: approved})
    differing = {key for key in {*approved.people, *found.people} if _differs(approved, found, key)}
    if not differing:
        refuse_other_records(plan, {approved.key: found})
        return
    with pytest.raises(NotApproved) as caught:
        refuse_other_records(plan, {approved.key: found})
    assert all(f'person "{key}"' in str(caught.value) for key in differing)


def _differs(one: Client, other: Client, key: str) -> bool:
    states = [compare(None, replace(each, people={key: each.people[key]})).after if key in each.people else None
              for each in (one, other)]  # fmt: skip
    return states[0] != states[1]


def test_invariant_06_a_client_that_is_gone_is_refused() -> None:
    plan = plan_of(client({}), client({"dana": {}}))
    with pytest.raises(NotApproved, match=r"\n  acme: there is no such client\n"):
        refuse_other_records(plan, {})


class Recorder:
    """A directory in which everybody has an account; writes down whose it is told to end."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def find(self, username: str) -> Account | None:
        return Account(username, username, enabled=True, status="enabled", attributes={})

    async def own_account(self) -> str | None:
        return None

    async def disable(self, id: str) -> Outcome:
        self.ended.append(id)
        return Outcome("disable", "done", "")

    async def revoke(self, id: str) -> Outcome:
        return Outcome("revoke", "done", "")

    async def deactivate(self, id: str) -> Outcome | None:
        return None

    async def close(self) -> None:
        return None


def cut_due(state: Client, now: datetime) -> Mapping[str, Recorder]:
    """Do what the service does at `now`: end everybody's access who is due."""
    directories = {name: Recorder() for name in state.settings.directories}

    def opened(_: Client, name: str) -> Directory:
        return directories[name]  # type: ignore[return-value]

    async def work() -> None:
        cutter = Cutter(opened, lambda: now)
        for due in overdue_or_due(state, now):
            await cutter.cut(state, due.person, lambda _: None)
        await cutter.close()

    asyncio.run(work())
    return directories


@PROFILE
@given(st.data(), clients())
def test_invariant_06_a_scheduled_departure_ends_the_accounts_of_its_record_and_no_others(
    data: st.DataObject, state: Client
) -> None:
    now = data.draw(instants(state))
    due = {each.person for each in overdue_or_due(state, now)}
    ended = {name: sorted(each.ended) for name, each in cut_due(state, now).items()}
    assert ended == {
        name: sorted(state.username(key, name) or "" for key in due if name in state.accounts(key))
        for name in state.settings.directories
    }


FRIDAY = datetime(2026, 11, 27, 22, tzinfo=UTC)
LEAVES = {"departure": {"at": "2026-11-27 17:00"}}


def test_invariant_06_an_account_of_the_same_name_in_another_directory_is_left_alone() -> None:
    state = client({"dana": {**LEAVES, "accounts": ["entra"]}}, directories=("entra", "okta"))
    ended = cut_due(state, FRIDAY)
    assert (ended["entra"].ended, ended["okta"].ended) == (["dana@acme.example"], [])


def test_invariant_06_an_account_that_was_merged_after_the_departure_goes_too() -> None:
    both = client({"dana": {**LEAVES, "accounts": ["entra", "okta"]}}, directories=("entra", "okta"))
    ended = cut_due(both, FRIDAY)
    assert {name: each.ended for name, each in ended.items()} == {
        "entra": ["dana@acme.example"],
        "okta": ["dana@acme.example"],
    }


def test_invariant_06_before_the_moment_nobody_is_cut() -> None:
    state = client({"dana": LEAVES})
    assert cut_due(state, FRIDAY - timedelta(seconds=1))["entra"].ended == []
