"""Sign-in methods of users (learn.microsoft.com/graph/api/resources/authenticationmethods-overview)."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from leaver.sandbox.graph import objects
from leaver.sandbox.graph.call import NO_CONTENT, Answer, Call
from leaver.sandbox.graph.errors import GraphError, bad_request, not_found
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Handler, Table
from leaver.sandbox.graph.types import METHOD_TYPES
from leaver.sandbox.graph.users import find_user

# Everybody's password method has this id.
PASSWORD_ID = "28c10230-6103-485e-b985-444c60001490"  # noqa: S105
# What a default second factor is -> the kinds of method that are it.
_DEFAULTS = {
    "push": ("microsoftAuthenticatorMethods",),
    "oath": ("microsoftAuthenticatorMethods", "softwareOathMethods", "hardwareOathMethods"),
    "sms": ("phoneMethods",),
    "voiceMobile": ("phoneMethods",),
    "voiceAlternateMobile": ("phoneMethods",),
    "voiceOffice": ("phoneMethods",),
}
_CREATABLE = ("phoneMethods", "emailMethods", "temporaryAccessPassMethods")


def _password_method(user: Obj) -> Obj:
    doc = {"password": None, "createdDateTime": user.doc.get("lastPasswordChangeDateTime")}
    return Obj(0, "method", PASSWORD_ID, "passwordMethods", user.id, doc, None)


def _methods(call: Call, user: Obj) -> list[Obj]:
    return [_password_method(user), *objects.owned(call.db, call.tid, "method", user.id)]


def _shown(method: Obj, *, typed: bool) -> dict[str, Any]:
    kind = {"@odata.type": f"#microsoft.graph.{METHOD_TYPES[method.key]}"} if typed else {}
    # The store wants ids unique in a tenant; the same method id may belong to several users.
    return {**kind, "id": method.id.rpartition("|")[2], **method.doc}


def _list_all(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    context = call.context(f"users('{user.id}')/authentication/methods")
    value = [_shown(each, typed=True) for each in _methods(call, user)]
    return Answer(200, {"@odata.context": context, "value": value})


def _list(segment: str) -> Handler:
    def handler(call: Call) -> Answer:
        user = find_user(call, call.ids[0])
        context = call.context(f"users('{user.id}')/authentication/{segment}")
        value = [_shown(each, typed=False) for each in _methods(call, user) if each.key == segment]
        return Answer(200, {"@odata.context": context, "value": value})

    return handler


def _find(call: Call, segment: str) -> Obj:
    user = find_user(call, call.ids[0])
    for each in _methods(call, user):
        if each.key == segment and each.id.rpartition("|")[2] == call.ids[1]:
            return each
    raise not_found(call.ids[1])


def _read(segment: str) -> Handler:
    return lambda call: Answer(200, _shown(_find(call, segment), typed=False))


def _preference(user: Obj) -> str:
    return str(user.doc.get("preferredMethod") or "unknownFutureValue")


def _preferences(call: Call) -> Answer:
    user = find_user(call, call.ids[0])
    body = {
        "@odata.context": call.context(f"users('{user.id}')/authentication/signInPreferences/$entity"),
        "isSystemPreferredAuthenticationMethodEnabled": False,
        "userPreferredMethodForSecondaryAuthentication": _preference(user),
    }
    return Answer(200, body)


def _check_default(call: Call, method: Obj) -> None:
    """Refuse the default method while there are others (.../graph/api/phoneauthenticationmethod-delete)."""
    user = find_user(call, call.ids[0])
    kinds = _DEFAULTS.get(_preference(user), ())
    if method.key not in kinds:
        return
    others = [each for each in objects.owned(call.db, call.tid, "method", user.id) if each.id != method.id]
    if any(each.key not in kinds for each in others):
        raise bad_request(
            "Cannot delete default method with other methods configured. Please change default method before"
            " deletion."
        )
    if not others:
        user.doc.pop("preferredMethod", None)
        objects.save(call.db, call.tid, user)


def _delete(segment: str) -> Handler:
    def handler(call: Call) -> Answer:
        method = _find(call, segment)
        if segment == "passwordMethods":
            raise GraphError(405, "methodNotAllowed", "The password method cannot be deleted.")
        _check_default(call, method)
        objects.destroy(call.db, call.tid, method.id)
        return NO_CONTENT

    return handler


def add_method(call: Call, user_id: str, segment: str, doc: dict[str, Any]) -> Obj:
    """Register a sign-in method for a user."""
    method_id = f"{user_id}|{uuid.uuid4()}"
    stored = {"createdDateTime": call.stamp, **doc}
    return objects.insert(call.db, call.tid, "method", method_id, stored, key=segment, owner=user_id)


def _create(segment: str) -> Handler:
    def handler(call: Call) -> Answer:
        user = find_user(call, call.ids[0])
        fields = call.fields()
        needed = {"phoneMethods": "phoneNumber", "emailMethods": "emailAddress"}.get(segment)
        if needed is not None and not (isinstance(fields.get(needed), str) and fields[needed]):
            raise bad_request(f"A value is required for property '{needed}'.")
        method = add_method(call, user.id, segment, fields)
        shown = _shown(method, typed=False)
        if segment == "temporaryAccessPassMethods":
            shown["temporaryAccessPass"] = secrets.token_urlsafe(8)
        return Answer(201, {"@odata.context": call.context("$entity"), **shown})

    return handler


def table() -> Table:
    found: Table = [
        ("GET", "/users/{}/authentication/methods", _list_all),
        ("GET", "/users/{}/authentication/signInPreferences", _preferences),
    ]
    for segment in METHOD_TYPES:
        path = f"/users/{{}}/authentication/{segment}"
        found += [
            ("GET", path, _list(segment)),
            ("GET", f"{path}/{{}}", _read(segment)),
            ("DELETE", f"{path}/{{}}", _delete(segment)),
        ]
        if segment in _CREATABLE:
            found.append(("POST", path, _create(segment)))
    return found
