"""Mailboxes: settings and inbox rules (learn.microsoft.com/graph/api/resources/mailboxsettings, /messagerule)."""

from __future__ import annotations

import base64
import uuid
from typing import Any

from leaver.sandbox.graph import objects, plain
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import GraphError, bad_request
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Table
from leaver.sandbox.graph.users import find_user

_MAILBOX: dict[str, Any] = {
    "archiveFolder": None,
    "timeZone": "UTC",
    "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
    "dateFormat": "yyyy-MM-dd",
    "timeFormat": "HH:mm",
    "automaticRepliesSetting": {
        "status": "disabled",
        "externalAudience": "none",
        "internalReplyMessage": "",
        "externalReplyMessage": "",
    },
    "userPurpose": "user",
    "language": {"locale": "en-GB", "displayName": "English (United Kingdom)"},
}


def mailbox(call: Call) -> tuple[Obj, dict[str, Any]]:
    user = find_user(call, call.ids[0])
    if not user.doc.get("mail") and "mailboxSettings" not in user.doc:
        raise GraphError(
            404,
            "MailboxNotEnabledForRESTAPI",
            "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
        )
    return user, {**_MAILBOX, **user.doc.get("mailboxSettings", {})}


def _read_mailbox(call: Call) -> Answer:
    user, settings = mailbox(call)
    return Answer(200, {"@odata.context": call.context(f"users('{user.id}')/mailboxSettings"), **settings})


def _update_mailbox(call: Call) -> Answer:
    user, settings = mailbox(call)
    for name, value in call.fields().items():
        if name not in _MAILBOX:
            raise bad_request(f"Invalid property '{name}'.")
        if isinstance(settings[name], dict):
            if not isinstance(value, dict):
                raise bad_request(
                    f"Invalid value specified for property '{name}' of resource 'MailboxSettings'."
                )
            value = {**settings[name], **value}
        settings[name] = value
    user.doc["mailboxSettings"] = settings
    objects.save(call.db, call.tid, user)
    return Answer(200, {"@odata.context": call.context(f"users('{user.id}')/mailboxSettings"), **settings})


def outlook_id() -> str:
    """An id as Exchange makes them: base64 for addresses, with its padding."""
    return "AAMk" + base64.urlsafe_b64encode(uuid.uuid4().bytes + uuid.uuid4().bytes).decode()


def _not_found() -> GraphError:
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")


def _rules(call: Call) -> tuple[Obj, list[Obj]]:
    user, _ = mailbox(call)
    return user, list(objects.owned(call.db, call.tid, "inboxRule", user.id))


def _list_rules(call: Call) -> Answer:
    user, rules = _rules(call)
    context = f"users('{user.id}')/mailFolders('inbox')/messageRules"
    return plain.page(call, context, [{"id": each.id, **each.doc} for each in rules])


def _find_rule(call: Call) -> Obj:
    for each in _rules(call)[1]:
        if each.id == call.ids[1]:
            return each
    raise _not_found()


def _read_rule(call: Call) -> Answer:
    rule = _find_rule(call)
    return Answer(200, {"@odata.context": call.context("$entity"), "id": rule.id, **rule.doc})


def _create_rule(call: Call) -> Answer:
    user, _ = mailbox(call)
    fields = call.fields()
    if not fields.get("displayName") or not isinstance(fields.get("actions"), dict):
        raise GraphError(400, "ErrorInvalidArgument", "The rule has no name or no actions.")
    doc = {"sequence": 1, "isEnabled": True, "hasError": False, "isReadOnly": False, **fields}
    rule = objects.insert(call.db, call.tid, "inboxRule", outlook_id(), doc, owner=user.id)
    return Answer(201, {"@odata.context": call.context("$entity"), "id": rule.id, **rule.doc})


def _delete_rule(call: Call) -> Answer:
    rule = _find_rule(call)
    if rule.doc.get("isReadOnly"):
        raise GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.")
    objects.destroy(call.db, call.tid, rule.id)
    return NO_CONTENT


def table() -> Table:
    rules = "/users/{}/mailFolders/inbox/messageRules"
    return [
        ("GET", "/users/{}/mailboxSettings", _read_mailbox),
        ("PATCH", "/users/{}/mailboxSettings", _update_mailbox),
        ("GET", rules, _list_rules),
        ("POST", rules, _create_rule),
        ("GET", f"{rules}/{{}}", _read_rule),
        ("DELETE", f"{rules}/{{}}", _delete_rule),
    ]
