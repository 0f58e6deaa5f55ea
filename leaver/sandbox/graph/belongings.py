"""All that somebody has after years in a company, and a departure has to end: for the demo and the tests."""

from __future__ import annotations

import sqlite3
import uuid
from datetime import datetime, timedelta
from typing import Any

from leaver.sandbox.clock import iso
from leaver.sandbox.graph import objects
from leaver.sandbox.graph.eligibility import GROUP_KIND, group_schedule
from leaver.sandbox.graph.licences import SKUS
from leaver.sandbox.graph.mailbox import outlook_id
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.sessions import sign_in
from leaver.sandbox.settings import Sandbox
from leaver.sandbox.tenants import Tenant

_METHODS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("phoneMethods", {"phoneNumber": "+1 5550100", "phoneType": "mobile"}),
    ("microsoftAuthenticatorMethods", {"displayName": "Phone", "deviceTag": "SoftwareTokenActivated"}),
    ("fido2Methods", {"displayName": "Key on the ring", "model": "Example Key 5"}),
)
_DIRECT = ("SPE_E5", "AAD_PREMIUM_P2", "O365_BUSINESS_PREMIUM")
_INHERITED = (("Everybody with Office", "ENTERPRISEPACK"), ("Everybody with mail", "EXCHANGESTANDARD"))
_APPS = (
    "Calendar Helper",
    "Contract Signer",
    "Diagram Board",
    "Expense Scanner",
    "Mail Merge",
    "Meeting Notes",
    "Password Keeper",
    "Project Planner",
    "Survey Maker",
    "Time Tracker",
)
_DEVICES = ("LAPTOP-07", "DESKTOP-12", "TABLET-03", "LAPTOP-HOME")
_MANAGED = (("LAPTOP-07", "Windows", "company"), ("Phone of the sales team", "iOS", "personal"))
_ELIGIBLE = "fe930be7-5e62-47db-91af-98c3a49a38b1"
_APP_ROLE = "00000000-0000-0000-0000-000000000000"


def give(box: Sandbox, tenant: Tenant, username: str) -> dict[str, int]:
    """Give an account two sessions, three sign-in methods, five licences (two by groups), ten consents, four devices,
    two managed devices, two app roles, ownership, inbox rules, meetings, a OneDrive and two eligibilities.

    Answers how many of each. Changes nothing for an account that has a OneDrive. Raises ValueError when there is no
    such account.
    """
    with box.store.write() as db:
        user = objects.by_key(db, tenant.tenant, "user", username.lower())
        if user is None:
            raise ValueError(f"no account {username}. Create it first.")
        if any(objects.owned(db, tenant.tenant, "drive", user.id)):
            return {}
        giving = _Giving(db, tenant.tenant, user, box.clock())
        found = giving.everything()
    found["sessions"] = sum(bool(sign_in(box, tenant, username)["ok"]) for _ in range(2))
    return found


