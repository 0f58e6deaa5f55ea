"""Okta through its management API."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any

from leaver.actions.answer import Answer, moment
from leaver.actions.api import Api
from leaver.actions.call import Call, segment
from leaver.actions.errors import CallFailed, Missing
from leaver.actions.okta_user import ENDED, STATUSES, TAKEN_AWAY, provider
from leaver.actions.settle import Reading, outcome, patience, settle
from leaver.actions.types import Account, DirectoryGroup, Outcome, Result, Sku

# A plain list leaves out DEPROVISIONED, and `search` answers from an index that lags behind; `filter` does
# neither, but knows of a status only "eq".
_EVERYBODY = " or ".join(f'status eq "{status}"' for status in STATUSES)
_PAGE = "200"
_AT_ONCE = 8
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="?next"?', re.IGNORECASE)
_LIGHT = {"Content-Type": "application/json; okta-response=omitCredentialsLinks"}

READ_USERS = "the scope okta.users.read, or an administrator role that may view users"
READ_GROUPS = "the scope okta.groups.read, or an administrator role that may view groups"
MANAGE_USERS = "the scope okta.users.manage, or an administrator role that may edit users' lifecycle states"


class OktaDirectory:
    """An organisation. Implements `Directory`.

    `deactivates`: a departure ends in deactivation. `token_of_a_user`: the credentials are an API token.
    """

    def __init__(self, api: Api, *, deactivates: bool = False, token_of_a_user: bool = False) -> None:
        self._api = api
        self._deactivates = deactivates
        self._token_of_a_user = token_of_a_user
        self._own: str | None = None
        self._asking_who = asyncio.Lock()

    async def accounts(self) -> dict[str, Account]:
        call = Call(
            "GET",
            "/api/v1/users",
            "accounts",
            READ_USERS,
            params={"filter": _EVERYBODY, "limit": _PAGE},
            headers=_LIGHT,
        )
        return {row["id"]: self._account(row, answer) async for row, answer in self._listed(call)}

    async def account(self, id: str) -> Account | None:
        try:
            answer = await self._api.send(self._read(id))
        except Missing:
            return None
        return self._account(self._api.row(answer.data, f'account "{id}"', answer), answer)

    async def find(self, username: str) -> Account | None:
        account = await self.account(username)
        if account is not None and account.username.lower() != username.lower():
            # Okta also takes the part before the @ as the name of whoever has it.
            return None
        return account

    async def own_account(self) -> str | None:
        if not self._token_of_a_user:
            return None
        # A token's user never changes, and each of a thousand cuts asks.
        async with self._asking_who:
            if self._own is None:
                answer = await self._api.send(self._read("me"))
                self._own = str(self._api.row(answer.data, "own account", answer)["id"])
        return self._own

    def _read(self, id: str) -> Call:
        return Call("GET", f"/api/v1/users/{segment(id)}", f'account "{id}"', READ_USERS, headers=_LIGHT)

    def _account(self, row: Mapping[str, Any], answer: Answer) -> Account:
        status, profile = row.get("status"), row.get("profile")
        if not isinstance(status, str) or status not in STATUSES:
            raise self._api.channel.bad("accounts", f"shows the status {status!r} for {row['id']}", answer)
        if not isinstance(profile, dict) or not isinstance(profile.get("login"), str):
            raise self._api.missing("accounts", row["id"], "profile.login", answer)
        return Account(
            id=row["id"],
            username=profile["login"],
            enabled=status not in TAKEN_AWAY,
            status=status,
            attributes=profile,
            mastered_elsewhere=provider(row),
            created=moment(row.get("created")),
            last_used=moment(row.get("lastLogin")),
        )

    async def groups(self) -> dict[str, DirectoryGroup]:
        call = Call("GET", "/api/v1/groups", "groups", READ_GROUPS, params={"limit": _PAGE})
        found: dict[str, DirectoryGroup] = {}
        async for row, answer in self._listed(call):
            profile = row.get("profile")
            if not isinstance(profile, dict) or not isinstance(profile.get("name"), str):
                raise self._api.missing("groups", row["id"], "profile.name", answer)
            description, kind = profile.get("description"), str(row.get("type") or "OKTA_GROUP")
            found[row["id"]] = DirectoryGroup(
                id=row["id"],
                name=profile["name"],
                description=description if isinstance(description, str) else None,
                kind=kind,
                dynamic=kind == "BUILT_IN",
                mastered_elsewhere="an application" if kind == "APP_GROUP" else None,
            )
        return found

    async def members(self, group_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        ids = sorted(set(group_ids))
        gate = asyncio.Semaphore(_AT_ONCE)

        async def read(id: str) -> frozenset[str]:
            call = Call(
                "GET",
                f"/api/v1/groups/{segment(id)}/users",
                f'group "{id}"',
                READ_GROUPS,
                params={"limit": _PAGE},
                headers=_LIGHT,
            )
            async with gate:
                return frozenset([row["id"] async for row, _ in self._listed(call)])

        return dict(zip(ids, await asyncio.gather(*map(read, ids)), strict=True))

    async def _listed(self, call: Call) -> AsyncIterator[tuple[Mapping[str, Any], Answer]]:
        async for answer in self._api.pages(call, next_link):
            if not isinstance(answer.data, list):
                raise self._api.channel.bad(call.subject, "is not a list", answer)
            for row in answer.data:
                yield self._api.row(row, call.subject, answer), answer

    async def roles(self) -> dict[str, dict[str, str]]:
        return {}

    async def licences(self) -> dict[str, Sku]:
        return {}

    async def deleted(self) -> dict[str, Account]:
        return {}

    async def disable(self, id: str) -> Outcome:
        # Only ACTIVE users can be suspended; every other one that is not yet out is deactivated.
        error, reading = await self._end(id, "suspend", ENDED)
        if not reading.good and error and _status(reading.answer) not in (None, "ACTIVE"):
            # Sessions first: that they die with the deactivation is said nowhere.
            await self.revoke(id)
            error, reading = await self._end(id, "deactivate", ENDED)
        return outcome("disable", error, reading, _seen(reading))

    async def deactivate(self, id: str) -> Outcome | None:
        if not self._deactivates:
            return None
        error, reading = await self._end(id, "deactivate", frozenset({"DEPROVISIONED"}))
        return outcome("deactivate", error, reading, _seen(reading))

    async def _end(self, id: str, step: str, wanted: frozenset[str]) -> tuple[CallFailed | None, Reading]:
        url = f"/api/v1/users/{segment(id)}/lifecycle/{step}"
        error: CallFailed | None = None
        try:
            await self._api.send(Call("POST", url, f'account "{id}"', MANAGE_USERS))
        except CallFailed as fault:
            error = fault
        reading = await settle(
            lambda left: self._api.look(self._read(id), left),
            lambda answer: _status(answer) in wanted,
            seconds=patience(error, self._api.policy.settling),
        )
        return error, reading

    async def revoke(self, id: str) -> Outcome:
        call = Call(
            "DELETE",
            f"/api/v1/users/{segment(id)}/sessions",
            f'account "{id}"',
            MANAGE_USERS,
            params={"oauthTokens": "true"},
        )
        try:
            answer = await self._api.send(call)
        except CallFailed as error:
            result: Result = "unverified" if error.maybe_done else "failed"
            return Outcome("revoke", result, str(error), error.request_id, error.date, error=error)
        why = "confirmed by Okta, which lists nobody's sessions"
        return Outcome("revoke", "done", why, answer.request_id, answer.date, str(answer.status))

    async def close(self) -> None:
        await self._api.close()


def next_link(answer: Answer) -> str | None:
    """The address of a list's next page, from the Link headers (RFC 8288)."""
    found = _NEXT.search(answer.headers.get("link", ""))
    return found.group(1) if found else None


def _status(answer: Answer | None) -> str | None:
    status = answer.data.get("status") if answer and isinstance(answer.data, dict) else None
    return status if isinstance(status, str) else None


def _seen(reading: Reading) -> str | None:
    return f"status={json.dumps(_status(reading.answer))[:60]}" if reading.answer else None
