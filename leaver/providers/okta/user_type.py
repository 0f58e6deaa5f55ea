"""The description of okta:user/user:User for the plugin base: properties, planning, operations."""

from __future__ import annotations

import json
from collections.abc import Iterable

from leaver.providers.base.errors import Failure, ProviderError
from leaver.providers.base.resource import Call, Field, ResourceType
from leaver.providers.base.values import UNKNOWN, Bag
from leaver.providers.okta import gojson, profile, user
from leaver.providers.okta.api import Api
from leaver.providers.okta.profile import Values

TOKEN = "okta:user/user:User"  # noqa: S105 - a Pulumi type token
_IGNORED = "customProfileAttributesToIgnores"
_SHOWN_AS_ACTIVE = ("PROVISIONED", "PASSWORD_EXPIRED")


def json_fault(value: object) -> str | None:
    """Why `value` is no JSON text, or None."""
    try:
        json.loads(str(value))
    except ValueError as fault:
        return f"expected a JSON text, got {value!r}: {fault}"
    return None


def known(planned: Bag) -> Values:
    """What the provider itself sees of a plan: nothing where only the directory knows."""
    return {name: None if value is UNKNOWN else value for name, value in planned.items()}


def vanished(operation: str, token: str, object_id: str) -> ProviderError:
    """The real plugin's words when an object does not answer right after it was written."""
    return ProviderError(f"expected non-nil error with nil state during {operation} of {token}: {object_id}")


def _create(call: Call, planned: Bag) -> tuple[str, Bag]:
    wanted = known(planned)
    user_id, found = user.create(Api(call), wanted, lambda made: call.created(made, {}))
    if found is None:
        # The id is forgotten with the error: the user stays in Okta and in nobody's state.
        call.known_id = ""
        raise vanished("Create", TOKEN, user_id)
    return user_id, wanted | found


def _read(call: Call, user_id: str, state: Bag) -> Bag | None:
    api = Api(call)
    if not state:
        resolved = user.resolve(api, user_id)
        if resolved is None:
            return None
        user_id = resolved
    found = user.read(api, user_id)
    return None if found is None else {**state, **found, "id": user_id}


def _update(call: Call, user_id: str, old: Bag, planned: Bag) -> Bag:
    wanted = known(planned)
    found = user.update(Api(call), user_id, old, wanted)
    if found is None:
        raise vanished("Update", TOKEN, user_id)
    return wanted | found


def _delete(call: Call, user_id: str, state: Bag) -> None:
    user.delete(Api(call), user_id, state.get("status"))


def _check(inputs: Bag) -> Iterable[Failure]:
    if inputs.get("expirePasswordOnCreate") and "password" not in inputs:
        reason = 'Missing required argument. "expire_password_on_create": all of `password` must be specified'
        yield Failure("expirePasswordOnCreate", reason)


def _plan(old: Bag | None, planned: Bag) -> Bag:
    return _plan_custom(old, _plan_password_hash(old, _plan_status(old, planned)))


def _plan_status(old: Bag | None, planned: Bag) -> Bag:
    """A user who never signed in, or whose password ran out, counts as ACTIVE: no change."""
    if old and planned.get("status") == "ACTIVE" and old.get("status") in _SHOWN_AS_ACTIVE:
        return {**planned, "status": old["status"]}
    return planned


def _plan_password_hash(old: Bag | None, planned: Bag) -> Bag:
    if old and not planned.get("passwordHash"):
        return {**planned, "passwordHash": old.get("passwordHash")}
    return planned


def _plan_custom(old: Bag | None, planned: Bag) -> Bag:
    """JSON texts that say the same are the same; ignored attributes stay as the state has them."""
    text = planned.get("customProfileAttributes")
    if not isinstance(text, str):
        return planned
    before = gojson.load_object(str(old.get("customProfileAttributes") or "")) if old else {}
    ignored = planned.get(_IGNORED)
    names = {str(name) for name in ignored} if isinstance(ignored, list) else set()
    wanted = gojson.load_object(text)
    if names:
        kept = {key: value for key, value in before.items() if key in names}
        wanted = (wanted if old else {k: v for k, v in wanted.items() if k not in names}) | kept
        text = gojson.dump(wanted)
    if old and before == wanted and old.get("customProfileAttributes"):
        return {**planned, "customProfileAttributes": old["customProfileAttributes"]}
    return {**planned, "customProfileAttributes": gojson.normal(text)}


USER = ResourceType(
    token=TOKEN,
    fields=(
        *(Field(name, required=name in profile.REQUIRED) for name in profile.BASE),
        Field("customProfileAttributes", computed=True, check=json_fault),
        Field(_IGNORED, kind="set", terraform="custom_profile_attributes_to_ignore"),
        Field("status", default="ACTIVE"),
        Field("rawStatus", input=False),
        Field("type", kind="object", computed=True),
        Field("realmId", computed=True),
        Field("password", secret=True),
        Field("oldPassword", secret=True),
        Field("passwordHash", kind="object"),
        Field("passwordInlineHook", conflicts=("password", "passwordHash")),
        Field("expirePasswordOnCreate", kind="bool", default=False),
        Field("recoveryQuestion"),
        Field("recoveryAnswer", secret=True),
        Field("skipRoles", kind="bool", default=False),
        *(Field(name, input=False) for name in profile.TIMES),
    ),
    create=_create,
    read=_read,
    update=_update,
    delete=_delete,
    failed_update="new",
    check=_check,
    plan=_plan,
    meta=False,
    renamed={_IGNORED: "custom_profile_attributes_to_ignore"},
)
