"""What is protected, and what a record was called before, as rules between records."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.model import Client
from leaver.model.checks import RULES
from tests.estates import NOW, client

ROLE = "Global Administrator"


def said(made: Client) -> list[str]:
    """What the rules say, with the place of each."""
    return [
        f"{each.file}:{'.'.join(map(str, each.path))}: {each.subject}: {each.fault}. {each.remedy}"
        for rule in RULES
        for each in rule.check(made)
    ]


def protecting(people: dict[str, dict[str, Any]], **protected: Any) -> Client:
    return client(people, protected=protected)


@pytest.mark.parametrize(
    ("people", "accounts", "expected"),
    [
        (
            {"lee.park": {"disabled": True}},
            ["lee.park"],
            'people:lee.park.disabled: person "lee.park": is a protected account, and has `disabled`. Remove '
            "`disabled`, or take the account out of `protected.accounts` in client.yaml first.",
        ),
        (
            {"lee.park": {"departure": {"at": NOW}}},
            ["Lee.Park@acme.example"],
            'people:lee.park.departure: person "lee.park": is a protected account, and has `departure`. Remove '
            "`departure`, or take the account out of `protected.accounts` in client.yaml first.",
        ),
        (
            {"lee.park": {"until": NOW, "username": "boss@acme.example"}},
            ["boss@acme.example"],
            'people:lee.park.until: person "lee.park": is a protected account, and has `until`. Remove '
            "`until`, or take the account out of `protected.accounts` in client.yaml first.",
        ),
        (
            {"lee.park": {}},
            ["lee.parc"],
            'client:protected.accounts.0: client "acme": protected person "lee.parc" is not known. '
            'Correct it to "lee.park", or write a username.',
        ),
    ],
)
def test_a_protected_account_has_no_end_and_is_known(
    people: dict[str, dict[str, Any]], accounts: list[str], expected: str
) -> None:
    assert said(protecting(people, accounts=accounts)) == [expected]
    assert said(protecting({"lee.park": {}}, accounts=["lee.park", "break.glass@acme.example"])) == []


@pytest.mark.parametrize(
    ("people", "rule", "expected"),
    [
        (
            {"lee.park": {"roles": [ROLE]}, "dana": {"roles": [ROLE], "departure": {"at": NOW}}},
            {"role": ROLE},
            'client:protected.roles.0: client "acme": wants 2 people at least to hold the role Global Administrator; '
            "in the records 1 of those who stay does. Give it to somebody else too, or lower `at least`.",
        ),
        (
            {"lee.park": {}, "dana": {"roles": [ROLE]}},
            {"role": "global administrator", "at least": 1, "holders": ["lee.park"]},
            'client:protected.roles.0.holders.0: client "acme": wants "lee.park" to hold the role global '
            "administrator, and the record does not give it for good. Add the role to the record of lee.park, remove "
            "what ends the record, or name another holder.",
        ),
        (
            {"dana": {"roles": [ROLE]}},
            {"role": ROLE, "at least": 1, "holders": ["lee.park"]},
            'client:protected.roles.0.holders.0: client "acme": holder "lee.park" is not known. '
            "Correct it, or remove it.",
        ),
    ],
)
def test_a_protected_role_has_its_holders_in_the_records(
    people: dict[str, dict[str, Any]], rule: dict[str, Any], expected: str
) -> None:
    assert said(protecting(people, roles=[rule])) == [expected]
    both = {"lee.park": {"roles": [ROLE]}, "dana": {"roles": [{"role": ROLE, "until": NOW}]}}
    assert said(protecting(both, roles=[{"role": ROLE, "holders": ["lee.park"]}])) == []


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (
            {"dana": {"was": "dana"}},
            'people:dana.was: person "dana": was called what it is called now. Remove `was`, or write the old key.',
        ),
        (
            {"dana.smith": {"was": "dana"}, "dana": {}},
            'people:dana.smith.was: person "dana.smith": was called "dana", and there is a person of that key. '
            'Remove `was`, or the record of "dana".',
        ),
        (
            {"a": {"was": "old"}, "b": {"was": "old"}},
            'people:b.was: person "b": was called "old", and so was person "a". Keep `was` in one of them.',
        ),
    ],
)
def test_an_old_key_is_nobodys_and_was_one_persons(people: dict[str, dict[str, Any]], expected: str) -> None:
    assert said(client(people)) == [expected]
    assert said(client({"dana.smith": {"was": "dana"}})) == []


def test_a_client_was_called_something_else() -> None:
    assert said(client({}, was="acme")) == [
        'client:was: client "acme": was called what it is called now. Remove `was`, or write the old folder\'s name.'
    ]
    assert said(client({}, was="acme-robotics")) == []
