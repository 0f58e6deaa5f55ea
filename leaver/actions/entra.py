"""Microsoft Entra ID through Microsoft Graph."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from datetime import timedelta
from typing import Any

from leaver.actions.answer import Answer, moment
from leaver.actions.api import Api
from leaver.actions.call import Call, segment
from leaver.actions.entra_licences import read_licences
from leaver.actions.entra_rows import ATTRIBUTES, account_of, group_of
from leaver.actions.errors import CallFailed, Missing
from leaver.actions.graph_batch import Batch
from leaver.actions.graph_pages import next_link, rows_of
from leaver.actions.settle import Reading, outcome, patience, settle
from leaver.actions.types import Account, DirectoryGroup, Outcome, Sku

_SELECT = ",".join(("id", *ATTRIBUTES, "onPremisesSyncEnabled", "signInSessionsValidFromDateTime"))
_STATUS = "id,userPrincipalName,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime"
_DELETED = ",".join(("id", "accountEnabled", "userPrincipalName", "displayName", "deletedDateTime"))
_GROUP = "id,displayName,description,groupTypes,mailEnabled,securityEnabled,onPremisesSyncEnabled"
_USE = "createdDateTime,signInActivity"
_PAGE = "999"

READ_USERS = "User.Read.All"
READ_SIGN_INS = "AuditLog.Read.All (and a P1 licence)"
READ_GROUPS = "GroupMember.Read.All"
READ_ROLES = "RoleManagement.Read.Directory"
DISABLE = (
    "User.EnableDisableAccount.All and User.Read.All (for holders of privileged roles also a directory role "
    "such as Privileged Authentication Administrator)"
)
REVOKE = "User.RevokeSessions.All"

CLOCK_GRAIN = timedelta(seconds=2)
"""Date headers and time stamps are cut to whole seconds, each by itself."""


class EntraDirectory:
    """A tenant. Implements `Directory`. `sign_ins`: the list of accounts says when each was last used."""

    def __init__(self, api: Api, *, sign_ins: bool = False) -> None:
        self._api = api
        self._sign_ins = sign_ins

    async def accounts(self) -> dict[str, Account]:
        # beta, as only there showInAddressList can be read (the provider reads it there, too).
        call = Call(
            "GET",
            "/beta/users",
            "accounts",
            f"{READ_USERS} and {READ_SIGN_INS}" if self._sign_ins else READ_USERS,
            params={
                "$select": f"{_SELECT},{_USE}" if self._sign_ins else _SELECT,
                "$expand": "manager($select=id)",
                "$top": _PAGE,
            },
        )
        return {account.id: account async for account in self._listed(call)}

    async def account(self, id: str) -> Account | None:
        subject = f'account "{id}"'
        call = Call(
            "GET",
            f"/beta/users/{segment(id)}",
            subject,
            READ_USERS,
            params={"$select": _SELECT, "$expand": "manager($select=id)"},
        )
        try:
            answer = await self._api.send(call)
        except Missing:
            return None
        return account_of(self._api, answer.data, subject, answer)

    async def find(self, username: str) -> Account | None:
        subject = f'account "{username}"'
        call = Call(
            "GET", f"/v1.0/users/{segment(username)}", subject, READ_USERS, params={"$select": _STATUS}
        )
        try:
            answer = await self._api.send(call)
        except Missing:
            return None
        account = account_of(self._api, answer.data, subject, answer)
        if account.username.lower() != username.lower():
            raise self._api.channel.bad(subject, f"is about {account.username}", answer)
        return account

    async def own_account(self) -> str | None:
        return None

    async def deleted(self) -> dict[str, Account]:
        call = Call(
            "GET",
            "/v1.0/directory/deletedItems/microsoft.graph.user",
            "deleted accounts",
            READ_USERS,
            params={"$select": _DELETED, "$top": _PAGE},
        )
        return {account.id: account async for account in self._listed(call)}

    async def _listed(self, call: Call) -> AsyncIterator[Account]:
        async for answer in self._api.pages(call, next_link):
            for row in self._rows(answer, call.subject):
                yield account_of(self._api, row, call.subject, answer)

    def _rows(self, answer: Answer, subject: str) -> list[Any]:
        return rows_of(self._api, answer, subject)

    async def groups(self) -> dict[str, DirectoryGroup]:
        call = Call("GET", "/v1.0/groups", "groups", READ_GROUPS, params={"$select": _GROUP, "$top": _PAGE})
        found: dict[str, DirectoryGroup] = {}
        async for answer in self._api.pages(call, next_link):
            for data in self._rows(answer, "groups"):
                row = self._api.row(data, "groups", answer, "displayName")
                found[row["id"]] = group_of(row)
        return found

    async def members(self, group_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        ids = sorted(set(group_ids))
        # No cast to microsoft.graph.user in the path: Graph answers casts from an index that lags behind.
        batch = Batch(self._api, READ_GROUPS)
        first = await batch.get(
            {
                id: Call("GET", f"/groups/{segment(id)}/members?$select=id&$top={_PAGE}", f'group "{id}"')
                for id in ids
            }
        )
        found = await asyncio.gather(*(self._rest(id, first[id]) for id in ids))
        return dict(zip(ids, found, strict=True))

    async def _rest(self, id: str, first: Answer) -> frozenset[str]:
        subject = f'group "{id}"'
        found = self._members(first, subject)
        if url := next_link(first):
            if not self._api.channel.same_origin(url):
                raise self._api.channel.bad(subject, "leads to another host", first)
            async for answer in self._api.pages(Call("GET", url, subject, READ_GROUPS), next_link):
                found |= self._members(answer, subject)
        return frozenset(found)

    def _members(self, answer: Answer, subject: str) -> set[str]:
        # Nested groups, devices and applications too: the provider takes them out of an exact group like anybody.
        return {self._api.row(row, subject, answer)["id"] for row in self._rows(answer, subject)}

    async def roles(self) -> dict[str, dict[str, str]]:
        names, holders = await asyncio.gather(self._role_names(), self._role_holders())
        nobody: dict[str, dict[str, str]] = {name: {} for name in names.values()}
        return nobody | {names.get(role, role): assignments for role, assignments in holders.items()}

    async def _role_names(self) -> dict[str, str]:
        url, subject = "/v1.0/roleManagement/directory/roleDefinitions", "role definitions"
        call = Call("GET", url, subject, READ_ROLES, params={"$select": "id,displayName"})
        return {
            row["id"]: row["displayName"]
            async for answer in self._api.pages(call, next_link)
            for data in self._rows(answer, subject)
            if (row := self._api.row(data, subject, answer, "displayName"))
        }

    async def _role_holders(self) -> dict[str, dict[str, str]]:
        subject = "role assignments"
        call = Call("GET", "/v1.0/roleManagement/directory/roleAssignments", subject, READ_ROLES)
        found: dict[str, dict[str, str]] = {}
        async for answer in self._api.pages(call, next_link):
            for data in self._rows(answer, subject):
                row = self._api.row(data, subject, answer, "roleDefinitionId", "principalId")
                holders = found.setdefault(row["roleDefinitionId"], {})
                if row.get("directoryScopeId") == "/" or row["principalId"] not in holders:
                    holders[row["principalId"]] = row["id"]
        return found

    async def licences(self) -> dict[str, Sku]:
        return await read_licences(self._api)

    async def disable(self, id: str) -> Outcome:
        call = Call(
            "PATCH",
            f"/v1.0/users/{segment(id)}",
            f'account "{id}"',
            DISABLE,
            json={"accountEnabled": False},
        )
        error = await self._write(call)
        name = "accountEnabled"
        reading = await self._read_back(id, name, error, lambda answer: _value(answer, name) is False)
        return outcome("disable", error, reading, _seen(reading, name))

    async def revoke(self, id: str) -> Outcome:
        started = time.monotonic()
        subject = f'account "{id}"'
        error = await self._write(
            Call("POST", f"/v1.0/users/{segment(id)}/revokeSignInSessions", subject, REVOKE)
        )
        name = "signInSessionsValidFromDateTime"
        # After a refusal no time stamp proves anything: one that is a second old may be that of a new account.
        tried = error is None or error.maybe_done
        reading = await self._read_back(id, name, error, lambda answer: tried and _revoked(answer, started))
        return outcome("revoke", error, reading, _seen(reading, name))

    async def deactivate(self, id: str) -> Outcome | None:  # noqa: ARG002 - a disabled account is Entra's last state
        return None

    async def _write(self, call: Call) -> CallFailed | None:
        try:
            await self._api.send(call)
        except CallFailed as error:
            return error
        return None

    async def _read_back(
        self, id: str, select: str, error: CallFailed | None, good: Callable[[Answer], bool]
    ) -> Reading:
        call = Call(
            "GET", f"/v1.0/users/{segment(id)}", f'account "{id}"', READ_USERS, params={"$select": select}
        )
        return await settle(
            lambda left: self._api.look(call, left),
            good,
            seconds=patience(error, self._api.policy.settling),
        )

    async def close(self) -> None:
        await self._api.close()


def _value(answer: Answer, name: str) -> Any:
    return answer.data.get(name) if isinstance(answer.data, dict) else None


def _seen(reading: Reading, name: str) -> str | None:
    return f"{name}={json.dumps(_value(reading.answer, name))[:60]}" if reading.answer else None


def _revoked(answer: Answer, started: float) -> bool:
    shown = moment(_value(answer, "signInSessionsValidFromDateTime"))
    asked = answer.date_at(started)
    return shown is not None and asked is not None and shown >= asked - CLOCK_GRAIN
