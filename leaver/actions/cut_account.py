"""One person's account in one directory, on its way out: tried until it is read back as ended, hopeless or late.

The account that Leaver itself signs in as is an application wherever it can be (Entra, Okta service
applications), and so never a person's. Okta's API tokens are the exception: they belong to a user, and stop
working when that one is suspended, so that user is refused.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from leaver.actions.cut_report import CutResult, DirectoryCut, Trouble, by_hand
from leaver.actions.errors import Failing, Forbidden, Refused, Throttled, Unauthorised
from leaver.actions.own_account import own_account
from leaver.actions.types import Account, Directory
from leaver.errors import LeaverError
from leaver.model import Client
from leaver.model.protected import is_protected

PATIENCE = 60.0
"""Seconds for which a directory that fails is tried again."""
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 10.0
_TRIES_AFTER_A_REFUSAL = 3

Clock = Callable[[], datetime]
Tell = Callable[[Trouble], None]


def say_nothing(_: Trouble) -> None:
    """For whoever wants to hear of no trouble."""


class OneAccount:
    """One person's account in one directory, on its way out."""

    def __init__(
        self,
        client: Client,
        person: str,
        name: str,
        clock: Clock,
        began: float,
        protected: frozenset[str] = frozenset(),
    ) -> None:
        self._clock = clock
        self._began = began
        self._settings = client.settings.directories[name]
        self._at_once = client.deactivates(name) == "at once"
        username = client.username(person, name)
        self._start = DirectoryCut(client.key, name, username or person, "failed")
        self._nameless = username is None
        usernames = {username} if username else set()
        self._protected = is_protected(client, person, usernames) or bool(
            {each.lower() for each in usernames} & protected
        )
        self._fault: LeaverError | None = None
        self._is_own = False

    async def end(
        self, directory: Directory | None, *, patience: float, tell: Tell, tried: Callable[[], None]
    ) -> DirectoryCut:
        """Cut, again and again until it is verified, hopeless or late."""
        if self._protected:
            tried()
            return self._refused()
        if self._nameless:
            tried()
            return self._failed("the record has no username for this directory")
        if directory is None:
            tried()
            return self._failed("not connected")
        deadline = time.monotonic() + patience
        pause = _FIRST_PAUSE
        tries = 0
        while True:
            tries += 1
            found = replace(await self._guarded(directory), tries=tries)
            if tries == 1:
                tried()
            if found.verified or found.result == "absent":
                return found
            wait = max(pause, self._stated_wait(found))
            if not self._worth_a_retry(found, tries) or time.monotonic() + wait > deadline:
                tell(Trouble(found, None))
                return found
            tell(Trouble(found, wait))
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _guarded(self, directory: Directory) -> DirectoryCut:
        self._fault = None
        try:
            return await self._attempt(directory)
        except LeaverError as fault:
            self._fault = fault
            return self._failed(str(fault))
        except Exception as fault:
            # A mistake in here must not keep the other directories from being cut.
            return self._failed(f"unexpected {type(fault).__name__}")

    async def _attempt(self, directory: Directory) -> DirectoryCut:
        account, own = await asyncio.gather(self._find(directory), own_account(directory))
        if account is None:
            why = f"there is no account {self._start.username}"
            note = "If it was renamed there, release it by its new username."
            return replace(self._start, result="absent", why=why, notes=(note,))
        if account.id == own:
            self._is_own = True
            return self._failed(
                "it is the user whose API token Leaver signs in with: suspended, Leaver could not finish. "
                "Give Leaver a token of its own, or a service application"
            )
        steps = [await directory.disable(account.id), await directory.revoke(account.id)]
        is_cut = all(step.verified for step in steps)
        at, seconds = self._clock(), time.monotonic() - self._began
        further = await directory.deactivate(account.id) if is_cut and self._at_once else None
        steps += [further] if further is not None else []
        bad = [step for step in steps if not step.verified]
        result: CutResult = "cut" if is_cut else "failed"
        if not is_cut and all(step.result == "unverified" for step in bad):
            result = "unverified"
        return replace(
            self._start,
            result=result,
            why="; ".join(f"{step.step}: {step.why}" for step in bad),
            was=account.status or None,
            steps=tuple(steps),
            at=at if is_cut else None,
            directory_at=steps[1].date if is_cut else None,
            seconds=seconds if is_cut else 0.0,
            notes=_notes(account),
            by_hand=by_hand(self._settings, self._start.username) if bad else None,
        )

    async def _find(self, directory: Directory) -> Account | None:
        username = self._start.username
        try:
            return await directory.find(username)
        except Forbidden:
            # Without the right to read, the write may still work; what cannot be read back stays unverified.
            return Account(username, username, enabled=True, status="", attributes={})

    def _refused(self) -> DirectoryCut:
        client = self._start.client
        why = "it is a break-glass account (`protected.accounts`), which Leaver never cuts"
        notes = (
            f"If it must be: take it out of `protected.accounts` in identities/{client}/client.yaml, merge that, and "
            "release it again.",
            f"In wrong hands, now: {by_hand(self._settings, self._start.username)}",
        )
        return replace(self._start, result="protected", why=why, notes=notes)

    def _failed(self, why: str) -> DirectoryCut:
        return replace(self._start, why=why, by_hand=by_hand(self._settings, self._start.username))

    def _faults(self, found: DirectoryCut) -> list[LeaverError]:
        steps = [step.error for step in found.steps if not step.verified and step.error is not None]
        return [self._fault] if self._fault is not None else [*steps]

    def _stated_wait(self, found: DirectoryCut) -> float:
        waits = [each.wait for each in self._faults(found) if isinstance(each, Throttled | Failing)]
        return max((wait for wait in waits if wait is not None), default=0.0)

    def _worth_a_retry(self, found: DirectoryCut, tries: int) -> bool:
        faults = self._faults(found)
        if faults and all(isinstance(each, Forbidden | Refused | Unauthorised) for each in faults):
            return tries < _TRIES_AFTER_A_REFUSAL
        return not self._is_own


def _notes(account: Account) -> tuple[str, ...]:
    if account.mastered_elsewhere is None:
        return ()
    return (
        f"The account is mastered by {account.mastered_elsewhere}: disable it there too, "
        "or its next synchronisation may enable it again.",
    )
