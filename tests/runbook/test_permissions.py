"""What a client's directory must let Leaver do, and what counts as granted."""

from __future__ import annotations

import re

import pytest

from leaver.actions import entra, okta
from leaver.actions.credentials import OKTA_SCOPES
from leaver.runbook.okta import STEPS
from leaver.runbook.permissions import EVERY_RUN, ROLES, SIGN_INS, WHERE_USED, extra_scopes, gives, needed
from leaver.runbook.registry import KINDS
from leaver.sandbox.entra.token import ROLES as OF_THE_SANDBOX

NAME = re.compile(r"okta\.\w+\.\w+|[A-Z][A-Za-z-]+(?:\.[A-Z][A-Za-z]+)+")


def declared(kind: str) -> set[str]:
    stated = [*EVERY_RUN[kind], *WHERE_USED[kind]]  # type: ignore[index]
    return {permission.name for _, permission in stated}


def test_what_the_direct_clients_ask_for_in_their_messages_is_declared() -> None:
    """A 403 names a permission; doctor must have named it before."""
    of_entra = " ".join(
        (
            entra.READ_USERS,
            entra.READ_SIGN_INS,
            entra.READ_GROUPS,
            entra.READ_ROLES,
            entra.DISABLE,
            entra.REVOKE,
        )
    )
    for name in NAME.findall(of_entra):
        assert gives(declared("entra"), name), name
    for name in NAME.findall(" ".join((okta.READ_USERS, okta.READ_GROUPS, okta.MANAGE_USERS))):
        assert name in declared("okta"), name


def test_the_scopes_of_every_run_are_those_that_a_sign_in_must_have() -> None:
    manage = {name for name in declared("okta") if name.endswith(".manage")}
    assert manage == set(OKTA_SCOPES)


def test_the_extra_scopes_follow_from_the_steps() -> None:
    assert extra_scopes() == (
        "okta.apiTokens.manage",
        "okta.apps.manage",
        "okta.devices.manage",
        "okta.roles.manage",
    )
    assert extra_scopes(step for step in STEPS if step.name in ("suspend", "sessions", "groups")) == ()
    assert extra_scopes(step for step in STEPS if step.name == "apps") == ("okta.apps.manage",)


def test_the_sandbox_grants_what_the_steps_need() -> None:
    for need in needed("entra", KINDS["entra"], uses=(ROLES, SIGN_INS)):
        assert gives(OF_THE_SANDBOX, need.permission), need


def test_each_permission_is_named_once_with_all_that_needs_it() -> None:
    needs = {need.permission: need for need in needed("okta", STEPS)}
    assert len(needs) == len(needed("okta", STEPS))
    assert needs["okta.apps.manage"].by == ("apps",)
    assert not needs["okta.apps.manage"].basic
    assert needs["okta.users.manage"].basic
    assert {"cut access", "suspend", "factors"} <= set(needs["okta.users.manage"].by)
    assert "okta.devices.manage" not in {
        need.permission for need in needed("okta", [step for step in STEPS if not step.on_request])
    }


def test_what_only_some_records_need_is_needed_by_them_only() -> None:
    assert "AuditLog.Read.All" not in {need.permission for need in needed("entra", ())}
    (need,) = (
        each for each in needed("entra", (), uses=(SIGN_INS,)) if each.permission == "AuditLog.Read.All"
    )
    assert (need.by, need.basic) == ((SIGN_INS,), False)


@pytest.mark.parametrize(
    ("granted", "permission", "given"),
    [
        ({"User.Read.All"}, "User.Read.All", True),
        ({"User.ReadWrite.All"}, "User.Read.All", True),
        ({"Directory.Read.All"}, "User.Read.All", True),
        ({"User.Read.All"}, "User.ReadWrite.All", False),
        ({"Group.Read.All"}, "GroupMember.Read.All", True),
        ({"Group.ReadWrite.All"}, "GroupMember.ReadWrite.All", True),
        ({"Group.Read.All"}, "GroupMember.ReadWrite.All", False),
        ({"User.ReadWrite.All", "Directory.ReadWrite.All"}, "User.RevokeSessions.All", False),
        ({"RoleManagement.ReadWrite.Directory"}, "RoleManagement.Read.Directory", True),
        ({"MailboxSettings.ReadWrite"}, "MailboxSettings.Read", True),
        ({"okta.users.manage"}, "okta.users.read", True),
        ({"okta.users.read"}, "okta.users.manage", False),
        ({"okta.users.manage"}, "okta.groups.read", False),
        (set(), "okta.users.read", False),
    ],
)
def test_what_counts_as_granted(granted: set[str], permission: str, given: bool) -> None:
    assert gives(granted, permission) is given
