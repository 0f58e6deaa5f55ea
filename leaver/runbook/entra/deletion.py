"""The end of the account itself, and the way back within 30 days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal

from leaver.actions.call import segment
from leaver.runbook.entra.base import (
    ACCOUNT,
    READ_USERS,
    EntraStep,
    account_ask,
    fields,
    gone,
    text,
    user_path,
)
from leaver.runbook.step import Ask, Case, Item, Permission, Seen, Step

_DELETED = "deleted-item"


class Delete(EntraStep):
    """The account goes to the deleted items when the time of keeping it is over, and only where the runbook says so.

    Settings: `ends`, the steps that the deletion may end (see `contradictions`).
    learn.microsoft.com/graph/api/user-delete
    """

    name = "delete"
    title = "delete the account"
    on_request = True
    after = ("ownership", "files-handover", "mailbox-handover", "managed-devices")
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("User.ReadWrite.All", "delete the account (it can be restored for 30 days)"),
    )

    def skip(self, case: Case, seen: Seen) -> str | None:
        # A deleted account is what this step wants, and no reason to skip it.
        if case.retained_until is None:
            return "nothing says until when the account is kept"
        if case.now < case.retained_until:
            return f"the account is kept until {case.retained_until:%Y-%m-%d %H:%M %Z}"
        return None

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if self.skip(case, seen):
            return []
        return [Item(case.account, f"the account {case.username} exists")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        if self.skip(case, seen):
            return []
        return [Ask(item.key, user_path(case), "DELETE", fine=(404,)) for item in left if not item.why]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"exists": not gone(seen)}


class Restore(Step):
    """A deleted account comes back, as it was deleted: disabled. For `leaver reinstate`; no part of a departure.

    learn.microsoft.com/graph/api/directory-deleteditems-restore
    """

    name = "restore"
    title = "restore the deleted account"
    kind: ClassVar[Literal["entra", "okta"]] = "entra"
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("User.DeleteRestore.All", "restore a deleted account"),
    )

    def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
        path = f"/v1.0/directory/deletedItems/{segment(case.account)}"
        asks = (account_ask(case), Ask(_DELETED, path, fine=(404,)))
        return [ask for ask in asks if ask.key not in seen]

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        if fields(seen, ACCOUNT) is not None:
            return []
        if fields(seen, _DELETED) is not None:
            return [Item(case.account, f"the account {case.username} is deleted")]
        why = "It is gone for good: more than 30 days have passed, or somebody purged it. Make a new account."
        return [Item(case.account, f"the account {case.username} does not exist", why)]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        path = f"/v1.0/directory/deletedItems/{segment(case.account)}/restore"
        return [Ask(item.key, path, "POST") for item in left if not item.why]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        deleted = fields(seen, _DELETED)
        return {
            "exists": fields(seen, ACCOUNT) is not None,
            "deleted": None if deleted is None else text(deleted, _DELETED, "deletedDateTime"),
        }
