"""The policy pack without an engine: what it makes of the engine's words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyResourceOptions,
    ResourceValidationArgs,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.policy import PolicyResource
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy

from leaver.desired import Memory, Remembered
from leaver.errors import LeaverError
from leaver.policy import NAMES
from leaver.program import pack
from leaver.program.declared import Seen, resources
from leaver.source.state import ENTRA_MEMBER, ENTRA_USER, OKTA_MEMBERS, OKTA_USER, StackState
from tests.policy.project import NOW, write

STACK = "urn:pulumi:acme::leaver::pulumi:pulumi:Stack::leaver-acme"
USER = f"urn:pulumi:acme::leaver::leaver:index:Person${ENTRA_USER}::dana/entra"
GROUPS = "payroll: {name: Payroll, directory: entra, nda: required}"


class Run:
    """One run of the engine with the pack."""

    def __init__(self, root: Path) -> None:
        self.judge = pack.Judge(root, {"LEAVER_NOW": NOW.isoformat()}, lambda: NOW)
        self.policies: dict[str, Policy] = {each.name: each for each in pack.policies(self.judge)}

    def levels(self) -> dict[str, EnforcementLevel | None]:
        return {name: each.enforcement_level for name, each in self.policies.items()}

    def resource(
        self, type_: str, name: str, urn: str, properties: dict[str, Any], **options: Any
    ) -> list[str]:
        """What the pack says of one resource."""
        given = PolicyResourceOptions(
            protect=options.get("protect", True),
            ignore_changes=options.get("ignore_changes", []),
            delete_before_replace=None,
            aliases=[],
            custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
            additional_secret_outputs=[],
        )
        shown = unknown_checking_proxy(properties)
        args = ResourceValidationArgs(type_, shown, urn, name, given, None, None, {})
        said: list[str] = []
        for each in self.policies.values():
            if not isinstance(each, StackValidationPolicy):
                each.validate(args, lambda text, _urn=None: said.append(text))  # type: ignore[attr-defined]
        return said

    def stack(self, *seen: tuple[str, str, str, dict[str, Any]]) -> list[str]:
        """What the pack says of all resources, and of the records."""
        shown = [
            PolicyResource(type_, unknown_checking_proxy(found), urn, name, None, None, None, [], {})  # type: ignore[arg-type]
            for type_, name, urn, found in seen
        ]
        said: list[str] = []
        for each in self.policies.values():
            if isinstance(each, StackValidationPolicy):
                each.validate(StackValidationArgs(shown, {}, {}), lambda text, _urn=None: said.append(text))  # type: ignore[arg-type,misc]
        return said


@pytest.fixture
def state(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], Remembered]:
    """The accounts of the last state, to be filled by the test."""
    accounts: dict[tuple[str, str], Remembered] = {}
    monkeypatch.setattr(pack, "export", lambda *_: StackState(memory=Memory(accounts)))
    return accounts


def opened(root: Path, **texts: str) -> Run:
    write(root, **texts)
    run = Run(root)
    assert run.resource("pulumi:pulumi:Stack", "leaver-acme", STACK, {}) == []
    return run


def test_the_pack_has_every_policy_that_records_or_resources_can_break(tmp_path: Path) -> None:
    run = Run(tmp_path)
    wanted = {each.name for each in NAMES.values() if each.on_records or each.on_resources}
    assert set(run.policies) == wanted | {"sound-records", "disable-not-delete-resource"}
    assert len(run.policies) == len(pack.policies(run.judge))


@pytest.mark.usefixtures("state")
def test_the_clients_levels_count_once_the_stack_is_known(tmp_path: Path) -> None:
    before = Run(tmp_path).levels()
    assert before["signed-nda"] is EnforcementLevel.MANDATORY
    run = opened(tmp_path, client="policies: {signed-nda: disabled, has-start: mandatory}")
    after = run.levels()
    assert after["signed-nda"] is EnforcementLevel.DISABLED
    assert after["has-start"] is EnforcementLevel.MANDATORY
    assert {key: level for key, level in after.items() if key not in ("signed-nda", "has-start")} == {
        key: level for key, level in before.items() if key not in ("signed-nda", "has-start")
    }


@pytest.mark.usefixtures("state")
def test_a_break_on_records_has_its_place(tmp_path: Path) -> None:
    run = opened(tmp_path, people="dana: {starts: 2020-01-01 09:00, manager: lee}\nlee: {}")
    assert run.stack() == [
        'identities/acme/people.yaml:3:3: person "lee": has no start (has-start). Add `starts:`.'
    ]


@pytest.mark.parametrize(
    ("people", "properties", "options", "said"),
    [
        ("dana: {}", {"accountEnabled": True}, {}, []),
        ("dana: {}", {"accountEnabled": True}, {"protect": False}, ["disable-not-delete"]),
        ("dana: {}", {}, {}, ["stated-sign-in"]),
        (
            "dana: {}",
            {"accountEnabled": True, "__defaults": ["accountEnabled"]},
            {},
            ["stated-sign-in"],
        ),
        ("dana: {disabled: true}", {"accountEnabled": True}, {}, ["no-access-after-end"]),
        ("dana: {disabled: true}", {"accountEnabled": False}, {}, []),
        ("dana: {disabled: true}", {"accountEnabled": True}, {"ignore_changes": ["*"]}, []),
        ("dana: {}", {"accountEnabled": True, "managerId": UNKNOWN_STRING_VALUE}, {}, []),
    ],
)
@pytest.mark.usefixtures("state")
def test_an_account_is_judged_before_it_is_made(
    people: str, properties: dict[str, Any], options: dict[str, Any], said: list[str], tmp_path: Path
) -> None:
    run = opened(tmp_path, people=people)
    found = run.resource(ENTRA_USER, "dana/entra", USER, properties, **options)
    assert [name for name in said if any(f"({name})" in text for text in found)] == said
    assert len(found) == len(said)


@pytest.mark.parametrize(("there", "said"), [(True, []), (False, ["no-access-after-end"])])
def test_a_sign_in_that_stays_as_it_is_is_not_judged_by_the_last_state(
    there: bool, said: list[str], tmp_path: Path, state: dict[tuple[str, str], Remembered]
) -> None:
    # After a release: the directory has ended the account, and the state still says that it is enabled.
    if there:
        state["dana", "entra"] = Remembered("id-dana", "dana@acme.example", enabled=True, removed=None)
    run = opened(tmp_path, people="dana: {departure: {at: 2026-11-20 17:00}}")
    options = {"ignore_changes": ["accountEnabled"], "protect": True}
    found = run.resource(ENTRA_USER, "dana/entra", USER, {"accountEnabled": True}, **options)
    assert [name for name in said if any(f"({name})" in text for text in found)] == said
    assert len(found) == len(said)


def test_a_deletion_is_seen_in_the_whole_run(
    tmp_path: Path, state: dict[tuple[str, str], Remembered]
) -> None:
    state["dana", "entra"] = Remembered("id-dana", "dana@acme.example", enabled=True, removed=None)
    run = opened(tmp_path, people="dana: {starts: 2020-01-01 09:00}")
    assert [text for text in run.stack() if "delete-after-departure" in text] != []
    kept = (ENTRA_USER, "dana/entra", USER, {"accountEnabled": True, "objectId": "id-dana"})
    assert [text for text in run.stack(kept) if "delete-after-departure" in text] == []


@pytest.mark.usefixtures("state")
def test_a_member_of_a_protected_group_is_known_by_the_account_of_this_run(tmp_path: Path) -> None:
    people = "dana: {groups: [payroll], nda: {signed: 2020-01-01, document: N-1}, starts: 2020-01-01 09:00}"
    run = opened(tmp_path, people=people, groups=GROUPS)
    user = (ENTRA_USER, "dana/entra", USER, {"accountEnabled": True, "objectId": "id-dana"})

    def group(*members: str) -> tuple[str, str, str, dict[str, Any]]:
        return ("azuread:index/group:Group", "group/payroll", "urn:payroll", {"members": list(members)})

    protected = [
        text for text in run.stack(user, group("id-dana", UNKNOWN_STRING_VALUE)) if "protected" in text
    ]
    assert protected == []
    (stranger,) = [text for text in run.stack(user, group("id-dana", "id-x")) if "protected-members" in text]
    assert stranger.startswith('group "payroll": account id-x in entra would be a member, and no record')


def test_records_that_cannot_be_read_are_said_once(tmp_path: Path) -> None:
    write(tmp_path, people="dana: {manager: nobody}")
    run = Run(tmp_path)
    (said,) = run.resource("pulumi:pulumi:Stack", "leaver-acme", STACK, {})
    assert said.startswith('identities/acme/people.yaml:2:19: person "dana": manager "nobody" is not known.')
    assert run.resource(ENTRA_USER, "dana/entra", USER, {"accountEnabled": True}) == []
    assert run.stack() == []


def test_an_engine_that_does_not_show_its_state_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> StackState:
        raise LeaverError("acme: the last state cannot be read: no passphrase")

    monkeypatch.setattr(pack, "export", refuse)
    write(tmp_path)
    assert Run(tmp_path).resource("pulumi:pulumi:Stack", "leaver-acme", STACK, {}) == [
        "acme: the last state cannot be read: no passphrase"
    ]


def test_memberships_of_every_kind_are_read() -> None:
    found = resources(
        [
            Seen("azuread:index/group:Group", "group/a.b", "urn:a", {"members": ["1", "2"]}),
            Seen(ENTRA_MEMBER, "dana/entra/vpn", "urn:m1", {"memberObjectId": "1"}),
            Seen(ENTRA_MEMBER, "lee/entra/vpn", "urn:m2", {"memberObjectId": "2"}),
            Seen(ENTRA_MEMBER, "new/entra/vpn", "urn:m3", {}),
            Seen(OKTA_MEMBERS, "group/staff/members", "urn:o", {"users": ["3"]}),
            Seen("okta:group/group:Group", "group/staff", "urn:g", {"name": "Staff"}),
        ],
        Memory(),
    )
    assert {key: each.members for key, each in found.groups.items()} == {
        "a.b": {"1", "2"},
        "vpn": {"1", "2"},
        "staff": {"3"},
    }


@pytest.mark.parametrize(
    ("status", "enabled"),
    [("ACTIVE", True), ("SUSPENDED", False), ("DEPROVISIONED", False), (None, None)],
)
def test_an_okta_account_is_enabled_by_its_status(status: str | None, enabled: bool | None) -> None:
    seen = Seen(OKTA_USER, "dana/okta", "urn:d", {"status": status, "id": "00u1"}, protect=True)
    account = resources([seen], Memory()).accounts["dana", "okta"]
    assert (account.enabled, account.id, account.protected) == (enabled, "00u1", True)
