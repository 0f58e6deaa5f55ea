"""What holds for the desired state of every client."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import Memory, Remembered, desired, next_change
from leaver.model import Client
from leaver.schedule import events, next_moment, overdue_or_due
from tests.invariants.oracle import PROFILE, shuffled
from tests.strategies import EPOCH, clients, instants, moments

FAR = datetime.max.replace(tzinfo=EPOCH.tzinfo)


@st.composite
def memories(draw: st.DrawFn, client: Client) -> Memory:
    """Accounts of some of the client's people and of records that are gone since some moment."""
    accounts = {}
    for key in (*client.people, "gone.one", "gone.two"):
        for directory in client.settings.directories:
            if draw(st.booleans()):
                accounts[key, directory] = Remembered(
                    f"id-{key}", f"{key}@a.example", draw(st.booleans()), removed=draw(moments())
                )
    return Memory(accounts)


@PROFILE
@given(st.data(), clients())
def test_nothing_changes_before_the_next_change(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    memory = data.draw(memories(client))
    first = desired(client, now, memory)
    limit = (first.next_change or FAR) - timedelta.resolution
    assert limit >= now
    later = now + data.draw(st.timedeltas(timedelta(), limit - now)) if limit > now else now
    second = desired(client, later, memory)
    assert second.next_change == first.next_change
    assert replace(second, now=now) == first


@PROFILE
@given(st.data(), clients())
def test_no_change_is_missed_by_going_from_one_next_change_to_the_next(
    data: st.DataObject, client: Client
) -> None:
    now, later = sorted([data.draw(instants(client)), data.draw(instants(client))])
    current, wanted = now, desired(client, now)
    while (moment := next_change(client, current)) is not None and moment <= later:
        current, wanted = moment, desired(client, moment)
    assert replace(wanted, now=later) == desired(client, later)


@PROFILE
@given(st.data(), clients(), st.randoms(use_true_random=False))
def test_the_order_of_the_records_says_nothing(data: st.DataObject, client: Client, random: Any) -> None:
    now = data.draw(instants(client))
    other = shuffled(client, random)
    memory = data.draw(memories(client))
    mixed = list(memory.accounts.items())
    random.shuffle(mixed)
    assert repr(desired(other, now, Memory(dict(mixed)))) == repr(desired(client, now, memory))
    assert next_change(other, now) == next_change(client, now)
    assert overdue_or_due(other, now) == overdue_or_due(client, now)
    span = (EPOCH, EPOCH + timedelta(days=2000))
    assert events({"acme": other}, *span) == events({"acme": client}, *span)


@PROFILE
@given(st.data(), clients())
def test_a_service_that_sleeps_to_the_next_moment_misses_no_event(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    known = {"acme": client}
    moment = next_moment(known, now)
    every = events(known, now, now + timedelta(days=3000))
    assert (every[0].at if every else None) == moment or (
        moment is not None and all(event.at > moment for event in every)
    )


@PROFILE
@given(st.data(), clients())
def test_spans_that_follow_each_other_tell_everything_once(data: st.DataObject, client: Client) -> None:
    first, middle, last = sorted(data.draw(instants(client)) for _ in range(3))
    known = {"acme": client}
    assert events(known, first, last) == events(known, first, middle) + events(known, middle, last)


@PROFILE
@given(st.data(), clients())
def test_every_change_of_the_desired_state_is_an_event(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    moment = next_change(client, now)
    if moment is None:
        return
    before, after = desired(client, moment - timedelta.resolution), desired(client, moment)
    if (before.groups, before.accounts) != (after.groups, after.accounts):
        assert events({"acme": client}, moment - timedelta.resolution, moment)
