"""Directory roles that are held; roles and groups that may be activated (privileged identity management)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

from leaver.actions.answer import fault_of
from leaver.actions.call import segment
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    label,
    needed,
    reply,
    rows,
    text,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen, deletions

_ASSIGNMENTS = "role-assignments"
_ELIGIBILITY = "role-eligibility"
_BASE = "/v1.0/roleManagement/directory"
_GROUPS = "group-eligibility"
_PIM_GROUPS = "/v1.0/identityGovernance/privilegedAccess/group"
_UNLICENSED = "AadPremiumLicenseRequired"


def _of_account(collection: str, case: Case, expand: str) -> str:
    quoted = case.account.replace("'", "''")
    wanted = quote(f"principalId eq '{quoted}'", safe="'")
    return f"{collection}?$filter={wanted}&$expand={expand}"


def _name(row: Mapping[str, Any]) -> str:
    role = row.get("roleDefinition")
    shown = label(role, "displayName", 120) if isinstance(role, dict) else ""
    name = shown or label(row, "roleDefinitionId", 120) or "an unknown role"
    scope = label(row, "directoryScopeId", 80)
    return name if scope in ("", "/") else f"{name} in {scope}"


class DirectoryRoles(EntraStep):
    """Every directory role held, for the whole directory or a part of it, is taken away.

    Roles that come through a role-assignable group go with the group.
    learn.microsoft.com/graph/api/rbacapplication-list-roleassignments, /unifiedroleassignment-delete
    """

    name = "directory-roles"
    title = "take the directory roles away"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("RoleManagement.ReadWrite.Directory", "list the directory roles and take them away"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return (
            Ask(_ASSIGNMENTS, _of_account(f"{_BASE}/roleAssignments", case, "roleDefinition"), paged=True),
        )

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [Item(row["id"], _name(row)) for row in self._held(case, seen)]

    def _held(self, case: Case, seen: Seen) -> list[Mapping[str, Any]]:
        return [
            row
            for row in rows(seen, _ASSIGNMENTS)
            # Never somebody else's role, should the filter be ignored.
            if needed(row, _ASSIGNMENTS, "principalId").lower() == case.account.lower()
        ]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return deletions(left, lambda key: f"{_BASE}/roleAssignments/{segment(key)}")

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "roles": [
                {
                    "name": _name(row),
                    "role": row.get("roleDefinitionId"),
                    "scope": row.get("directoryScopeId"),
                }
                for row in self._held(case, seen)
            ]
        }


class _Eligibility(EntraStep):
    """What the account may activate by itself ends, by an administrator's request for each."""

    after = ("revoke-sessions",)
    key: ClassVar[str]
    requests: ClassVar[str]

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return (Ask(self.key, self.schedules_of(case), paged=True, fine=(400,)),)

    @abstractmethod
    def schedules_of(self, case: Case) -> str:
        """The path of the account's schedules."""

    @abstractmethod
    def called(self, row: Mapping[str, Any]) -> str:
        """What people call it."""

    @abstractmethod
    def target(self, row: Mapping[str, Any]) -> Mapping[str, str]:
        """What a request says of the schedule that it ends."""

    def why_not(self, case: Case, seen: Seen) -> str | None:
        found = reply(seen, self.key)
        if found.status < 400:
            return None
        if fault_of(found.data)[0] == _UNLICENSED:
            return "the tenant has no licence for privileged identity management, so nobody is eligible"
        raise BadReply(f"{self.key}: the directory refused with status {found.status}")

    def _own(self, case: Case, seen: Seen, *, direct: bool) -> list[Mapping[str, Any]]:
        if self.why_not(case, seen):
            return []
        return [
            row
            for row in rows(seen, self.key)
            if needed(row, self.key, "principalId").lower() == case.account.lower()
            and ((text(row, self.key, "memberType") or "direct").lower() == "direct") is direct
        ]

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [Item(row["id"], self.called(row)) for row in self._own(case, seen, direct=True)]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        wanted = {item.key for item in left if not item.why}
        order = {
            "action": "adminRemove",
            "justification": "The person has left.",
            "principalId": case.account,
        }
        return [
            Ask(row["id"], self.requests, "POST", json={**order, **self.target(row)})
            for row in self._own(case, seen, direct=True)
            if row["id"] in wanted
        ]

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [
            f"{self.called(row)}: eligible through a group, and goes with the membership"
            for row in self._own(case, seen, direct=False)
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "eligible": [
                {"name": self.called(row), **self.target(row)} for row in self._own(case, seen, direct=True)
            ]
        }


class RoleEligibility(_Eligibility):
    """Every role that the account may activate by itself is taken away.

    learn.microsoft.com/graph/api/rbacapplication-list-roleeligibilityschedules,
    /rbacapplication-post-roleeligibilityschedulerequests (adminRemove)
    """

    name = "role-eligibility"
    title = "take the privileged eligibility away"
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission(
            "RoleEligibilitySchedule.ReadWrite.Directory", "list the roles that can be activated and end that"
        ),
    )
    key = _ELIGIBILITY
    requests = f"{_BASE}/roleEligibilityScheduleRequests"

    def schedules_of(self, case: Case) -> str:
        return _of_account(f"{_BASE}/roleEligibilitySchedules", case, "roleDefinition")

    def called(self, row: Mapping[str, Any]) -> str:
        return _name(row)

    def target(self, row: Mapping[str, Any]) -> Mapping[str, str]:
        return {
            "roleDefinitionId": needed(row, self.key, "roleDefinitionId"),
            "directoryScopeId": text(row, self.key, "directoryScopeId") or "/",
        }


class GroupEligibility(_Eligibility):
    """Every group that the account may make itself a member or an owner of, which no list of memberships shows.

    learn.microsoft.com/graph/api/privilegedaccessgroup-list-eligibilityschedules,
    /privilegedaccessgroup-post-eligibilityschedulerequests (adminRemove)
    """

    name = "group-eligibility"
    title = "take the eligibility for groups away"
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission(
            "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
            "list the groups that can be activated and end that",
        ),
    )
    key = _GROUPS
    requests = f"{_PIM_GROUPS}/eligibilityScheduleRequests"

    def schedules_of(self, case: Case) -> str:
        return _of_account(f"{_PIM_GROUPS}/eligibilitySchedules", case, "group")

    def called(self, row: Mapping[str, Any]) -> str:
        group = row.get("group")
        shown = label(group, "displayName", 120) if isinstance(group, dict) else ""
        access = label(row, "accessId", 40) or "member"
        return f"{access} of {shown or label(row, 'groupId', 120) or 'an unknown group'}"

    def target(self, row: Mapping[str, Any]) -> Mapping[str, str]:
        return {
            "groupId": needed(row, self.key, "groupId"),
            "accessId": needed(row, self.key, "accessId"),
        }
