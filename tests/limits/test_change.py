"""What a change of one client's records must not do, whatever its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaver.limits import faults
from leaver.model import Client
from tests.estates import NOW, client

PEOPLE: dict[str, dict[str, Any]] = {
    key: {"groups": [], "name": key.title()} for key in ("dana.reyes", "lee.park", "sam.okafor", "ana.lee")
}
HOMES = {
    "dana.reyes": "people/a.yaml",
    "lee.park": "people/a.yaml",
    "sam.okafor": "people/b.yaml",
    "ana.lee": "people/b.yaml",
}


def without(*keys: str, **more: dict[str, Any]) -> Client:
    return client({**{key: record for key, record in PEOPLE.items() if key not in keys}, **more})


def said(after: Client, homes: Mapping[str, str]) -> list[str]:
    return [str(each) for each in faults(client(PEOPLE), after, (), NOW, (HOMES, homes))]


def in_file(*keys: str, **others: str) -> dict[str, str]:
    return {key: others.get(key, HOMES.get(key, "people/a.yaml")) for key in keys}


def test_a_file_that_went_takes_nobody_along() -> None:
    assert said(without("dana.reyes", "lee.park"), in_file("sam.okafor", "ana.lee")) == [
        "people/a.yaml: holds nobody any more, and dana.reyes, lee.park have no record elsewhere. "
        "Put the file back; to let people go, give them departures or `disabled: true`."
    ]


def test_the_file_of_one_person_is_that_persons_record() -> None:
    homes = {**HOMES, "dana.reyes": "people/dana.yaml"}
    rest = {key: home for key, home in homes.items() if key != "dana.reyes"}
    assert list(faults(client(PEOPLE), without("dana.reyes"), (), NOW, (homes, rest))) == []


def test_records_that_are_deleted_one_by_one_are_meant() -> None:
    assert said(without("dana.reyes", "sam.okafor"), in_file("lee.park", "ana.lee")) == []


def test_a_file_may_be_renamed_or_joined_with_another() -> None:
    assert said(client(PEOPLE), dict.fromkeys(PEOPLE, "people/all.yaml")) == []


def test_people_who_have_another_key_now_are_still_there() -> None:
    moved = {f"{key}.x": {**PEOPLE[key], "was": key} for key in ("dana.reyes", "lee.park")}
    after = without("dana.reyes", "lee.park", **moved)
    assert said(after, {**in_file("sam.okafor", "ana.lee"), **dict.fromkeys(moved, "people/b.yaml")}) == []


def test_everybody_at_once_is_told_of_once() -> None:
    after = client({"new.joiner": {"groups": []}})
    assert said(after, {"new.joiner": "people/c.yaml"}) == [
        'client "acme": the records have none of the 4 people that were there before. Put the people\'s files back.'
    ]
