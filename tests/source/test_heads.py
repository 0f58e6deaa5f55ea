"""A count of people that reads no record: never more than there are."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given

from leaver.desired import desired
from leaver.limits import size
from leaver.model import Client
from leaver.source.heads import count, heads
from leaver.source.load import load
from tests.estates import NOW
from tests.invariants.oracle import PROFILE
from tests.strategies import as_yaml, clients

REPOSITORY = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("people: {}\n", (0, 0)),
        ("", (0, 0)),
        ("people:\n  a: {}\n  b: {}\n", (2, 0)),
        (
            "# Everybody\npeople:\n\n  # First\n  a: {groups: [x, y]}\n  # Then\n  b:\n    groups: []\n",
            (2, 2),
        ),
        (
            "people:\n    a:\n      title: T\n      groups: [x]\n    b: {disabled: true, groups: [x]}\n",
            (1, 1),
        ),
        ("people:\r\n  a:\r\n    title: T\r\n  b:\r\n    title: T\r\n", (2, 0)),
        ("people:\n  a:\n    departure: {at: 2027-01-01 10:00}\n", (0, 0)),
    ],
)
def test_what_is_counted(text: str, found: tuple[int, int]) -> None:
    assert count(text.encode()) == found


def test_the_example_clients_are_counted_low_and_not_far_off() -> None:
    estate = load(REPOSITORY)
    sizes = [size(desired(client, NOW)) for client in estate.clients.values()]
    people, memberships = heads(REPOSITORY, estate.clients)
    exact = (sum(each.people for each in sizes), sum(each.memberships for each in sizes))
    assert 0.5 * exact[0] <= people <= exact[0]
    assert 0.5 * exact[1] <= memberships <= exact[1]


def test_a_client_without_files_has_nobody(tmp_path: Path) -> None:
    assert heads(tmp_path, ["acme"]) == (0, 0)


@PROFILE
@given(clients())
def test_never_more_than_the_records_have(client: Client) -> None:
    text = as_yaml(client)["people"]
    people, memberships = count(text.encode())
    assert people <= len(client.people)
    assert memberships <= sum(len(person.groups or ()) for person in client.people.values())