class _Giving:
    def __init__(self, db: sqlite3.Connection, tid: str, user: Obj, now: datetime) -> None:
        self._db = db
        self._tid = tid
        self._user = user
        self._now = now
        self._stamp = iso(now)

    def everything(self) -> dict[str, int]:
        self._user.doc["mailboxSettings"] = {}
        self._user.doc["preferredMethod"] = "sms"
        self._user.doc["assignedLicenses"] = [{"skuId": SKUS[each], "disabledPlans": []} for each in _DIRECT]
        objects.save(self._db, self._tid, self._user)
        self._own("drive", {})
        return {
            "methods": self._methods(),
            "licences": len(_DIRECT) + self._groups(),
            "consents": self._consents(),
            "app_roles": self._app_roles(),
            "devices": self._devices(),
            "managed_devices": self._managed(),
            "owned": self._ownership(),
            "rules": self._rules(),
            "meetings": self._meetings(),
            "eligibility": self._eligibility(),
        }

    def _own(self, kind: str, doc: dict[str, Any], object_id: str | None = None, key: str = "") -> Obj:
        made = object_id or str(uuid.uuid4())
        return objects.insert(self._db, self._tid, kind, made, doc, key=key, owner=self._user.id)

    def _methods(self) -> int:
        for segment, doc in _METHODS:
            method_id = f"{self._user.id}|{uuid.uuid4()}"
            self._own("method", {"createdDateTime": self._stamp, **doc}, method_id, segment)
        return len(_METHODS)

    def _group(self, name: str, **more: Any) -> Obj:
        """A group that no record names; one of that name is used again."""
        found = objects.by_key(self._db, self._tid, "group", name.lower())
        if found is not None:
            return found
        doc = {
            "displayName": name,
            "mailEnabled": False,
            "securityEnabled": True,
            "mailNickname": "".join(each for each in name.lower() if each.isalnum()),
            "createdDateTime": self._stamp,
            "renewedDateTime": self._stamp,
            **more,
        }
        return objects.insert(self._db, self._tid, "group", str(uuid.uuid4()), doc, key=name.lower())

    def _groups(self) -> int:
        for name, sku in _INHERITED:
            group = self._group(name, assignedLicenses=[{"skuId": SKUS[sku], "disabledPlans": []}])
            objects.link(self._db, self._tid, "member", group.id, self._user.id)
        unmanaged = self._group("Board papers")
        objects.link(self._db, self._tid, "member", unmanaged.id, self._user.id)
        return len(_INHERITED)

    def _app(self, name: str) -> Obj:
        app_id = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.{self._tid}"))
        found = objects.by_key(self._db, self._tid, "servicePrincipal", app_id)
        doc = {"appId": app_id, "displayName": name, "accountEnabled": True}
        return found or objects.insert(
            self._db, self._tid, "servicePrincipal", str(uuid.uuid4()), doc, key=app_id
        )

    def _consents(self) -> int:
        graph = self._app("Microsoft Graph")
        for name in _APPS:
            client = self._app(name)
            doc = {
                "clientId": client.id,
                "consentType": "Principal",
                "principalId": self._user.id,
                "resourceId": graph.id,
                "scope": "openid profile offline_access Mail.Read",
            }
            self._own("oauth2PermissionGrant", doc, uuid.uuid4().hex, client.id)
        return len(_APPS)

    def _app_roles(self) -> int:
        for name in _APPS[:2]:
            app = self._app(name)
            doc = {
                "appRoleId": _APP_ROLE,
                "createdDateTime": self._stamp,
                "principalDisplayName": self._user.doc.get("displayName"),
                "principalId": self._user.id,
                "principalType": "User",
                "resourceDisplayName": name,
                "resourceId": app.id,
            }
            self._own("appRoleAssignment", doc, uuid.uuid4().hex, app.id)
        return 2

    def _devices(self) -> int:
        for name in _DEVICES:
            device_id = str(uuid.uuid4())
            doc = {
                "accountEnabled": True,
                "deviceId": device_id,
                "displayName": name,
                "operatingSystem": "Windows",
                "operatingSystemVersion": "10.0.22631",
                "createdDateTime": self._stamp,
            }
            made = objects.insert(self._db, self._tid, "device", str(uuid.uuid4()), doc, key=device_id)
            for rel in ("registeredOwner", "registeredUser"):
                objects.link(self._db, self._tid, rel, made.id, self._user.id)
        return len(_DEVICES)

    def _managed(self) -> int:
        for name, system, owner in _MANAGED:
            doc = {
                "deviceName": name,
                "operatingSystem": system,
                "managedDeviceOwnerType": owner,
                "managementState": "managed",
                "enrolledDateTime": self._stamp,
            }
            self._own("managedDevice", doc)
        return len(_MANAGED)

    def _ownership(self) -> int:
        group = self._group(
            f"Project of {self._user.doc['userPrincipalName'].partition('@')[0]}",
            groupTypes=["Unified"],
            mailEnabled=True,
        )
        app_id = str(uuid.uuid4())
        doc = {"appId": app_id, "displayName": "Reporting script", "createdDateTime": self._stamp}
        app = objects.insert(self._db, self._tid, "application", str(uuid.uuid4()), doc, key=app_id)
        objects.link(self._db, self._tid, "member", group.id, self._user.id)
        for owned in (group, app):
            objects.link(self._db, self._tid, "owner", owned.id, self._user.id)
        return 2

    def _rules(self) -> int:
        private = {"emailAddress": {"address": "private@mail.example", "name": "private@mail.example"}}
        kept: dict[str, Any] = {"sequence": 1, "isEnabled": True, "hasError": False, "isReadOnly": False}
        for name, actions in (
            ("Copy to my own address", {"forwardTo": [private], "stopProcessingRules": False}),
            ("Newsletters", {"markAsRead": True}),
        ):
            self._own("inboxRule", {**kept, "displayName": name, "actions": actions}, outlook_id())
        return 2

    def _meetings(self) -> int:
        invited = [
            {"type": "required", "emailAddress": {"address": "colleague@mail.example", "name": "Colleague"}}
        ]
        series = outlook_id()
        start = self._now.replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
        weekly = {"type": "occurrence", "seriesMasterId": series}
        self._event(start, invited, {"type": "seriesMaster"}, series)
        for week in range(3):
            self._event(start + timedelta(weeks=week), invited, weekly)
        self._event(start + timedelta(days=1), invited, {"type": "singleInstance"})
        self._event(start + timedelta(days=2), [], {"type": "singleInstance"})
        return 2

    def _event(
        self, start: datetime, invited: list[Any], more: dict[str, Any], event_id: str | None = None
    ) -> None:
        when = [iso(start + timedelta(hours=hours)).rstrip("Z") for hours in (0, 1)]
        doc = {
            "subject": "Weekly",
            "isOrganizer": True,
            "attendees": invited,
            "start": {"dateTime": when[0], "timeZone": "UTC"},
            "end": {"dateTime": when[1], "timeZone": "UTC"},
            **more,
        }
        self._own("event", doc, event_id or outlook_id())

    def _eligibility(self) -> int:
        doc = {
            "principalId": self._user.id,
            "roleDefinitionId": _ELIGIBLE,
            "directoryScopeId": "/",
            "createdDateTime": self._stamp,
            "status": "Provisioned",
            "memberType": "Direct",
        }
        self._own("roleEligibilitySchedule", doc, key=_ELIGIBLE)
        group = self._group("Server administrators")
        made = f"{group.id}_member_{uuid.uuid4()}"
        self._own(GROUP_KIND, group_schedule(self._user.id, group.id, "member", self._stamp), made, group.id)
        return 2
