"""What the directory says of the person: the address list, the date of leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    existing,
    flag,
    quoted,
    synced,
    user_path,
    when,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen

_LISTED = "address-list"
_LEAVES = "leave-date"
_DATE = "employeeLeaveDateTime"


class AddressList(EntraStep):
    """The person is no more in the address list.

    Microsoft advises against showInAddressList in Graph: Exchange keeps a value of its own, and does not take over
    Entra's in every tenant. So the note has Exchange's command.
    learn.microsoft.com/graph/api/resources/user (showInAddressList), beta as only there it can be read
    """

    name = "address-list"
    title = "hide the person from the address list"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("User.ReadWrite.All", "hide the person from the address list"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        path = f"/beta/users/{segment(case.account)}?$select=id,showInAddressList"
        return (Ask(_LISTED, path, fine=(404,)),)

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if flag(existing(seen, _LISTED), _LISTED, "showInAddressList") is False:
            return []
        why = ""
        if synced(case, seen):
            why = "The account is mastered on-premises. Set msExchHideFromAddressLists to TRUE there."
        return [Item(case.account, "is in the address list", why)]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [
            Ask(
                item.key,
                f"/beta/users/{segment(case.account)}",
                "PATCH",
                json={"showInAddressList": False},
            )
            for item in left
            if not item.why
        ]

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [
            "Exchange may show the person all the same. In Exchange Online: Set-Mailbox -Identity "
            f"{quoted(case.username)} -HiddenFromAddressListsEnabled $true"
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"in_address_list": existing(seen, _LISTED).get("showInAddressList")}


class LeaveDate(EntraStep):
    """The directory knows the agreed moment, so that its own lifecycle workflows would act if Leaver could not.

    It may be set ahead of the departure, and takes nothing away by itself. But a tenant's workflow that follows it
    waits for no release: the conductor must not set it ahead for a departure that is on hold. `case.cut` is the
    agreed moment.
    learn.microsoft.com/graph/tutorial-lifecycle-workflows-set-employeeleavedatetime
    """

    name = "leave-date"
    title = "write the date of leaving"
    ahead = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("User-LifeCycleInfo.ReadWrite.All", "read and write the date of leaving"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        # By itself: one select of a property that one may not read would refuse all the others.
        return (Ask(_LEAVES, f"{user_path(case)}?$select=id,{_DATE}", fine=(404,)),)

    def why_not(self, case: Case, seen: Seen) -> str | None:
        return None if case.departure else "there is no departure, so no moment was agreed"

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if not case.departure:
            return []
        found = existing(seen, _LEAVES)
        if _DATE not in found:
            raise BadReply(f"{_LEAVES}: {_DATE} is missing")
        shown = when(found, _LEAVES, _DATE)
        if shown == case.cut.astimezone(UTC).replace(microsecond=0):
            return []
        words = f"{shown:%Y-%m-%d %H:%M}Z" if shown else "not set"
        return [Item(case.account, f"the date of leaving is {words}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        moment = f"{case.cut.astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"
        return [Ask(item.key, user_path(case), "PATCH", json={_DATE: moment}) for item in left]

    def undo(self, case: Case) -> Sequence[Ask]:
        # A date that stayed would let the tenant's own workflows end the access of somebody who does not leave.
        return [Ask(case.account, user_path(case), "PATCH", json={_DATE: None}, fine=(404,))]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"leave_date": existing(seen, _LEAVES).get(_DATE)}
