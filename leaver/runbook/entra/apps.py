"""Applications: app roles that were assigned, and what the person consented to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    label,
    needed,
    reply,
    rows,
    text,
    title,
    user_path,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen, deletions

_ROLES = "app-roles"
_CONSENTS = "consents"
_CLIENTS = "consent-clients"


class AppRoles(EntraStep):
    """Direct assignments to applications end; those of a group end with the membership.

    learn.microsoft.com/graph/api/user-list-approleassignments (which also lists those of direct groups),
    /user-delete-approleassignments
    """

    name = "app-roles"
    title = "take the assignments to applications away"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("AppRoleAssignment.ReadWrite.All", "list the assignments to applications and end them"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        path = f"{user_path(case)}/appRoleAssignments?$top=999"
        return (Ask(_ROLES, path, paged=True, fine=(404,)),)

    def _split(self, case: Case, seen: Seen) -> tuple[list[Mapping[str, Any]], list[Mapping[str, Any]]]:
        direct: list[Mapping[str, Any]] = []
        through: list[Mapping[str, Any]] = []
        for row in rows(seen, _ROLES):
            own = needed(row, _ROLES, "principalId").lower() == case.account.lower()
            (direct if own else through).append(row)
        return direct, through

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [Item(row["id"], _resource(row)) for row in self._split(case, seen)[0]]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return deletions(left, lambda key: f"{user_path(case)}/appRoleAssignments/{segment(key)}")

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [
            f"{_resource(row)}: assigned to the group {label(row, 'principalDisplayName', 80)}, and goes "
            "with the membership"
            for row in self._split(case, seen)[1]
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "app_roles": [
                {"app": _resource(row), "resource": row.get("resourceId"), "role": row.get("appRoleId")}
                for row in self._split(case, seen)[0]
            ]
        }


def _resource(row: Mapping[str, Any]) -> str:
    return label(row, "resourceDisplayName", 120) or label(row, "resourceId", 120) or line(row["id"], 120)


class Consents(EntraStep):
    """Applications that act in the person's name lose the word for it.

    learn.microsoft.com/graph/api/user-list-oauth2permissiongrants, /oauth2permissiongrant-delete
    """

    name = "consents"
    title = "withdraw the consents to applications"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("DelegatedPermissionGrant.ReadWrite.All", "list the consents and withdraw them"),
        Permission("Application.Read.All", "tell by name which applications had them"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        path = f"{user_path(case)}/oauth2PermissionGrants?$top=999"
        asks = [Ask(_CONSENTS, path, paged=True, fine=(404,))]
        if _CONSENTS in seen and (clients := self._clients(case, seen)):
            # The names are for people only: a refusal stops nothing.
            body = {"ids": clients[:1000], "types": ["servicePrincipal"]}
            asks.append(
                Ask(
                    _CLIENTS,
                    "/v1.0/directoryObjects/getByIds",
                    "POST",
                    json=body,
                    fine=(400, 403, 404),
                )
            )
        return asks

    def _own(self, case: Case, seen: Seen) -> list[Mapping[str, Any]]:
        return [
            row
            for row in rows(seen, _CONSENTS)
            # Consents of an administrator for everybody are nobody's own, and must stay.
            if (text(row, _CONSENTS, "principalId") or "").lower() == case.account.lower()
        ]

    def _clients(self, case: Case, seen: Seen) -> list[str]:
        return sorted({needed(row, _CONSENTS, "clientId") for row in self._own(case, seen)})

    def _names(self, seen: Seen) -> dict[str, str]:
        if _CLIENTS not in seen or seen[_CLIENTS].status >= 300:
            return {}
        data = reply(seen, _CLIENTS).data
        found = data.get("value") if isinstance(data, dict) else data
        if not isinstance(found, list):
            raise BadReply(f"{_CLIENTS}: the answer is no list")
        return {
            row["id"]: title(row) for row in found if isinstance(row, dict) and isinstance(row.get("id"), str)
        }

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        names = self._names(seen)
        return [Item(row["id"], self._name(row, names)) for row in self._own(case, seen)]

    def _name(self, row: Mapping[str, Any], names: Mapping[str, str]) -> str:
        client = needed(row, _CONSENTS, "clientId")
        scope = line(text(row, _CONSENTS, "scope") or "", 120)
        return f"{names.get(client, client)}: {scope}" if scope else names.get(client, client)

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return deletions(left, lambda key: f"/v1.0/oauth2PermissionGrants/{segment(key)}")

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        names = self._names(seen)
        return {
            "consents": [
                {
                    "app": names.get(client := needed(row, _CONSENTS, "clientId"), client),
                    "scope": line(text(row, _CONSENTS, "scope") or "", 400),
                }
                for row in self._own(case, seen)
            ]
        }
