"""Invariant 2: before its moment, or under a hold, a departure takes nothing away."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import desired
from leaver.lifecycle import Phase, phase
from leaver.model import Client, Hold
from leaver.schedule import overdue_or_due
from tests.invariants.oracle import PROFILE, access, ends, with_person
from tests.strategies import clients, instants

TICK = timedelta(microseconds=1)


def notices(client: Client) -> set[tuple[str, ...]]:
    groups = client.settings.notice_groups
    return {("group", client.groups[name].directory, name) for name in groups}


@PROFILE
@given(st.data(), clients())
def test_invariant_02_a_departure_to_come_takes_nothing_and_only_notice_adds(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    wanted = desired(client, now)
    for key, person in client.people.items():
        end = ends(person)
        if end is not None and now >= end:
            continue
        without = desired(with_person(client, key, departure=None, until=None), now)
        has, would_have = access(wanted, key), access(without, key)
        assert has >= would_have
        assert has - would_have <= notices(client)


@PROFILE
@given(clients())
def test_invariant_02_not_even_a_microsecond_early(client: Client) -> None:
    for key, person in client.people.items():
        if (end := ends(person)) is None:
            continue
        without = with_person(client, key, departure=None, until=None)
        assert access(desired(client, end - TICK), key) >= access(desired(without, end - TICK), key)
        assert key not in {due.person for due in overdue_or_due(client, end - TICK)}


@PROFILE
@given(clients(), st.timedeltas(timedelta(), timedelta(days=365 * 50)))
def test_invariant_02_a_hold_waits_for_ever_expired_or_not(client: Client, later: timedelta) -> None:
    for key, person in client.people.items():
        departure = person.departure
        if departure is None or departure.hold in (None, "none"):
            continue
        held = with_person(client, key, departure=departure.model_copy(update={"released": None}))
        never = with_person(client, key, departure=None)
        now = departure.at + later
        if isinstance(departure.hold, Hold) and departure.expires is not None:
            now = departure.expires + later
        assert access(desired(held, now), key) >= access(desired(never, now), key)
        assert key not in {due.person for due in overdue_or_due(held, now)}


@PROFILE
@given(st.data(), clients())
def test_invariant_02_one_persons_departure_changes_nothing_for_the_others(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    wanted = desired(client, now)
    for key in client.people:
        without = desired(with_person(client, key, departure=None, until=None), now)
        for other in client.people:
            if other != key:
                assert access(wanted, other) == access(without, other)


@PROFILE
@given(st.data(), clients())
def test_invariant_02_a_person_with_access_is_not_lost_between_the_phases(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    for person in client.people.values():
        end = ends(person)
        started = person.starts is None or now >= person.starts
        over = end is not None and now >= end
        current = phase(person, now)
        assert current.has_access == (not person.disabled and not over and started)
        assert current not in (Phase.DUE, Phase.RETAINED, Phase.REMOVABLE)
        assert phase(person, now, cut=False) is (Phase.DUE if current is Phase.DEPARTED else current)
