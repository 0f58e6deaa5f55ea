"""Lifecycle and credential operations of users (Okta, User Lifecycle and User Credentials APIs)."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from leaver.sandbox.okta import errors, people, profile, rules, settling
from leaver.sandbox.okta.wire import Answer, Call, Operation

_EVENTS = {
    "activate": ("user.lifecycle.activate", "Activate Okta user"),
    "reactivate": ("user.lifecycle.reactivate", "Reactivate Okta user"),
    "deactivate": ("user.lifecycle.deactivate", "Deactivate Okta user"),
    "suspend": ("user.lifecycle.suspend", "Suspend Okta user"),
    "unsuspend": ("user.lifecycle.unsuspend", "Unsuspend Okta user"),
    "unlock": ("user.account.unlock_by_admin", "Unlock user account for Okta by admin"),
    "reset_password": ("user.account.reset_password", "Fired when the user's Okta password is reset"),
    "expire_password": ("user.account.expire_password", "Expire a user's password in Okta"),
    "expire_password_with_temp_password": (
        "user.account.expire_password",
        "Expire a user's password in Okta",
    ),
    "reset_factors": ("user.mfa.factor.reset_all", "Reset all factors for user"),
}
_MAY_CHANGE_PASSWORD = frozenset({"STAGED", "ACTIVE", "PASSWORD_EXPIRED", "RECOVERY"})


def _operation(verb: str) -> Callable[[Call], Answer]:
    def run(call: Call) -> Answer:
        row = people.find(call, call.path["user"])
        if row["transition_to"] == "ACTIVE":
            raise errors.still_activating()
        if row["transition_to"] == "DEPROVISIONED" and verb != "deactivate":
            raise errors.wrong_status()
        goal = rules.outcome(row["status"], verb, row["id"], has_password=row["password"] is not None)
        if goal != row["status"] and row["transition_to"] is None:
            settling.begin(call, row["id"], goal, slow=verb in settling.SLOW)
        event, message = _EVENTS[verb]
        call.note(event, message, row["id"], name=row["login"])
        return _answer(call, row["id"], verb)

    return run


def _answer(call: Call, user_id: str, verb: str) -> Answer:
    """What an operation says, and what it does beside the status."""
    token = secrets.token_urlsafe(15)
    if verb in ("activate", "reactivate"):
        # Their defaults differ: activation sends mail unless told otherwise (Okta, User Lifecycle API).
        if call.flag("sendEmail", verb == "activate"):
            return Answer(200, {})
        link = {"activationUrl": f"{call.base}/welcome/{token}", "activationToken": token}
        return Answer(200, link)
    if verb == "reset_password":
        _end_sessions_if_asked(call, user_id)
        if call.flag("sendEmail", True):
            return Answer(200, {})
        return Answer(200, {"resetPasswordUrl": f"{call.base}/reset_password/{token}"})
    if verb == "reset_factors":
        call.db.execute("DELETE FROM okta_factors WHERE user_id = ?", (user_id,))
        return Answer(200, {})
    if verb == "expire_password_with_temp_password" or (
        verb == "expire_password" and call.flag("tempPassword", False)
    ):
        _end_sessions_if_asked(call, user_id)
        temporary = f"Tmp0{token}"
        _set_password(call, user_id, temporary)
        return Answer(200, {"tempPassword": temporary})
    if verb == "expire_password":
        return Answer(200, people.show(call, people.find(call, user_id)))
    return Answer(200, {})


def _end_sessions_if_asked(call: Call, user_id: str) -> None:
    if call.flag("revokeSessions", False) or call.body.get("revokeSessions") is True:
        call.db.execute("DELETE FROM okta_sessions WHERE user_id = ?", (user_id,))


def _set_password(call: Call, user_id: str, password: str) -> None:
    call.db.execute(
        "UPDATE okta_users SET password = ?, password_changed = ?, last_updated = ? WHERE id = ?",
        (people.password_digest(user_id, password), call.now, call.now, user_id),
    )


def _change_password(call: Call) -> Answer:
    """A user's own change: the old password must be right; RECOVERY and PASSWORD_EXPIRED end in ACTIVE."""
    row = people.find(call, call.path["user"])
    if row["status"] not in _MAY_CHANGE_PASSWORD or row["password"] is None:
        raise errors.wrong_status()
    if people.password_digest(row["id"], str(call.part("oldPassword").get("value"))) != row["password"]:
        raise errors.credentials_refused("Old Password is not correct")
    _set_password(call, row["id"], profile.check_password(call.part("newPassword").get("value")))
    if row["status"] in ("RECOVERY", "PASSWORD_EXPIRED"):
        settling.begin(call, row["id"], "ACTIVE", slow=False)
    _end_sessions_if_asked(call, row["id"])
    call.note("user.account.update_password", "User update password for Okta", row["id"], name=row["login"])
    return Answer(200, people.show(call, people.find(call, row["id"]))["credentials"])


OPERATIONS = [
    *(
        Operation("POST", f"/users/{{user}}/lifecycle/{verb}", _operation(verb), "okta.users.manage")
        for verb in rules.VERBS
    ),
    Operation("POST", "/users/{user}/credentials/change_password", _change_password, "okta.users.manage"),
]
