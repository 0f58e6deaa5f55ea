"""The account itself: suspended, its sessions ended, deactivated, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.okta_user import ENDED, provider
from leaver.runbook.mastered import okta_master
from leaver.runbook.okta import reply, scopes
from leaver.runbook.okta.base import GONE, OktaStep
from leaver.runbook.step import Ask, Case, Item, Permission, Seen


class _Account(OktaStep):
    """A step that needs nothing but the account's status."""

    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.USERS_MANAGE)

    def first(self, case: Case) -> Sequence[Ask]:  # noqa: ARG002
        return ()

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:
        elsewhere = provider(reply.user(case, seen)) if reply.exists(seen) else None
        return [str(okta_master(elsewhere, case.username))] if elsewhere else []

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"status": reply.status(case, seen) if reply.exists(seen) else None}


class Suspend(_Account):
    """Sign-in ends. Okta suspends ACTIVE users only; every other one that is not yet out is deactivated.

    developer.okta.com: User Lifecycle, suspend a user. A lockout can end by itself, so it does not count.
    """

    name = "suspend"
    title = "suspend the account"
    after = ()

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        status = reply.status(case, seen)
        return [] if status in ENDED else [Item(case.account, f"{case.username} is {status}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        verb = "suspend" if reply.status(case, seen) == "ACTIVE" else "deactivate"
        return [Ask(item.key, reply.path_of(case, "lifecycle", verb), "POST") for item in left]


class Sessions(_Account):
    """Okta's own sessions, the OAuth tokens, and the devices on which Okta remembers the factors.

    developer.okta.com: User Sessions, revoke all user sessions. Sessions that applications made for themselves
    are not among them.
    """

    name = "sessions"
    title = "end the sessions, with the OAuth tokens"
    after = ("suspend",)
    needs: ClassVar[tuple[Permission, ...]] = (scopes.USERS_READ, scopes.USERS_MANAGE)
    once = True

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        return [Item(case.account, f"the sessions of {case.username}, which Okta does not list")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        # Of a deactivated account Okta may say that there is no such user.
        fine = (404,) if reply.deprovisioned(case, seen) else ()
        path = reply.path_of(case, "sessions?oauthTokens=true&forgetDevices=true")
        return [Ask(item.key, path, "DELETE", fine=fine) for item in left]

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:  # noqa: ARG002
        return ()

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        return {}


class Deactivate(_Account):
    """The account ends for good; Okta takes its applications away, which may destroy what is in them.

    Where client.yaml says `on departure: deactivate last`. Factors, consents and tokens go first: Okta lets nobody
    take them from a deactivated account, and an activation would bring them back.
    developer.okta.com: User Lifecycle, deactivate a user; asynchronous (transitioningToStatus).
    """

    name = "deactivate"
    title = "deactivate the account"
    after = ("suspend", "sessions", "factors", "grants", "client-tokens")
    on_request = True

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        status = reply.status(case, seen)
        return [] if status == reply.DEPROVISIONED else [Item(case.account, f"{case.username} is {status}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:  # noqa: ARG002
        # 404: it was deactivated meanwhile (okta-sdk-java, issue 721).
        path = reply.path_of(case, "lifecycle", "deactivate")
        return [Ask(item.key, path, "POST", fine=(404,)) for item in left]


class Delete(_Account):
    """The account is deleted, when the client's `retain` is over. Okta deletes deactivated users only.

    developer.okta.com: Users, delete a user: a first DELETE of an account that is not deactivated deactivates.
    """

    name = "delete"
    title = "delete the account"
    after = ("deactivate",)
    on_request = True

    def skip(self, case: Case, seen: Seen) -> str | None:
        if reply.USER not in seen or not reply.exists(seen):
            # Here, that is what was wanted.
            return None
        if case.retained_until is None:
            return "nothing says until when the account is kept"
        if case.retained_until > case.now:
            return f"the account is kept until {case.retained_until.isoformat()}"
        elsewhere = provider(reply.user(case, seen))
        if elsewhere is not None:
            return f"a deleted account would be imported again. {okta_master(elsewhere, case.username)}"
        return None

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        if not reply.exists(seen):
            return []
        return [Item(case.account, f"{case.username} is {reply.status(case, seen)}")]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        asks = [Ask(item.key, reply.path_of(case), "DELETE", fine=(404,)) for item in left]
        if not asks or reply.deprovisioned(case, seen):
            return asks
        first = Ask("deactivate", reply.path_of(case, "lifecycle", "deactivate"), "POST", fine=(404,))
        return [first, *(Ask(a.key, a.path, a.method, fine=a.fine, after=(first.key,)) for a in asks)]

    def notes(self, case: Case, seen: Seen) -> Sequence[str]:  # noqa: ARG002
        return () if reply.exists(seen) else (GONE,)
