"""Mail and files handed over to the named colleague."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.runbook.entra.base import (
    COLLEAGUE,
    MAILBOX,
    READ_USERS,
    EntraStep,
    colleague,
    colleague_ask,
    fields,
    mailbox_ask,
    needed,
    quoted,
    rows,
    text,
    texts,
    user_path,
)
from leaver.runbook.entra.mail import NO_MAILBOX
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

_DRIVE = "drive"
_SHARES = "drive-permissions"
_ENOUGH = {"read": frozenset({"read", "write", "owner"}), "write": frozenset({"write", "owner"})}


def full_access(mailbox: str, heir: str) -> str:
    """The command of Exchange Online PowerShell that opens a mailbox for a colleague; Graph has no call for it.

    learn.microsoft.com/powershell/module/exchange/add-mailboxpermission
    """
    return f"Add-MailboxPermission -Identity {quoted(mailbox)} -User {quoted(heir)} -AccessRights FullAccess"


class MailboxHandover(EntraStep):
    """Full access to a mailbox is Exchange's to give: this step says how, and a task by hand does it."""

    name = "mailbox-handover"
    title = "open the mailbox for the colleague"
    after = ("revoke-sessions",)
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("MailboxSettings.Read", "see whether there is a mailbox"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return (mailbox_ask(case), *([colleague_ask(case)] if case.handover else []))

    def why_not(self, case: Case, seen: Seen) -> str | None:
        if fields(seen, MAILBOX) is None:
            return NO_MAILBOX
        heir, why = colleague(case, seen)
        if heir is None:
            return why
        command = full_access(case.username, needed(heir, COLLEAGUE, "userPrincipalName"))
        return f"Graph cannot do it, nor show whether it is done. By hand, in Exchange Online: {command}"

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return []

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return []


class FilesHandover(EntraStep):
    """The colleague may work with everything in OneDrive, without a message from the leaver's address.

    Settings: `role`, `read` or `write` (which is the default).
    learn.microsoft.com/graph/api/driveitem-invite, /driveitem-list-permissions
    """

    name = "files-handover"
    title = "open the files for the colleague"
    after = ("revoke-sessions",)
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("Files.ReadWrite.All", "see who may open the files, and let the colleague"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        asks = [
            Ask(_DRIVE, f"{user_path(case)}/drive?$select=id,driveType", fine=(404,)),
            Ask(_SHARES, f"{user_path(case)}/drive/root/permissions", paged=True, fine=(404,)),
        ]
        return [*asks, colleague_ask(case)] if case.handover else asks

    def why_not(self, case: Case, seen: Seen) -> str | None:
        if fields(seen, _DRIVE) is None:
            return "there is no OneDrive"
        return None if case.handover else colleague(case, seen)[1]

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if self.why_not(case, seen):
            return []
        heir, why = colleague(case, seen)
        if heir is None:
            return [Item("share", "the files are not open for anybody", f"{why}. Name another colleague.")]
        if any(_opens(row, heir, _role(case)) for row in rows(seen, _SHARES)):
            return []
        return [Item("share", f"the files are not open for {case.handover}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        heir, _ = colleague(case, seen)
        if heir is None:
            return []
        body = {
            "recipients": [{"objectId": needed(heir, COLLEAGUE, "id")}],
            "requireSignIn": True,
            "sendInvitation": False,
            "roles": [_role(case)],
        }
        return [
            Ask(item.key, f"{user_path(case)}/drive/root/invite", "POST", json=body)
            for item in left
            if not item.why
        ]

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [
            "OneDrive is kept for 30 days after the account is deleted, unless the tenant says otherwise."
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"drive": fields(seen, _DRIVE) is not None}


def _role(case: Case) -> str:
    return "read" if case.settings.get("role") == "read" else "write"


def _opens(row: Mapping[str, Any], heir: Mapping[str, Any], role: str) -> bool:
    if not _ENOUGH[role] & set(texts(row, _SHARES, "roles")):
        return False
    found = row.get("grantedToV2")
    user = found.get("user") if isinstance(found, dict) else None
    if not isinstance(user, dict):
        return False
    return (text(user, _SHARES, "id") or "").lower() == needed(heir, COLLEAGUE, "id").lower()
