"""Invariant 1: at or after an effective departure nothing is desired of that person, in any directory."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import Memory, Remembered, desired
from leaver.lifecycle import phase
from leaver.model import Client
from leaver.schedule import overdue_or_due
from tests.invariants.oracle import PROFILE, access, ends
from tests.strategies import clients, instants

NEVER_TOO_OLD = timedelta(days=365 * 50)


@PROFILE
@given(st.data(), clients())
def test_invariant_01_whoever_departed_has_nothing(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    wanted = desired(client, now)
    for key, person in client.people.items():
        end = ends(person)
        if end is not None and now >= end:
            assert access(wanted, key) == set()
            assert not phase(person, now).has_access


@PROFILE
@given(clients())
def test_invariant_01_at_the_very_moment_and_half_a_century_later(client: Client) -> None:
    for key, person in client.people.items():
        if (end := ends(person)) is not None:
            for now in (end, end + NEVER_TOO_OLD):
                assert access(desired(client, now), key) == set()


@PROFILE
@given(st.data(), clients())
def test_invariant_01_whatever_the_last_state_says(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    memory = Memory(
        {
            (key, directory): Remembered(f"id-{key}", client.username(key, directory) or key, enabled=True)
            for key in client.people
            for directory in client.settings.directories
        }
    )
    wanted = desired(client, now, memory)
    for key, person in client.people.items():
        end = ends(person)
        if end is not None and now >= end:
            assert access(wanted, key) == set()


@PROFILE
@given(st.data(), clients())
def test_invariant_01_whoever_departed_is_due_until_the_cut_is_known(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    over = {key for key, person in client.people.items() if (end := ends(person)) is not None and now >= end}
    assert {due.person for due in overdue_or_due(client, now)} == over
    assert overdue_or_due(client, now, dict.fromkeys(over, now)) == []


@PROFILE
@given(clients())
def test_invariant_01_a_group_or_role_for_a_time_is_gone_at_its_end(client: Client) -> None:
    for key, person in client.people.items():
        for entry in (*(person.groups or ()), *person.roles):
            if isinstance(entry, str):
                continue
            found = access(desired(client, entry.until), key)
            held = {what[-1] for what in found if what[0] != "account"}
            assert entry.name not in held - set(client.settings.notice_groups)


@PROFILE
@given(st.data(), clients())
def test_invariant_01_nobody_has_a_licence_without_access(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    everybody = {
        (key, directory): Remembered(f"id-{key}", f"{key}@a.example", enabled=True)
        for key in (*client.people, "somebody.gone")
        for directory in client.settings.directories
    }
    for (key, directory), account in desired(client, now, Memory(everybody)).accounts.items():
        record = client.people.get(key)
        if record is None or not phase(record, now).has_access or directory not in client.accounts(key):
            assert account.licences == ()
        else:
            of_here = {
                name for name in record.licences if client.settings.licences[name].directory == directory
            }
            assert set(account.licences) == of_here
