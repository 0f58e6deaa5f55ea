"""The enrolled factors: what a leaver would sign in or recover the account with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

FACTORS = "factors"
_NOT_ENROLLED = "NOT_SETUP"
_PHONES = frozenset({"call", "sms"})


class Factors(OktaStep):
    """Each enrolled factor, a pending one too.

    developer.okta.com: User Factors, list all enrolled factors and unenroll a factor. Okta lists those that its
    enrolment policy knows for this user, and lets nobody take one from a deactivated account. The account's own
    e-mail address is a factor by itself where the organisation says so (Okta support: prevent e-mail factor
    auto-enrolment), so that no call takes it away: it is told, and ends with the mailbox.
    """

    name = "factors"
    title = "remove the sign-in factors"
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.USERS_MANAGE)
    lists = (FACTORS,)
    what = "factors"

    def first(self, case: Case) -> Sequence[Ask]:
        return [Ask(FACTORS, reply.path_of(case, "factors"), paged=True, fine=(404,))]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [
            Item(reply.identity(row, FACTORS), _said(row))
            for row in self._enrolled(seen)
            if not self._own_address(case, seen, row)
        ]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        phones = {row.get("id") for row in self._enrolled(seen) if row.get("factorType") in _PHONES}
        # 404: Okta Verify's factors go together, with the first of them.
        return [
            Ask(item.key, self._path(case, item.key, recovery=item.key in phones), "DELETE", fine=(404,))
            for item in left
        ]

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:
        if not reply.exists(seen) or seen[FACTORS].status == 404:
            return ()
        if any(self._own_address(case, seen, row) for row in self._enrolled(seen)):
            return ("The account's own e-mail address stays a factor: Okta enrols it by itself.",)
        return ()

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        return {"factors": [_said(row) for row in self._enrolled(seen)]}

    def _enrolled(self, seen: Seen) -> list[Row]:
        return [
            row
            for row in reply.rows(seen, FACTORS)
            if reply.word(row, FACTORS, "factorType") and row.get("status") != _NOT_ENROLLED
        ]

    def _own_address(self, case: Case, seen: Seen, row: Row) -> bool:
        if row.get("factorType") != "email":
            return False
        address = reply.inner(row, "profile").get("email")
        own = reply.inner(reply.user(case, seen), "profile").get("email")
        return isinstance(address, str) and isinstance(own, str) and address.lower() == own.lower()

    def _path(self, case: Case, factor: str, *, recovery: bool) -> str:
        query = "?removeRecoveryEnrollment=true" if recovery else ""
        return reply.path_of(case, "factors", segment(factor)) + query


def _said(row: Row) -> str:
    pending = " (pending)" if row.get("status") == "PENDING_ACTIVATION" else ""
    return f"{reply.label(row, 'factorType')} by {reply.label(row, 'vendorName', 'provider')}{pending}"
