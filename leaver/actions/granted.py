"""Which permissions Leaver has in a directory, as far as anybody can tell without changing something."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from leaver.actions.api import Api
from leaver.actions.call import Call, segment
from leaver.actions.errors import Forbidden

_TRIED = {
    "okta.users.read": "/api/v1/users?limit=1",
    "okta.groups.read": "/api/v1/groups?limit=1",
    "okta.roles.read": "/api/v1/iam/assignees/users?limit=1",
    "okta.apps.read": "/api/v1/apps?limit=1",
    "okta.devices.read": "/api/v1/devices?limit=1",
    "okta.apiTokens.read": "/api/v1/api-tokens?limit=1",
}
"""A small read for each scope; what an API token may do shows in no other way."""
_ALL = "SUPER_ADMIN"


@dataclass(frozen=True, slots=True)
class Granted:
    """What Leaver may do: `permissions` are had, `refused` are lacked, and of any other one nobody knows.

    `how` says how it is known, for people.
    """

    permissions: frozenset[str]
    refused: frozenset[str]
    how: str


async def granted(api: Api, wanted: Iterable[str], *, token_of_a_user: bool) -> Granted:
    """Which of the `wanted` permissions signing in gives. Changes nothing. Raises a `CallFailed`.

    Entra's application permissions and a service application's scopes are in what the token endpoint answers. An
    API token (`token_of_a_user`) may do what its user may: what that one may read is tried, and the rest known
    where they are a super administrator.
    """
    names = frozenset(wanted)
    if token_of_a_user:
        return await _of_an_api_token(api, names)
    stated = await api.granted()
    if stated is None:
        return Granted(frozenset(), frozenset(), "the access token does not say")
    return Granted(stated, names - stated, "by the access token")


async def _of_an_api_token(api: Api, wanted: frozenset[str]) -> Granted:
    reads = sorted(_TRIED.keys() & {_reading(name) for name in wanted})
    roles, tried = await asyncio.gather(
        _own_roles(api), asyncio.gather(*(_may_read(api, name) for name in reads))
    )
    lacked = {name for name, good in zip(reads, tried, strict=True) if not good}
    refused = frozenset(name for name in wanted if _reading(name) in lacked)
    if roles is None:
        said = "whose administrator roles cannot be read"
    else:
        said = f"who is {' and '.join(sorted(roles))}" if roles else "who has no administrator role"
    how = f"by trying to read, and by the API token's owner, {said}"
    known = wanted if _ALL in (roles or ()) else reads
    return Granted(frozenset(known) - refused - lacked, refused, how)


def _reading(scope: str) -> str:
    return scope.removesuffix(".manage") + ".read" if scope.endswith(".manage") else scope


async def _may_read(api: Api, scope: str) -> bool:
    try:
        await api.send(Call("GET", _TRIED[scope], scope))
    except Forbidden:
        return False
    return True


async def _own_roles(api: Api) -> frozenset[str] | None:
    """The types of the administrator roles that the API token's owner has; None when they cannot be read."""
    subject = "the API token's owner"
    me = await api.send(Call("GET", "/api/v1/users/me", subject))
    id = str(api.row(me.data, subject, me)["id"])
    try:
        answer = await api.send(Call("GET", f"/api/v1/users/{segment(id)}/roles", subject))
    except Forbidden:
        return None
    rows = answer.data if isinstance(answer.data, list) else []
    return frozenset(str(api.row(row, subject, answer).get("type")) for row in rows)
