"""The end of sign-in: the account disabled, its sessions revoked, its password replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from leaver.runbook.entra.base import (
    ACCOUNT,
    READ_USERS,
    EntraStep,
    account,
    flag,
    not_before,
    synced,
    user_path,
    when,
)
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen

_ON_PREMISES = (
    "The account is mastered on-premises: do it there as well, or the next synchronisation undoes it."
)


class Disable(EntraStep):
    """Sign-in ends first: sessions that are revoked before it can be opened again.

    learn.microsoft.com/graph/api/user-update, permission: learn.microsoft.com/graph/permissions-reference
    """

    name = "disable"
    title = "disable the account"
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission(
            "User.EnableDisableAccount.All",
            "disable the account; for holders of privileged roles the application itself must hold a directory "
            "role such as Privileged Authentication Administrator",
        ),
    )

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        enabled = flag(account(case, seen), ACCOUNT, "accountEnabled")
        if enabled is None:
            # Not to be guessed: one guess would call a leaver's access ended.
            raise BadReply(f"{ACCOUNT}: accountEnabled is missing")
        return [Item(case.account, f"{case.username} can sign in")] if enabled else []

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [
            Ask(item.key, user_path(case), "PATCH", json={"accountEnabled": False})
            for item in left
            if not item.why
        ]

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [_ON_PREMISES] if synced(case, seen) else []

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"enabled": flag(account(case, seen), ACCOUNT, "accountEnabled")}


def _ours(case: Case, step: str, stamp: datetime | None) -> bool:
    """Whether a time stamp shows this step's own act: the person may have done the same after the cut, too."""
    return not_before(stamp, case.cut) and (
        case.taken is None or step in case.taken or not_before(stamp, case.now)
    )


class RevokeSessions(EntraStep):
    """Refresh tokens and browser sessions from before the end of the sign-in are dead.

    Access tokens that were given out live on for about an hour, but where continuous access evaluation ends them.
    learn.microsoft.com/graph/api/user-revokesigninsessions
    """

    name = "revoke-sessions"
    title = "revoke the sessions"
    after = ("disable",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("User.RevokeSessions.All", "revoke the account's sessions and refresh tokens"),
    )

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        valid_from = when(account(case, seen), ACCOUNT, "signInSessionsValidFromDateTime")
        if _ours(case, self.name, valid_from):
            return []
        since = f"since {valid_from:%Y-%m-%d %H:%M:%S}Z" if valid_from else "of any age"
        return [Item(case.account, f"sessions {since} are valid")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [
            Ask(item.key, f"{user_path(case)}/revokeSignInSessions", "POST") for item in left if not item.why
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"sessions_valid_from": account(case, seen).get("signInSessionsValidFromDateTime")}


class ResetPassword(EntraStep):
    """The password is one that nobody knows: it is made, sent and forgotten.

    `secret` gives at least 128 bits of randomness as text.
    learn.microsoft.com/graph/api/user-update (passwordProfile)
    """

    name = "reset-password"
    title = "replace the password by one that nobody knows"
    after = ("disable",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission(
            "User-PasswordProfile.ReadWrite.All",
            "replace the password; the application must also hold the directory role User Administrator (for "
            "holders of privileged roles Privileged Authentication Administrator)",
        ),
    )

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        changed = when(account(case, seen), ACCOUNT, "lastPasswordChangeDateTime")
        by_hand = synced(case, seen)
        if not_before(changed, case.cut) if by_hand else _ours(case, self.name, changed):
            return []
        why = ""
        if by_hand:
            why = (
                "The password is mastered on-premises. Reset it there twice (Set-ADAccountPassword), which also "
                "makes a stolen hash useless."
            )
        return [Item(case.account, "a password that somebody knows", why)]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [
            Ask(
                item.key,
                user_path(case),
                "PATCH",
                # The ending meets Entra's rule of three classes of characters whatever the secret is made of.
                json={
                    "passwordProfile": {
                        "password": f"{self._secret()}aA1!",
                        "forceChangePasswordNextSignIn": True,
                    }
                },
            )
            for item in left
            if not item.why
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"password_changed": account(case, seen).get("lastPasswordChangeDateTime")}
