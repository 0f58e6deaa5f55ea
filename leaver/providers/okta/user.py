"""okta:user/user:User: requests in the real provider's order, quirks included.

Life cycle: https://developer.okta.com/docs/api/openapi/okta-management/management/tag/UserLifecycle/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from leaver.providers.okta import profile
from leaver.providers.okta.api import Api, ApiError, segment
from leaver.providers.okta.profile import Values

_AFTER_CREATE = ("SUSPENDED", "DEPROVISIONED")
_POLLS = 12_000
_STAGED = "Okta will not allow a user to be updated to STAGED. Can set to STAGED on user creation only"
_DEPROVISIONED = "Only the status of a DEPROVISIONED user can be updated, we detected other change"
_PROVISIONED = (
    "can not change password for provisioned user, the activation workflow should be finished first. "
    "Please, check this diagram https://developer.okta.com/docs/reference/api/users/#user-status "
    "for more clarity."
)


def create(api: Api, planned: Values, created: Callable[[str], None]) -> tuple[str, Values | None]:
    """Create, then bring to the wanted status: the id, and what a read showed (None: it does not show yet).

    `created` is told the id as soon as there is one. Raises ApiError.
    """
    body: dict[str, Any] = {"credentials": _credentials(planned), "profile": profile.to_wire(planned)}
    body |= _type_and_realm(planned)
    query = {"activate": "false"} if planned.get("status") == "STAGED" else None
    with api.step("failed to create user"):
        user_id = str(api.ask("POST", "users", query, body)["id"])
    created(user_id)
    if planned.get("status") in _AFTER_CREATE:
        _change_status(api, user_id, planned["status"])
    if planned.get("expirePasswordOnCreate"):
        with api.step("failed to expire user's password"):
            api.call("POST", f"users/{segment(user_id)}/lifecycle/expire_password")
    return user_id, read(api, user_id)


def read(api: Api, user_id: str, ignored: tuple[str, ...] = ()) -> Values | None:
    """One GET; None when the user is gone. Raises ApiError."""
    with api.step("failed to get user"):
        user = api.find("GET", f"users/{segment(user_id)}")
    return None if user is None else profile.from_wire(user, ignored)


def resolve(api: Api, wanted: str) -> str | None:
    """The id of the user with this id or login; None when there is none. Raises ApiError."""
    user = api.find("GET", f"users/{segment(wanted)}")
    return None if user is None else str(user["id"])


def update(api: Api, user_id: str, old: Values, planned: Values) -> Values | None:
    """Bring a user from state `old` to `planned`. None when the last read finds it gone.

    Raises ApiError, perhaps after some steps took effect.
    """

    def changed(*keys: str) -> bool:
        return any((old.get(key) or None) != (planned.get(key) or None) for key in keys)

    path = f"users/{segment(user_id)}"
    status = planned.get("status")
    if status == "STAGED" and changed("status"):
        raise ApiError(0, _STAGED)
    if changed("password"):
        _refuse_password_before_activation(api, path)
    if changed("status"):
        _change_status(api, user_id, str(status))
    profile_changed = changed(*profile.BASE, "customProfileAttributes", "type", *profile.CREDENTIALS)
    if status == "DEPROVISIONED" and profile_changed:
        raise ApiError(0, _DEPROVISIONED)
    if profile_changed or changed("passwordHash", "passwordInlineHook"):
        _put_profile(api, path, planned, changed("passwordHash"), changed("passwordInlineHook"))
    if changed("password"):
        _put_password(api, path, planned)
    if changed("recoveryQuestion", "recoveryAnswer"):
        _put_recovery(api, path, planned)
    return read(api, user_id, tuple(planned.get("customProfileAttributesToIgnores") or ()))


def delete(api: Api, user_id: str, state_status: object) -> None:
    """Deactivate, then delete; state alone decides whether the first is still needed. Raises ApiError."""
    for _ in range(1 if state_status == "DEPROVISIONED" else 2):
        with api.step("failed to deprovision or delete user from Okta"):
            api.call("DELETE", f"users/{segment(user_id)}")


def _refuse_password_before_activation(api: Api, path: str) -> None:
    with api.step("failed to get user"):
        user = api.ask("GET", path)
    if user.get("status") == "PROVISIONED":
        raise ApiError(0, _PROVISIONED)


def _put_profile(api: Api, path: str, planned: Values, with_hash: bool, with_hook: bool) -> None:
    body: dict[str, Any] = {"profile": profile.to_wire(planned)} | _type_and_realm(planned)
    if with_hash:
        body["credentials"] = {"password": _hash(planned)}
    if with_hook and planned.get("passwordInlineHook"):
        body["credentials"] = {"password": {"hook": {"type": planned["passwordInlineHook"]}}}
    with api.step("failed to update user"):
        api.call("PUT", path, body=body)


def _put_password(api: Api, path: str, planned: Values) -> None:
    new = _given(value=planned.get("password"))
    if planned.get("oldPassword"):
        body = {"newPassword": new, "oldPassword": {"value": planned["oldPassword"]}}
        with api.step("failed to update user's password"):
            api.call("POST", f"{path}/credentials/change_password", body=body)
        return
    with api.step("failed to set user's password"):
        api.call("PUT", path, body={"credentials": {"password": new}})


def _put_recovery(api: Api, path: str, planned: Values) -> None:
    body = {"password": _given(value=planned.get("password")), "recovery_question": _recovery(planned)}
    with api.step("failed to change user's password recovery question"):
        api.call("POST", f"{path}/credentials/change_recovery_question", body=body)


def _change_status(api: Api, user_id: str, wanted: str) -> None:
    path = f"users/{segment(user_id)}"
    with api.step("failed to update user status"):
        with api.step("failed to get user"):
            current = api.ask("GET", path).get("status")
        verb = _transition(current, wanted)
        if verb is None:
            return
        api.call("POST", f"{path}/lifecycle/{verb}")
        for _ in range(_POLLS):
            with api.step("failed to get user"):
                if not api.ask("GET", path).get("transitioningToStatus"):
                    return
            api.pause_for_transition()
        raise ApiError(0, "context deadline exceeded")


def _transition(current: str | None, wanted: str) -> str | None:
    """The life-cycle call that the real provider makes; None when it leaves the user alone."""
    if wanted == "SUSPENDED":
        return "suspend"
    if wanted == "DEPROVISIONED":
        return "deactivate"
    from_current = {"SUSPENDED": "unsuspend", "LOCKED_OUT": "unlock", "PASSWORD_EXPIRED": None}
    return from_current.get(current or "", "activate")


def _credentials(planned: Mapping[str, Any]) -> dict[str, Any]:
    password = _given(value=planned.get("password")) | _hash(planned)
    if planned.get("passwordInlineHook"):
        password = {"hook": {"type": planned["passwordInlineHook"]}}
    credentials: dict[str, Any] = {"password": password}
    if planned.get("recoveryQuestion"):
        credentials["recovery_question"] = _recovery(planned)
    return credentials


def _recovery(planned: Mapping[str, Any]) -> dict[str, Any]:
    return _given(question=planned.get("recoveryQuestion"), answer=planned.get("recoveryAnswer"))


def _hash(planned: Mapping[str, Any]) -> dict[str, Any]:
    kept = _given(**(planned.get("passwordHash") or {}))
    return {"hash": kept} if kept else {}


def _type_and_realm(planned: Mapping[str, Any]) -> dict[str, Any]:
    type_id = (planned.get("type") or {}).get("id")
    return _given(type={"id": type_id} if type_id else None, realmId=planned.get("realmId"))


def _given(**pairs: Any) -> dict[str, Any]:
    return {key: value for key, value in pairs.items() if value}
