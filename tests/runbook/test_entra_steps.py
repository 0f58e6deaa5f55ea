""""""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.runbook.entra import STEPS
from leaver.runbook.step import Item, Reply
from tests.runbook.entra_replies import (
    AFTER,
    BEFORE,
    CASE,
    CUT,
    DANA,
    LEE,
    OLD,
    STEP,
    USER,
    account,
    acts,
    event,
    method,
    named,
    seen,
)


@pytest.mark.parametrize(
    ("step", "changes", "left"),
    [
        ("disable", {}, [f"{OLD} can sign in"]),
        ("disable", {"account": account(accountEnabled=False)}, []),
        ("revoke-sessions", {}, ["sessions since 2026-11-27 15:59:59Z are valid"]),
        ("revoke-sessions", {"account": account(signInSessionsValidFromDateTime=AFTER)}, []),
        (
            "revoke-sessions",
            {"account": account(signInSessionsValidFromDateTime=None)},
            ["sessions of any age are valid"],
        ),
        ("reset-password", {}, ["a password that somebody knows"]),
        ("reset-password", {"account": account(lastPasswordChangeDateTime=AFTER)}, []),
        ("sign-in-methods", {}, ["phone (mobile)"]),
        ("sign-in-methods", {"sign_in_methods": [method("m", "password")]}, []),
        (
            "sign-in-methods",
            {"sign_in_methods": [method("m", "retinaScan")]},
            ["retinaScanAuthenticationMethod"],
        ),
        ("directory-roles", {}, ["Helpdesk Administrator"]),
        ("directory-roles", {"role_assignments": []}, []),
        (
            "directory-roles",
            {
                "role_assignments": [
                    {"id": "r", "principalId": "cccc-3", "roleDefinitionId": "role"},
                    {
                        "id": "s",
                        "principalId": DANA.upper(),
                        "roleDefinitionId": "role",
                        "directoryScopeId": "/administrativeUnits/7",
                    },
                ]
            },
            ["role in /administrativeUnits/7"],
        ),
        ("role-eligibility", {}, ["User Administrator"]),
        ("group-eligibility", {}, ["member of Server administrators"]),
        ("groups", {}, ["Finance"]),
        ("groups", {"memberships": []}, []),
        ("app-roles", {}, ["Payroll"]),
        ("consents", {}, ["Diagram Board: Mail.Read offline_access"]),
        ("consents", {"consent_clients": 403}, ["sp-3: Mail.Read offline_access"]),
        ("ownership", {}, ["group Project", "application Script"]),
        ("ownership", {"owned_objects": []}, []),
        ("devices", {}, ["LAPTOP", "Phone"]),
        ("managed-devices", {}, ["LAPTOP (managed)", "Phone (managed)"]),
        ("address-list", {}, ["is in the address list"]),
        ("address-list", {"address_list": {"showInAddressList": False}}, []),
        ("leave-date", {}, ["the date of leaving is not set"]),
        (
            "leave-date",
            {"leave_date": {"employeeLeaveDateTime": BEFORE}},
            ["the date of leaving is 2026-11-27 15:59Z"],
        ),
        ("leave-date", {"leave_date": {"employeeLeaveDateTime": "2026-11-27T17:00:00+01:00"}}, []),
        ("forwarding", {}, ["rule q-1 to me@private.example"]),
        ("forwarding", {"inbox_rules": []}, []),
        (
            "meetings",
            {},
            ["meeting of 2026-12-01T10:00 with 1 invited", "series of 2026-12-01T10:00 with 1 invited"],
        ),
        ("meetings", {"calendar": [event("v", organiser=False), event("w", isCancelled=True)]}, []),
        ("files-handover", {}, ["the files are not open for lee.park@acme.example"]),
        ("licences", {}, ["SPE_E5"]),
        ("licences", {"account": account(licenseAssignmentStates=[])}, []),
        ("restore", {"account": 404}, [f"the account {OLD} is deleted"]),
        ("restore", {}, []),
    ],
)
def test_what_is_left(step: str, changes: dict[str, Any], left: list[str]) -> None:
    assert named(step, seen(**changes)) == left


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ("disable", [("PATCH", USER, {"accountEnabled": False})]),
        ("revoke-sessions", [("POST", f"{USER}/revokeSignInSessions", None)]),
        ("sign-in-methods", [("DELETE", f"{USER}/authentication/phoneMethods/m-2", None)]),
        ("directory-roles", [("DELETE", "/v1.0/roleManagement/directory/roleAssignments/r-1", None)]),
        (
            "role-eligibility",
            [
                (
                    "POST",
                    "/v1.0/roleManagement/directory/roleEligibilityScheduleRequests",
                    {
                        "action": "adminRemove",
                        "justification": "The person has left.",
                        "principalId": DANA,
                        "roleDefinitionId": "role",
                        "directoryScopeId": "/",
                    },
                )
            ],
        ),
        (
            "group-eligibility",
            [
                (
                    "POST",
                    "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleRequests",
                    {
                        "action": "adminRemove",
                        "justification": "The person has left.",
                        "principalId": DANA,
                        "groupId": "g-7",
                        "accessId": "member",
                    },
                )
            ],
        ),
        ("groups", [("DELETE", f"/v1.0/groups/g-1/members/{DANA}/$ref", None)]),
        ("app-roles", [("DELETE", f"{USER}/appRoleAssignments/x-1", None)]),
        ("consents", [("DELETE", "/v1.0/oauth2PermissionGrants/c-1", None)]),
        (
            "ownership",
            [
                (
                    "POST",
                    "/v1.0/groups/o-1/owners/$ref",
                    {"@odata.id": f"https://graph.microsoft.com/v1.0/directoryObjects/{LEE}"},
                ),
                ("DELETE", f"/v1.0/groups/o-1/owners/{DANA}/$ref", None),
                ("DELETE", f"/v1.0/applications/o-2/owners/{DANA}/$ref", None),
            ],
        ),
        ("devices", [("PATCH", "/v1.0/devices/d-1", {"accountEnabled": False})]),
        (
            "managed-devices",
            [
                ("POST", "/v1.0/deviceManagement/managedDevices/i-1/retire", None),
                ("POST", "/v1.0/deviceManagement/managedDevices/i-2/retire", None),
            ],
        ),
        ("address-list", [("PATCH", f"/beta/users/{DANA}", {"showInAddressList": False})]),
        ("leave-date", [("PATCH", USER, {"employeeLeaveDateTime": "2026-11-27T16:00:00Z"})]),
        ("forwarding", [("DELETE", f"{USER}/mailFolders/inbox/messageRules/q-1", None)]),
        (
            "meetings",
            [
                ("POST", f"{USER}/events/v-1/cancel", {"comment": ""}),
                ("POST", f"{USER}/events/s-1/cancel", {"comment": ""}),
            ],
        ),
        (
            "files-handover",
            [
                (
                    "POST",
                    f"{USER}/drive/root/invite",
                    {
                        "recipients": [{"objectId": LEE}],
                        "requireSignIn": True,
                        "sendInvitation": False,
                        "roles": ["write"],
                    },
                )
            ],
        ),
        ("licences", [("POST", f"{USER}/assignLicense", {"addLicenses": [], "removeLicenses": ["sku-e5"]})]),
    ],
)
def test_what_mends_it(step: str, calls: list[tuple[str, str, Any]]) -> None:
    assert acts(step, seen()) == calls


