"""API tokens that the account owns: keys to the organisation, with the account's own roles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

TOKENS = "api-tokens"
CALLER = "caller"


class ApiTokens(OktaStep):
    """Revoked, as they would work again when the account is unsuspended (Okta support: HTTP 401 E0000011).

    Nobody can tell from a token's entry whether it is the one that Leaver signs in with; where Leaver signs in as
    this account, none is revoked.
    developer.okta.com: API Tokens, list all API token metadata and revoke an API token; Users, retrieve a user
    (me). A service application is nobody, and gets no answer to that.
    """

    name = "api-tokens"
    title = "revoke the API tokens that the account owns"
    needs: ClassVar[tuple[Permission, ...]] = (
        scopes.USERS_READ,
        scopes.API_TOKENS_READ,
        scopes.API_TOKENS_MANAGE,
    )
    after = ("suspend",)

    def first(self, case: Case) -> Sequence[Ask]:  # noqa: ARG002
        return [
            Ask(TOKENS, "/api/v1/api-tokens?limit=200", paged=True),
            Ask(CALLER, "/api/v1/users/me", fine=(400, 403, 404)),
        ]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        own = self._is_leavers_own(case, seen)
        why = "Leaver signs in with a token of this account: give Leaver another one first." if own else ""
        return [
            Item(reply.identity(row, TOKENS), f"API token {reply.label(row, 'name')}", why)
            for row in reply.rows(seen, TOKENS)
            if reply.word(row, TOKENS, "userId") == case.account
        ]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        return [
            Ask(item.key, f"/api/v1/api-tokens/{reply.segment(item.key)}", "DELETE", fine=(404,))
            for item in left
            if not item.why
        ]

    def _is_leavers_own(self, case: Case, seen: Seen) -> bool:
        caller = seen[CALLER]
        if caller.status != 200:
            return False
        return reply.identity(reply.an_object(caller.data, CALLER), CALLER) == case.account
