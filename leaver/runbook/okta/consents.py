"""What OAuth clients hold of the account: consents, and refresh tokens with their access tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, Case, Item, Permission, Seen, deletions

GRANTS = "grants"
CLIENTS = "clients"
_PAGE = "limit=200"
_LIVE = "ACTIVE"


def _clients(case: Case) -> Ask:
    """The clients with a consent or a token of the account; both steps share it."""
    return Ask(CLIENTS, reply.path_of(case, "clients"), paged=True, fine=(404,))


def _name(seen: Seen, client: str) -> str:
    """What people call a client."""
    for row in reply.rows(seen, CLIENTS):
        if row.get("client_id") == client:
            return reply.label({**row, "id": client}, "client_name")
    return client


def _tokens_key(client: str) -> str:
    return f"tokens:{client}"


class Grants(OktaStep):
    """Consents that the user gave to applications.

    developer.okta.com: User Grants, list and revoke all user grants.
    """

    name = "grants"
    title = "revoke the consents to applications"
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.USERS_MANAGE)
    lists = (GRANTS, CLIENTS)
    what = "consents"

    def first(self, case: Case) -> Sequence[Ask]:
        path = reply.path_of(case, f"grants?{_PAGE}")
        return [Ask(GRANTS, path, paged=True, fine=(404,)), _clients(case)]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        return [
            Item(reply.identity(row, GRANTS), self._said(seen, row))
            for row in reply.rows(seen, GRANTS)
            if row.get("status", _LIVE) == _LIVE
        ]

    def _said(self, seen: Seen, row: Row) -> str:
        client = reply.identity(row, GRANTS, "clientId")
        return f"{reply.label(row, 'scopeId')} to {_name(seen, client)}"

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        return [Ask("grants", reply.path_of(case, "grants"), "DELETE")] if left else []


class ClientTokens(OktaStep):
    """Refresh tokens that OAuth clients hold, which `sessions` should have taken already.

    developer.okta.com: User OAuth, list and revoke all refresh tokens for a client. It lists the tokens of the
    organisation's own authorization server; those of custom ones end with `sessions` alone.
    """

    name = "client-tokens"
    title = "revoke the tokens that applications hold"
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.USERS_MANAGE)
    lists = (CLIENTS,)
    what = "applications with tokens"

    def first(self, case: Case) -> Sequence[Ask]:
        return [_clients(case)]

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:
        # 404: the client lost its last token meanwhile.
        return [
            Ask(_tokens_key(client), self._path(case, client, _PAGE), paged=True, fine=(404,))
            for client in self._clients(seen)
        ]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        found = []
        for client in self._clients(seen):
            number = self._live(seen, client)
            if number:
                tokens = "1 token" if number == 1 else f"{number} tokens"
                found.append(Item(client, f"{tokens} of {_name(seen, client)}"))
        return found

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        return deletions(left, lambda key: self._path(case, key))

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        return {
            "tokens": {_name(seen, client): self._live(seen, client) for client in self._clients(seen)},
        }

    def _clients(self, seen: Seen) -> list[str]:
        ids = (reply.identity(row, CLIENTS, "client_id") for row in reply.rows(seen, CLIENTS))
        return list(dict.fromkeys(ids))

    def _live(self, seen: Seen, client: str) -> int:
        key = _tokens_key(client)
        if seen[key].status == 404:
            return 0
        return sum(row.get("status", _LIVE) == _LIVE for row in reply.rows(seen, key))

    def _path(self, case: Case, client: str, query: str = "") -> str:
        return reply.path_of(case, "clients", segment(client), "tokens") + (f"?{query}" if query else "")