def test_somebody_without_a_departure_has_no_date_of_leaving() -> None:
    case = replace(CASE, departure=False)
    assert STEP["leave-date"].skip(case, seen()) == "there is no departure, so no moment was agreed"
    assert STEP["leave-date"].left(case, seen()) == []


def test_only_the_date_of_leaving_runs_ahead_and_it_takes_nothing_away() -> None:
    assert [step.name for step in STEPS if step.ahead] == ["leave-date"]


@pytest.mark.parametrize(
    "step", [step for step in STEPS if step.name != "delete"], ids=lambda step: step.name
)
def test_an_account_that_is_gone_needs_no_step(step: Any) -> None:
    answers = {"account": Reply(404, None)}
    assert list(step.look(CASE, answers)) == []
    assert step.skip(CASE, answers) == "the account does not exist any more"
    assert list(step.left(CASE, answers)) == []
    assert list(step.notes(CASE, answers)) == []


def test_deletion_waits_for_the_end_of_retention() -> None:
    step = STEP["delete"]
    assert step.skip(CASE, seen()) == "nothing says until when the account is kept"
    early = replace(CASE, retained_until=CASE.now + timedelta(seconds=1))
    assert step.skip(early, seen()) == "the account is kept until 2026-11-27 16:01 UTC"
    assert step.act(early, seen(), [Item(DANA, "x")]) == []
    due = replace(CASE, retained_until=CUT)
    assert step.skip(due, seen()) is None
    assert acts("delete", seen(), due) == [("DELETE", USER, None)]
    assert list(step.left(due, seen(account=404))) == []
