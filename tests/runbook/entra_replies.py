"""Graph's answers about Dana, without any directory: what the steps are judged by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from leaver.runbook.entra import RESTORE, STEPS
from leaver.runbook.step import Case, Item, Reply, Seen, Step

CUT = datetime(2026, 11, 27, 16, 0, 0, 400_000, tzinfo=UTC)
DANA, LEE = "aaaa-1", "bbbb-2"
USER = f"/v1.0/users/{DANA}"
OLD = "dana.reyes@acme.example"
CASE = Case(
    "acme",
    "dana.reyes",
    "entra",
    DANA,
    OLD,
    CUT,
    CUT + timedelta(minutes=1),
    handover="lee.park@acme.example",
)
STEP: dict[str, Step] = {step.name: step for step in (*STEPS, RESTORE)}
BEFORE, AFTER = "2026-11-27T15:59:59Z", "2026-11-27T16:00:00Z"

ACCOUNT: dict[str, Any] = {
    "id": DANA,
    "userPrincipalName": OLD,
    "displayName": "Dana Reyes",
    "accountEnabled": True,
    "onPremisesSyncEnabled": None,
    "mail": OLD,
    "signInSessionsValidFromDateTime": BEFORE,
    "lastPasswordChangeDateTime": BEFORE,
    "licenseAssignmentStates": [
        {"skuId": "sku-e5", "assignedByGroup": None, "state": "Active"},
        {"skuId": "sku-mail", "assignedByGroup": "g-1", "state": "Active"},
    ],
}
COLLEAGUE: dict[str, Any] = {
    "id": LEE,
    "userPrincipalName": "lee.park@acme.example",
    "displayName": "Lee Park",
    "accountEnabled": True,
    "mail": "lee@acme.example",
}
MAILBOX: dict[str, Any] = {
    "automaticRepliesSetting": {
        "status": "disabled",
        "internalReplyMessage": "",
        "externalReplyMessage": "",
    },
    "userPurpose": "user",
}


def typed(kind: str, **fields: Any) -> dict[str, Any]:
    return {"@odata.type": f"#microsoft.graph.{kind}", **fields}


def group(id: str, name: str, **more: Any) -> dict[str, Any]:
    return typed("group", id=id, displayName=name, groupTypes=[], mailEnabled=False, **more)


def method(id: str, kind: str, **more: Any) -> dict[str, Any]:
    return typed(f"{kind}AuthenticationMethod", id=id, **more)


def rule(id: str, *addresses: str, **more: Any) -> dict[str, Any]:
    to = [{"emailAddress": {"address": each, "name": each}} for each in addresses]
    return {"id": id, "displayName": id, "isEnabled": True, "actions": {"forwardTo": to}, **more}


def event(id: str, *, invited: int = 1, organiser: bool = True, **more: Any) -> dict[str, Any]:
    return {
        "id": id,
        "isOrganizer": organiser,
        "isCancelled": False,
        "attendees": [{"type": "required"}] * invited,
        "start": {"dateTime": "2026-12-01T10:00:00.0000000", "timeZone": "UTC"},
        **more,
    }


ANSWERS: dict[str, Any] = {
    "account": ACCOUNT,
    "colleague": COLLEAGUE,
    "mailbox": MAILBOX,
    "sign-in-methods": [method("m-1", "password"), method("m-2", "phone", phoneType="mobile")],
    "sign-in-preferences": {"userPreferredMethodForSecondaryAuthentication": "sms"},
    "role-assignments": [
        {
            "id": "r-1",
            "principalId": DANA,
            "roleDefinitionId": "role",
            "directoryScopeId": "/",
            "roleDefinition": {"displayName": "Helpdesk Administrator"},
        }
    ],
    "role-eligibility": [
        {
            "id": "e-1",
            "principalId": DANA,
            "roleDefinitionId": "role",
            "directoryScopeId": "/",
            "memberType": "Direct",
            "roleDefinition": {"displayName": "User Administrator"},
        }
    ],
    "group-eligibility": [
        {
            "id": "g-7_member_1",
            "principalId": DANA,
            "groupId": "g-7",
            "accessId": "member",
            "memberType": "direct",
            "group": {"displayName": "Server administrators"},
        }
    ],
    "memberships": [
        group("g-1", "Finance"),
        {**group("g-2", "Office"), "groupTypes": ["DynamicMembership"]},
        typed("directoryRole", id="d-1", displayName="Helpdesk Administrator"),
    ],
    "app-roles": [
        {"id": "x-1", "principalId": DANA, "resourceId": "sp", "resourceDisplayName": "Payroll"},
        {
            "id": "x-2",
            "principalId": "g-1",
            "principalDisplayName": "Finance",
            "resourceId": "sp-2",
            "resourceDisplayName": "Ledger",
        },
    ],
    "consents": [
        {"id": "c-1", "clientId": "sp-3", "principalId": DANA, "scope": " Mail.Read offline_access"},
        {"id": "c-2", "clientId": "sp-4", "principalId": None, "consentType": "AllPrincipals", "scope": "x"},
    ],
    "consent-clients": {"value": [{"id": "sp-3", "displayName": "Diagram Board"}]},
    "owned-objects": [
        typed("group", id="o-1", displayName="Project"),
        typed("application", id="o-2", displayName="Script"),
        typed("device", id="o-3", displayName="LAPTOP"),
    ],
    "owners:o-1": [typed("user", id=DANA)],
    "owners:o-2": [typed("user", id=DANA), typed("user", id=LEE)],
    "owned-devices": [
        typed("device", id="d-1", displayName="LAPTOP", accountEnabled=True, operatingSystem="Windows")
    ],
    "registered-devices": [
        typed("device", id="d-1", displayName="LAPTOP", accountEnabled=True, operatingSystem="Windows"),
        typed("device", id="d-2", displayName="Phone", accountEnabled=True, operatingSystem="IPhone"),
        typed("device", id="d-3", displayName="OLD", accountEnabled=False, operatingSystem="Windows"),
    ],
    "managed-devices": [
        {
            "id": "i-1",
            "deviceName": "LAPTOP",
            "managementState": "managed",
            "managedDeviceOwnerType": "company",
        },
        {
            "id": "i-2",
            "deviceName": "Phone",
            "managementState": "managed",
            "managedDeviceOwnerType": "personal",
        },
    ],
    "address-list": {"id": DANA, "showInAddressList": None},
    "leave-date": {"id": DANA, "employeeLeaveDateTime": None},
    "inbox-rules": [rule("q-1", "me@private.example"), {"id": "q-2", "displayName": "News", "actions": {}}],
    "calendar": [event("v-1"), event("v-2", invited=0), event("v-3", seriesMasterId="s-1")],
    "drive": {"id": "drive", "driveType": "business"},
    "drive-permissions": [{"id": "p-1", "roles": ["owner"], "grantedToV2": {"user": {"id": DANA}}}],
    "subscribed-skus": [
        {
            "id": "t_sku-e5",
            "skuId": "sku-e5",
            "skuPartNumber": "SPE_E5",
            "prepaidUnits": {"enabled": 25},
            "consumedUnits": 20,
        },
        {"id": "t_sku-mail", "skuId": "sku-mail", "skuPartNumber": "EXCHANGESTANDARD"},
    ],
    "deleted-item": {"id": DANA, "deletedDateTime": AFTER},
}
"""The answer under each key, for a typical leaver."""


def seen(**changes: Any) -> dict[str, Reply]:
    """All answers, some of them changed by key (`_` for `-`); an int is a status without data."""
    found = {**ANSWERS, **{key.replace("_", "-"): value for key, value in changes.items()}}
    return {
        key: Reply(value, None)
        if isinstance(value, int) and not isinstance(value, bool)
        else Reply(200, value)
        for key, value in found.items()
    }


def account(**changes: Any) -> dict[str, Any]:
    return {**ACCOUNT, **changes}


def named(step: str, answers: Seen, **settings: Any) -> list[str]:
    """What the step says is left."""
    return [item.name for item in STEP[step].left(replace(CASE, settings=settings), answers)]


def acts(step: str, answers: Seen, case: Case = CASE, **settings: Any) -> list[tuple[str, str, Any]]:
    """The calls that mend all that is left."""
    asked = replace(case, settings=settings) if settings else case
    left: list[Item] = list(STEP[step].left(asked, answers))
    return [(ask.method, ask.path, ask.json) for ask in STEP[step].act(asked, answers, left)]
