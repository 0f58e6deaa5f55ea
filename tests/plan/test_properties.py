"""What holds of every comparison: it says what `desired` says, at every moment, and has one hash."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.desired import desired
from leaver.model import Client
from leaver.plan import Access, Item, Plan, compare, seen, told
from leaver.plan import document as documents
from leaver.plan.canonical import digest, digest_of, text
from leaver.source import load
from tests.estates import NOW, client
from tests.invariants.oracle import PROFILE, access, shuffled
from tests.strategies import clients, instants


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Client, Client]:
    """Two states of one client's records: some of the same people, some with another's record."""
    drawn = draw(clients())
    keys = sorted(drawn.people)

    def state() -> Client:
        if not keys:
            return drawn
        chosen = draw(st.lists(st.sampled_from(keys), unique=True))
        return replace(
            drawn, people={key: drawn.people[draw(st.sampled_from([key, *keys]))] for key in chosen}
        )

    return state(), state()


def items(state: Client, key: str, at: datetime) -> tuple[set[Item], set[Item]]:
    """What the person has by the oracle; and the groups of which nobody knows."""
    found = access(desired(state, at), key)
    has = {Item(each[1], Access(each[0]), "".join(each[2:])) for each in found if each[0] != "undecided"}
    return has, {Item(each[1], Access.GROUP, each[2]) for each in found if each[0] == "undecided"}


@PROFILE
@given(st.data(), pairs())
def test_at_every_moment_the_shifts_are_what_desired_differs_in(
    data: st.DataObject, pair: tuple[Client, Client]
) -> None:
    before, after = pair
    at = data.draw(instants(before)) if data.draw(st.booleans()) else data.draw(instants(after))
    change = {each.key: each for each in compare(before, after).people}
    for key in {*before.people, *after.people}:
        old, _ = items(before, key, at)
        new, undecided = items(after, key, at)
        lost = old - new - undecided
        shifts = change[key].shifts if key in change else ()
        under_way = {(each.item, each.gained) for each in shifts if any(s.holds(at) for s in each.spans)}
        assert under_way == {(item, False) for item in lost} | {(item, True) for item in new - old}


@PROFILE
@given(pairs(), st.randoms())
def test_the_hash_is_the_same_in_any_order(pair: tuple[Client, Client], chance: random.Random) -> None:
    before, after = pair
    plain = Plan(NOW, "main", "c", (compare(before, after),))
    mixed = Plan(NOW, "main", "c", (compare(shuffled(before, chance), _lists_mixed(after, chance)),))
    assert mixed.hash == plain.hash


def _lists_mixed(state: Client, chance: random.Random) -> Client:
    people = {}
    for key, person in state.people.items():
        update = {
            name: tuple(chance.sample(list(value), len(value)))
            for name in ("groups", "roles", "licences", "accounts")
            if (value := getattr(person, name)) is not None
        }
        people[key] = person.model_copy(update=update)
    return shuffled(replace(state, people=people), chance)


@PROFILE
@given(pairs(), st.integers(-500_000, 500_000))
def test_the_hash_is_the_same_at_any_hour(pair: tuple[Client, Client], minutes: int) -> None:
    plan = Plan(NOW, "main", "c", (compare(*pair),))
    later = replace(plan, now=NOW + timedelta(minutes=minutes), since="origin/main", unchanged=7)
    assert later.hash == plan.hash


@PROFILE
@given(pairs(), pairs())
def test_other_records_have_another_hash(one: tuple[Client, Client], two: tuple[Client, Client]) -> None:
    hashes = [Plan(NOW, "main", "c", (compare(*pair),)).hash for pair in (one, two)]
    same = [digest_of(state) for state in one] == [digest_of(state) for state in two]
    assert (hashes[0] == hashes[1]) is (same and one[0].key == two[0].key)


@PROFILE
@given(pairs())
def test_a_plan_survives_its_file(pair: tuple[Client, Client]) -> None:
    plan = Plan(NOW, "main", "0123456789abcdef", (compare(*pair),), unchanged=3)
    assert documents.load(documents.dump(plan), "plan.json") == plan


@PROFILE
@given(pairs())
def test_a_state_compared_with_itself_changes_nothing(pair: tuple[Client, Client]) -> None:
    for state in pair:
        assert compare(state, state).nothing


@PROFILE
@given(st.data(), pairs())
def test_whoever_loses_the_last_access_is_told_to_leave(
    data: st.DataObject, pair: tuple[Client, Client]
) -> None:
    before, after = pair
    now = data.draw(instants(before))
    verbs = {person.key: person.verb.value for person in told(compare(before, after), now).people}
    for key in before.people:
        had = any(item.access is Access.ACCOUNT for item in items(before, key, now)[0])
        keeps = any(
            item.access is Access.ACCOUNT
            for at in (now, *(moment for moment in _moments(after, key) if moment > now))
            for item in items(after, key, at)[0]
        )
        if had and not keeps:
            assert verbs[key] == "leaves"


def _moments(state: Client, key: str) -> list[datetime]:
    from leaver.lifecycle import changes

    return list(changes(state.people[key])) if key in state.people else []


def test_what_is_seen_at_a_moment_starts_with_the_apply_or_later() -> None:
    before = client({"dana": {"departure": {"at": "2026-11-27 17:00"}}})
    [shift] = compare(before, client({"dana": {}})).people[0].shifts
    friday = datetime(2026, 11, 27, 22, tzinfo=UTC)
    assert [span.start for span in seen(shift, friday - timedelta(minutes=1))] == [friday]
    assert [span.start for span in seen(shift, friday)] == [None]


def test_the_files_and_their_order_are_in_no_hash(tmp_path: Path) -> None:
    settings = "name: Acme\nzone: UTC\ndirectories:\n  okta: {kind: okta, org: acme, domain: acme.example}\n"
    dana = "  dana: {title: Controller, name: Dana}\n"
    sam = "  sam:\n    # here for the summer\n    disabled: true\n"
    found = []
    for number, files in enumerate(
        (
            {"people.yaml": f"people:\n{dana}{sam}"},
            {"people/b.yaml": f"people:\n{dana}", "people/a.yaml": f"people:\n{sam}"},
            {"people.yaml": f"people:\n{sam}  dana:\n    name: Dana\n    title: Controller\n"},
        )
    ):
        folder = tmp_path / str(number) / "identities" / "acme"
        (folder / "people").mkdir(parents=True)
        for name, content in {"client.yaml": settings, **files}.items():
            (folder / name).write_text(content)
        if "people.yaml" in files:
            (folder / "people").rmdir()
        found.append(digest_of(load(tmp_path / str(number)).clients["acme"]))
    assert len(set(found)) == 1


def test_a_default_that_is_written_out_is_the_same_record() -> None:
    assert digest_of(client({"dana": {"disabled": False, "kind": "person"}})) == digest_of(
        client({"dana": {}})
    )


def test_an_empty_list_is_another_record_than_none() -> None:
    assert digest_of(client({"dana": {"groups": []}})) != digest_of(client({"dana": {}}))


def test_the_canonical_form_is_plain_ascii_without_spaces() -> None:
    assert text({"b": [1, True, None], "a": "é"}) == '{"a":"\\u00e9","b":[1,true,null]}'
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [1.5, {1: "a"}, {"a": {2.0}}, object()])
def test_what_has_no_one_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="has no one form"):
        text(value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "plan.json: is no JSON. Make it with: leaver preview --since REF --format json"),
        ("{}", "plan.json: is no plan. Make one with: leaver preview --since REF --format json"),
        ("[]", "plan.json: holds no preview of any client."),
        ("[1]", "plan.json: is no plan, and not the output of `leaver preview --json` either."),
        (
            '{"format": "leaver plan", "plan": {"version": 2}}',
            "plan.json: is a plan of version 2, and this Leaver reads version 1. Make it again with this Leaver.",
        ),
        (
            '{"format": "leaver plan", "plan": {"version": 1}}',
            "plan.json: is a plan with something missing or misplaced. Make it again, and do not edit it.",
        ),
    ],
)
def test_a_file_that_is_no_plan_is_refused(content: str, said: str) -> None:
    with pytest.raises(documents.NoPlan) as caught:
        documents.load(content, "plan.json")
    assert str(caught.value) == said


def test_a_plan_that_was_edited_is_refused() -> None:
    plan = Plan(NOW, "main", "c", (compare(client({"dana": {}}), client({"dana": {"disabled": True}})),))
    data = json.loads(documents.dump(plan))
    data["plan"]["clients"][0]["people"][0]["shifts"] = []
    with pytest.raises(documents.NoPlan) as caught:
        documents.load(json.dumps(data), "plan.json")
    assert str(caught.value) == (
        "plan.json: its content is not what its hash says: it was edited after it was made. Make it again."
    )
