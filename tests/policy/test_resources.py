"""Each policy on resources, on sign-ins and on authors: one example that breaks it, one that keeps it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leaver import policy
from leaver.desired import Memory, Remembered
from leaver.model import Client
from leaver.policy import DeclaredAccount, DeclaredGroup, Resources, SignIn
from leaver.policy.access import sensitive_grants
from tests.policy.project import NOW, estate

DANA = ("dana", "entra")
OLD = DeclaredAccount("urn:dana", enabled=True, protected=True)


def client(root: Path, **texts: str) -> Client:
    return estate(root, **texts).clients["acme"]


def remembered(id_: str = "id-dana", *, enabled: bool = True) -> Remembered:
    return Remembered(id=id_, username="dana@acme.example", enabled=enabled, removed=None)


def resources(
    accounts: dict[tuple[str, str], DeclaredAccount] | None = None,
    groups: dict[str, DeclaredGroup] | None = None,
    memory: dict[tuple[str, str], Remembered] | None = None,
) -> Resources:
    return Resources(accounts or {}, groups or {}, Memory(memory or {}))


def said(found: Any) -> list[str]:
    return [f"{each.level}: {each} [{each.found.urn}]" for each in found]


def test_a_run_as_it_should_be_breaks_nothing(tmp_path: Path) -> None:
    acme = client(
        tmp_path,
        people="""
        dana: {groups: [payroll], nda: {signed: 2020-01-01, document: N-1}}
        lee: {disabled: true}
        """,
        groups="payroll: {name: Payroll, directory: entra, confidential: true}",
    )
    run = resources(
        {DANA: OLD, ("lee", "entra"): DeclaredAccount("urn:lee", enabled=False, protected=True)},
        {"payroll": DeclaredGroup("urn:payroll", frozenset({"id-dana"}))},
        {DANA: remembered()},
    )
    assert said(policy.on_resources(acme, NOW, run)) == []


@pytest.mark.parametrize(
    ("people", "expected"),
    [
        (
            "dana: {}",
            'mandatory: person "dana": the account in entra would be deleted, and its person has access '
            "(delete-after-departure). Give the person a departure or `disabled: true`, apply, and let `retain` "
            "pass. [None]",
        ),
        (
            "",
            'mandatory: person "dana": the account in entra would be deleted, and was never disabled '
            "(delete-after-departure). Give the person a departure or `disabled: true`, apply, and let `retain` "
            "pass. [None]",
        ),
    ],
)
def test_an_account_is_not_deleted_before_its_departure(people: str, expected: str, tmp_path: Path) -> None:
    run = resources(memory={DANA: remembered()})
    assert said(policy.on_resources(client(tmp_path, people=people), NOW, run)) == [expected]


def test_an_account_that_a_run_has_disabled_may_be_deleted(tmp_path: Path) -> None:
    run = resources(memory={DANA: remembered(enabled=False)})
    assert said(policy.on_resources(client(tmp_path), NOW, run)) == []


def test_a_client_may_choose_to_delete_at_once(tmp_path: Path) -> None:
    run = resources(
        {("lee", "entra"): DeclaredAccount("u", enabled=True, protected=False)}, {}, {DANA: remembered()}
    )
    acme = client(tmp_path, people="lee: {}", client="on removal: delete")
    assert said(policy.on_resources(acme, NOW, run)) == []


def test_the_account_of_a_record_is_protected(tmp_path: Path) -> None:
    run = resources({DANA: DeclaredAccount("urn:dana", enabled=True, protected=False)})
    assert said(policy.on_resources(client(tmp_path, people="dana: {}"), NOW, run)) == [
        'advisory: person "dana": the account in entra is not protected against deletion (disable-not-delete). '
        "Write `on removal: disable`, and declare accounts with `protect`. [urn:dana]"
    ]


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("dana: {disabled: true}", "is disabled"),
        ("dana: {departure: {at: 2026-11-22 14:00}}", "is departed"),
        ("dana: {starts: 2026-11-22 14:01}", "is not started"),
        ("", "has no record"),
    ],
)
def test_nobody_without_access_has_an_enabled_account(people: str, why: str, tmp_path: Path) -> None:
    found = said(policy.on_resources(client(tmp_path, people=people), NOW, resources({DANA: OLD})))
    assert found == [
        f'mandatory: person "dana": the account in entra would be enabled, and its person {why} '
        "(no-access-after-end). Declare accounts through Leaver's program; correct the record if the person does "
        "have access. [urn:dana]"
    ]


def test_an_account_says_whether_it_is_enabled(tmp_path: Path) -> None:
    run = resources({DANA: DeclaredAccount("urn:dana", enabled=None, protected=True)})
    assert said(policy.on_resources(client(tmp_path, people="dana: {}"), NOW, run)) == [
        'mandatory: person "dana": the account in entra does not say whether it is enabled (stated-sign-in). '
        "State `accountEnabled` (Entra) or `status` (Okta). [urn:dana]"
    ]


@pytest.mark.parametrize(
    ("people", "member", "fault"),
    [
        ("", "id-stranger", "account id-stranger in entra would be a member, and no record is known for it"),
        ("dana: {groups: []}", "id-dana", "dana would be a member, and their record does not name the group"),
        (
            "dana: {groups: [payroll], disabled: true}",
            "id-dana",
            "dana would be a member, and is disabled",
        ),
    ],
)
def test_a_protected_group_has_the_members_of_the_records(
    people: str, member: str, fault: str, tmp_path: Path
) -> None:
    acme = client(tmp_path, people=people, groups="payroll: {name: Payroll, directory: entra, nda: required}")
    declared = DeclaredAccount("urn:dana", enabled=False, protected=True)
    run = resources(
        {DANA: declared}, {"payroll": DeclaredGroup("urn:pay", frozenset({member}))}, {DANA: remembered()}
    )
    assert [line for line in said(policy.on_resources(acme, NOW, run)) if "protected-members" in line] == [
        f'mandatory: group "payroll": {fault} (protected-members). Add the group to the person\'s record, or take '
        "the member out of the program. [urn:pay]"
    ]


def test_a_group_without_secrets_may_have_other_members(tmp_path: Path) -> None:
    acme = client(tmp_path, groups="vpn: {name: VPN, directory: entra}")
    run = resources({}, {"vpn": DeclaredGroup("urn:vpn", frozenset({"id-stranger"}))})
    assert said(policy.on_resources(acme, NOW, run)) == []


def sign_in(**changes: Any) -> dict[str, tuple[SignIn, ...]]:
    stated: dict[str, Any] = {
        "username": "Dana@acme.example",
        "enabled": True,
        "created": datetime(2020, 1, 1, tzinfo=UTC),
        "last": NOW - timedelta(days=45),
    }
    return {"entra": (SignIn(**{**stated, **changes}),)}


def test_an_account_without_a_sign_in_for_45_days_is_dormant(tmp_path: Path) -> None:
    assert said(policy.on_sign_ins(client(tmp_path, people="dana: {}"), NOW, sign_in())) == [
        'advisory: person "dana": has not signed in to entra since 2026-10-08 (dormant-account). Ask the person; '
        "then write `disabled: true`, or a departure. [None]"
    ]


def test_an_account_that_was_never_used_is_dormant_from_its_making_on(tmp_path: Path) -> None:
    (found,) = said(policy.on_sign_ins(client(tmp_path, people="dana: {}"), NOW, sign_in(last=None)))
    assert "has not signed in to entra ever, and was made 2020-01-01" in found


@pytest.mark.parametrize(
    "changes",
    [
        {"last": NOW - timedelta(days=44)},
        {"enabled": False},
        {"last": None, "created": None},
        {"username": "stranger@acme.example"},
    ],
)
def test_an_account_in_use_or_disabled_or_undated_is_not_dormant(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    assert said(policy.on_sign_ins(client(tmp_path, people="dana: {}"), NOW, sign_in(**changes))) == []


def test_nobody_gives_themselves_what_is_sensitive(tmp_path: Path) -> None:
    acme = client(
        tmp_path,
        people="dana: {groups: [vpn, payroll]}",
        groups="""
        vpn: {name: VPN, directory: entra}
        payroll: {name: Payroll, directory: entra, nda: required}
        """,
    )
    assert [grant.path for grant in sensitive_grants(acme, "dana", NOW)] == [("dana", "groups", 1)]
    own = {("dana", "groups", at): ("lee@acme.example", "Dana@ACME.example") for at in (0, 1)}
    assert said(policy.on_authors(acme, NOW, own)) == [
        'mandatory: person "dana": was given group "payroll" by Dana@ACME.example, themselves (no-own-privilege). '
        "Let somebody else propose the change. [None]"
    ]
    assert said(policy.on_authors(acme, NOW, {("dana", "groups", 1): ("lee@acme.example",)})) == []
    assert said(policy.on_authors(acme, NOW, {})) == []
