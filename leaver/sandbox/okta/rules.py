"""Which lifecycle operation is allowed in which status, and where it leads: a table, without I/O.

Sources: Okta, User Lifecycle API and User Credentials API (allowed statuses), error codes reference, and the
answers of a deprovisioned user in okta-sdk-java issue 721 (its updates and deactivations are "not found").
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, get_args

from leaver.sandbox.okta import errors
from leaver.sandbox.okta.errors import OktaError

Status = Literal[
    "STAGED",
    "PROVISIONED",
    "ACTIVE",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
]
Verb = Literal[
    "activate",
    "reactivate",
    "deactivate",
    "suspend",
    "unsuspend",
    "unlock",
    "reset_password",
    "expire_password",
    "expire_password_with_temp_password",
    "reset_factors",
]
STATUSES: tuple[str, ...] = get_args(Status)
VERBS: tuple[str, ...] = get_args(Verb)

_KEEP = ""
_WITH_PASSWORD = {"ACTIVE", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT"}


def _not_active() -> OktaError:
    return errors.validation("suspendUser", "Cannot suspend a user that is not active")


def _not_suspended() -> OktaError:
    return errors.validation("suspendUser", "Cannot unsuspend a user that is not suspended")


# The statuses an operation is allowed in, with where it leads, and the error everywhere else.
_RULES: dict[str, tuple[dict[str, str], Callable[[], OktaError]]] = {
    "activate": ({"STAGED": "ACTIVE", "DEPROVISIONED": "ACTIVE"}, errors.already_active),
    "reactivate": ({"PROVISIONED": _KEEP, "RECOVERY": _KEEP}, errors.wrong_status),
    "suspend": ({"ACTIVE": "SUSPENDED"}, _not_active),
    "unsuspend": ({"SUSPENDED": "ACTIVE"}, _not_suspended),
    "unlock": ({"LOCKED_OUT": "ACTIVE"}, errors.unlock_refused),
    "reset_password": (
        dict.fromkeys(_WITH_PASSWORD | {"PROVISIONED"}, "RECOVERY"),
        errors.wrong_status,
    ),
    "expire_password": (dict.fromkeys(_WITH_PASSWORD, "PASSWORD_EXPIRED"), errors.wrong_status),
    "expire_password_with_temp_password": (
        dict.fromkeys(_WITH_PASSWORD, "PASSWORD_EXPIRED"),
        errors.wrong_status,
    ),
    "reset_factors": (
        dict.fromkeys([each for each in STATUSES if each != "DEPROVISIONED"], _KEEP),
        errors.wrong_status,
    ),
}


def outcome(status: str, verb: str, user_id: str, *, has_password: bool) -> str:
    """The status after `verb` in `status`; raises the OktaError that Okta answers when it is refused.

    An activation ends in PROVISIONED, not ACTIVE, when no password was ever set (or deactivation removed it).
    """
    if verb == "deactivate":
        if status == "DEPROVISIONED":
            raise errors.not_found(user_id, "User")
        return "DEPROVISIONED"
    allowed, refusal = _RULES[verb]
    if status not in allowed:
        raise refusal()
    if verb == "activate" and not has_password:
        return "PROVISIONED"
    return allowed[status] or status
