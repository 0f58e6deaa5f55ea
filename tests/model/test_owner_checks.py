"""Who answers for what, which groups exclude each other, and the facts that policies need."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from leaver.model import Client, ClientSettings, Group, Level, Nda, Person
from leaver.model.owner_checks import check_owners, check_separate_from

ENTRA = {"kind": "entra", "tenant": "11111111-2222-3333-4444-555555555555", "domain": "acme.example"}


def client(groups: dict[str, Any] | None = None, people: dict[str, Any] | None = None) -> Client:
    return Client(
        "acme",
        ClientSettings.model_validate({"name": "Acme", "directories": {"entra": ENTRA}}),
        {
            key: Group.model_validate({"name": key, "directory": "entra", **group})
            for key, group in (groups or {}).items()
        },
        {key: Person.model_validate(person) for key, person in (people or {}).items()},
    )


def said(found: Any) -> list[str]:
    return [f"{each.file} {each.path}: {each.subject}: {each.fault}. {each.remedy}" for each in found]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (
            {"kind": "shared", "owner": "lee.parc"},
            "people ('desk', 'owner'): person \"desk\": owner \"lee.parc\" is not known. "
            'Correct it to "lee.park", or write an e-mail address.',
        ),
        (
            {"kind": "shared", "owner": "desk"},
            "people ('desk', 'owner'): person \"desk\": is its own owner. "
            "Name the person who answers for it.",
        ),
        (
            {"owner": "lee.park"},
            "people ('desk', 'owner'): person \"desk\": has an owner, and is the account of one person. "
            "Remove `owner`, or add `kind: shared` or `kind: service`.",
        ),
    ],
)
def test_an_owner_is_another_person(person: dict[str, Any], expected: str) -> None:
    assert said(check_owners(client(people={"lee.park": {}, "desk": person}))) == [expected]


@pytest.mark.parametrize("owner", ["lee.park", "desk@msp.example"])
def test_a_person_or_an_address_may_own_an_account_and_a_group(owner: str) -> None:
    people = {"lee.park": {}, "desk": {"kind": "shared", "owner": owner}}
    assert said(check_owners(client({"vpn": {"owner": owner}}, people))) == []


def test_the_owner_of_a_group_is_known() -> None:
    assert said(check_owners(client({"vpn": {"owner": "nobody"}}))) == [
        "groups ('vpn', 'owner'): group \"vpn\": owner \"nobody\" is not known. "
        "Correct it, or write an e-mail address."
    ]


def test_a_group_is_separate_from_another_group_that_exists() -> None:
    found = check_separate_from(client({"pay": {"separate from": ["pay", "orderz"]}, "orders": {}}))
    assert said(found) == [
        "groups ('pay', 'separate from', 0): group \"pay\": is separate from itself. Name another group.",
        "groups ('pay', 'separate from', 1): group \"pay\": group \"orderz\" is not known. "
        'Correct it to "orders", or add it to groups.yaml.',
    ]


def test_an_agreement_expires_after_it_is_signed() -> None:
    with pytest.raises(ValidationError, match="expires 2026-01-01, not after it is signed 2026-01-01"):
        Nda.model_validate({"signed": "2026-01-01", "document": "N-1", "expires": "2026-01-01"})


@pytest.mark.parametrize(
    ("stated", "needed"),
    [
        ({}, False),
        ({"confidential": True}, True),
        ({"confidential": True, "nda": "not required"}, False),
        ({"nda": "required"}, True),
    ],
)
def test_a_confidential_group_needs_an_agreement_unless_it_says_otherwise(
    stated: dict[str, Any], needed: bool
) -> None:
    assert Group.model_validate({"name": "A", "directory": "entra", **stated}).needs_nda is needed


@pytest.mark.parametrize("name", ["@acme/approvers", "@dana-reyes", "dana.reyes@acme.example"])
def test_an_approver_is_an_account_a_team_or_an_address(name: str) -> None:
    stated = {"name": "Acme", "directories": {"entra": ENTRA}, "approvers": [name]}
    assert ClientSettings.model_validate(stated).approvers == (name,)


@pytest.mark.parametrize("name", ["dana", "@", "@a b", "* @x", "@a/b/c", "@a\n* @b"])
def test_what_would_be_another_line_of_codeowners_is_no_approver(name: str) -> None:
    with pytest.raises(ValidationError):
        ClientSettings.model_validate({"name": "Acme", "directories": {"entra": ENTRA}, "approvers": [name]})


def test_a_level_is_one_of_three() -> None:
    stated = {"name": "Acme", "directories": {"entra": ENTRA}, "policies": {"signed-nda": "advisory"}}
    assert ClientSettings.model_validate(stated).policies == {"signed-nda": Level.ADVISORY}
