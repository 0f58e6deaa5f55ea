"""The mailbox: automatic reply and forwarding. Both need the mailbox, so they come before the licences."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.entra.base import (
    COLLEAGUE,
    MAILBOX,
    READ_USERS,
    EntraStep,
    colleague,
    colleague_ask,
    fields,
    flag,
    mailbox_ask,
    needed,
    objects,
    quoted,
    rows,
    text,
    title,
    user_path,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen

NO_MAILBOX = "there is no mailbox"
_RULES = "inbox-rules"
_REPLY = "automaticRepliesSetting"
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<(?:br|/p|/div)\b[^>]*>", re.IGNORECASE)
_SENDS = ("forwardTo", "forwardAsAttachmentTo", "redirectTo")
HANDOVER = "handover"


class AutomaticReply(EntraStep):
    """Whoever writes learns whom to ask. Settings: `text`, the reply.

    learn.microsoft.com/graph/api/user-update-mailboxsettings
    """

    name = "automatic-reply"
    title = "set the automatic reply"
    after = ("revoke-sessions",)
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("MailboxSettings.ReadWrite", "read and set the automatic reply"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return (mailbox_ask(case),)

    def why_not(self, case: Case, seen: Seen) -> str | None:
        if fields(seen, MAILBOX) is None:
            return NO_MAILBOX
        return None if _text_of(case) else "the runbook gives no text for it"

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if self.why_not(case, seen):
            return []
        shown = _replies(seen)
        wanted = " ".join(_text_of(case).split())
        good = shown.get("status") == "alwaysEnabled" and all(
            _plain(shown.get(f"{side}ReplyMessage")) == wanted for side in ("internal", "external")
        )
        return [] if good else [Item("reply", f"the automatic reply is {shown.get('status')}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        # Exchange takes the message for HTML.
        message = html.escape(_text_of(case)).replace("\n", "<br>")
        body = {
            _REPLY: {
                "status": "alwaysEnabled",
                "externalAudience": "all",
                "internalReplyMessage": message,
                "externalReplyMessage": message,
            }
        }
        return [Ask(item.key, f"{user_path(case)}/mailboxSettings", "PATCH", json=body) for item in left]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {} if fields(seen, MAILBOX) is None else {"automatic_reply": _replies(seen).get("status")}


def _text_of(case: Case) -> str:
    stated = case.settings.get("text")
    return stated.strip() if isinstance(stated, str) else ""


def _replies(seen: Seen) -> Mapping[str, Any]:
    found = (fields(seen, MAILBOX) or {}).get(_REPLY)
    if not isinstance(found, dict) or not isinstance(found.get("status"), str):
        raise BadReply(f"{MAILBOX}: {_REPLY} is no object with a status")
    return found


def _plain(value: Any) -> str:
    """A message without its HTML and with single spaces, as Exchange adds a page around it."""
    if not isinstance(value, str):
        return ""
    return " ".join(html.unescape(_TAG.sub("", _BREAK.sub(" ", value))).split())


class Forwarding(EntraStep):
    """The mailbox sends mail on to whom the runbook names, and to nobody else.

    Every inbox rule that forwards or redirects is deleted; with `to` (an address, or `handover`) one rule sends
    everything there, and `keep` says whether a copy stays (it does). The mailbox's own forwarding address is
    Exchange's, and Graph does not show it.
    learn.microsoft.com/graph/api/mailfolder-list-messagerules, /mailfolder-post-messagerules, /messagerule-delete
    """

    name = "forwarding"
    title = "end the person's own forwarding, and forward to whom the runbook names"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("MailboxSettings.ReadWrite", "list, delete and create inbox rules"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        asks = [
            mailbox_ask(case),
            Ask(_RULES, f"{user_path(case)}/mailFolders/inbox/messageRules", paged=True, fine=(404,)),
        ]
        return [*asks, colleague_ask(case)] if _to_colleague(case) else asks

    def why_not(self, case: Case, seen: Seen) -> str | None:
        return NO_MAILBOX if fields(seen, MAILBOX) is None else None

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        if self.why_not(case, seen):
            return []
        target, why = _target(case, seen)
        ours = [row for row in rows(seen, _RULES) if target and _is_ours(case, row, target)]
        # An order that was sent twice made two rules, and everything would arrive twice.
        kept = ours[0]["id"] if ours else None
        found = [
            Item(row["id"], _rule(row), _fixed(case, row))
            for row in rows(seen, _RULES)
            if row["id"] != kept and _sends(row)
        ]
        if case.settings.get("to") and not target:
            found.append(Item("forward", "mail is not forwarded", f"{why}. Name an address."))
        elif target and kept is None:
            found.append(Item("forward", f"mail is not forwarded to {target}"))
        return found

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        path = f"{user_path(case)}/mailFolders/inbox/messageRules"
        target, _ = _target(case, seen)
        asks = []
        for item in left:
            if item.why:
                continue
            if item.key == "forward":
                asks.append(Ask(item.key, path, "POST", json=_wanted(case, target or "")))
            else:
                asks.append(Ask(item.key, f"{path}/{segment(item.key)}", "DELETE", fine=(404,)))
        return asks

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        found = [
            "Graph does not show the mailbox's own forwarding address. In Exchange Online: Set-Mailbox -Identity "
            f"{quoted(case.username)} -ForwardingAddress $null -ForwardingSmtpAddress $null"
        ]
        target, _ = _target(case, seen)
        if target and target.rpartition("@")[2].lower() != case.username.rpartition("@")[2].lower():
            found.append(
                f"{target} is outside: Exchange's outbound spam policy refuses forwarding there unless it allows it"
            )
        return found

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"forwards": [_rule(row) for row in rows(seen, _RULES) if _sends(row)]}


def _to_colleague(case: Case) -> bool:
    return case.settings.get("to") == HANDOVER and bool(case.handover)


def _target(case: Case, seen: Seen) -> tuple[str | None, str]:
    wanted = case.settings.get("to")
    if not wanted:
        return None, ""
    if wanted != HANDOVER:
        return str(wanted), ""
    found, why = colleague(case, seen)
    if found is None:
        return None, why
    return text(found, COLLEAGUE, "mail") or needed(found, COLLEAGUE, "userPrincipalName"), ""


def _actions(row: Mapping[str, Any]) -> Mapping[str, Any]:
    found = row.get("actions")
    if found is not None and not isinstance(found, dict):
        raise BadReply(f"{_RULES}: actions is no object")
    return found or {}


def _sends(row: Mapping[str, Any]) -> list[str]:
    """The addresses that a rule sends mail to."""
    found = []
    for name in _SENDS:
        for recipient in objects(_actions(row), _RULES, name):
            address = recipient.get("emailAddress")
            if not isinstance(address, dict):
                raise BadReply(f"{_RULES}: {name} has a recipient without an address")
            found.append(text(address, _RULES, "address") or text(address, _RULES, "name") or "somebody")
    return found


def _fixed(case: Case, row: Mapping[str, Any]) -> str:
    if not flag(row, _RULES, "isReadOnly"):
        return ""
    return (
        f"Graph cannot delete this rule. In Exchange Online: Get-InboxRule -Mailbox {quoted(case.username)}"
    )


def _rule(row: Mapping[str, Any]) -> str:
    return f"rule {title(row)} to {line(', '.join(_sends(row)), 200)}"


def _keeps(case: Case) -> bool:
    return case.settings.get("keep") is not False


def _wanted(case: Case, target: str) -> Mapping[str, Any]:
    actions: dict[str, Any] = {"forwardTo": [{"emailAddress": {"address": target, "name": target}}]}
    if not _keeps(case):
        actions["delete"] = True
    actions["stopProcessingRules"] = False
    return {"displayName": "Leaver: forward", "sequence": 1, "isEnabled": True, "actions": actions}


def _is_ours(case: Case, row: Mapping[str, Any], target: str) -> bool:
    """By what the rule does, not by its name, which the leaver may have chosen."""
    actions = _actions(row)
    return (
        flag(row, _RULES, "isEnabled") is True
        and not row.get("conditions")
        and not row.get("exceptions")
        and [each.lower() for each in _sends(row)] == [target.lower()]
        and bool(actions.get("forwardTo"))
        and bool(actions.get("delete") or actions.get("permanentDelete")) is not _keeps(case)
    )
