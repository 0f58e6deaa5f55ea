"""Invariant 4: what a record, a list or a file does not say never means "remove everyone"."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import Effect, desired
from leaver.errors import LeaverError, RecordsError
from leaver.model import Client
from leaver.program.compose import compose
from leaver.program.decide import decide
from leaver.program.report import report
from leaver.source import load
from tests.estates import settled
from tests.invariants.oracle import PROFILE, unlimited, with_person
from tests.strategies import as_yaml, clients, instants


@PROFILE
@given(st.data(), clients())
def test_invariant_04_a_record_that_says_nothing_of_groups_loses_none(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    live, state = settled(client, desired(client, now))
    silent = client
    for key in client.people:
        silent = with_person(silent, key, groups=None)
    wanted, plan = compose(silent, now, live, state)
    told = report(silent, wanted, plan, live, state)
    notice = {f"group {client.groups[name].name}" for name in client.settings.notice_groups}
    assert [
        change for change in told.changes if change.effect is Effect.REMOVED and change.what not in notice
    ] == []


@PROFILE
@given(st.data(), clients())
def test_invariant_04_a_record_that_says_nothing_of_accounts_keeps_all(
    data: st.DataObject, client: Client
) -> None:
    now = data.draw(instants(client))
    for key in client.people:
        silent = with_person(client, key, accounts=None)
        kept = {home for person, home in desired(silent, now).accounts if person == key}
        assert kept == set(client.settings.directories)


@PROFILE
@given(st.data(), clients().filter(lambda client: len(client.settings.directories) > 1))
def test_invariant_04_a_directory_that_vanished_is_an_error(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    _, state = settled(client, desired(client, now))
    gone = data.draw(st.sampled_from(sorted(client.settings.directories)))
    rest = {key: value for key, value in client.settings.directories.items() if key != gone}
    without = Client(
        client.key,
        client.settings.model_copy(update={"directories": rest}),
        {key: group for key, group in client.groups.items() if group.directory != gone},
        {},
    )
    if any(directory == gone for _, directory in state.memory.accounts):
        with pytest.raises(LeaverError, match=f'no longer names the directory "{gone}"'):
            desired(without, now, state.memory)


@PROFILE
@given(st.data(), clients())
def test_invariant_04_a_file_or_folder_that_vanished_never_loads_as_fewer_people(
    data: st.DataObject, client: Client
) -> None:
    texts = as_yaml(client)
    lost = data.draw(st.sampled_from([*texts, "folder", "bytes"]))
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        folder = root / "identities" / client.key
        folder.mkdir(parents=True)
        (root / "identities" / "other").mkdir()
        (root / "stacks").mkdir()
        (root / "stacks" / f"Pulumi.{client.key}.yaml").touch()
        for kind, text in texts.items():
            if lost not in (kind, "folder"):
                content = "" if lost == "bytes" and kind == "people" else text
                (folder / f"{kind}.yaml").write_text(content, encoding="utf-8")
        if lost == "folder":
            folder.rmdir()
        try:
            people = set(load(root, [client.key]).clients[client.key].people)
        except RecordsError:
            return
        assert people == set(client.people)


@PROFILE
@given(st.data(), clients())
def test_invariant_04_everybody_gone_at_once_is_an_emptied_file(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    live, state = settled(client, desired(client, now))
    looked_after = {person for person, _ in state.memory.accounts}
    emptied = unlimited(replace(client, people={}, groups={}))
    if len(looked_after) < 2 or len(client.groups) > 1:
        return
    judgement = decide(emptied, now, live, state).judgement
    said = f"the records have none of the {len(looked_after)} people that were there before"
    assert any(said in line for line in judgement.refusals)


@PROFILE
@given(st.data(), clients())
def test_invariant_04_a_renamed_person_loses_nothing(data: st.DataObject, client: Client) -> None:
    now = data.draw(instants(client))
    live, state = settled(client, desired(client, now))
    if not client.people:
        return
    old = data.draw(st.sampled_from(sorted(client.people)))
    renamed = with_key(client, old, "somebody.else")
    if renamed is None:
        return
    decision = decide(unlimited(renamed), now, live, state)
    said = {(each.subject, each.effect) for each in decision.told.changes if each.subject == "somebody.else"}
    assert said <= {("somebody.else", Effect.RENAMED), ("somebody.else", Effect.STEPS)}
    assert decision.judgement.counted == ()


def with_key(client: Client, old: str, new: str) -> Client | None:
    """The client with one person under another key; None where another record names them."""
    others = [person for key, person in client.people.items() if key != old]
    named = {person.manager for person in others} | {person.owner for person in others}
    named |= {person.departure.handover for person in others if person.departure}
    named |= {person.departure.owner for person in others if person.departure}
    named |= {group.owner for group in client.groups.values()}
    if old in named or new in client.people:
        return None
    person = client.people[old]
    username = person.username or client.username(old, next(iter(client.accounts(old))))
    homes = {client.username(old, home) for home in client.accounts(old)}
    if len(homes) != 1:
        return None
    kept = person.model_copy(update={"was": old, "username": username})
    return replace(client, people={**{k: p for k, p in client.people.items() if k != old}, new: kept})
