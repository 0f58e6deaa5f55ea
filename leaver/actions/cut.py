"""The cut: end one person's access now, in every directory, without Pulumi.

In each directory, and in all of them at the same time: find the account by its username, disable it, then
revoke its sessions (a session that is revoked first can sign in again), and read both back. Nothing here looks
at a stack, a lock, a limit or a hold. Doing it again does no harm. Only the client's break-glass accounts are never
touched, whoever asks (client.yaml, `protected.accounts`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from leaver.actions.call import Policy
from leaver.actions.cut_account import PATIENCE, Clock, OneAccount, Tell, say_nothing
from leaver.actions.cut_report import CutReport, DirectoryCut
from leaver.actions.types import Directory
from leaver.model import Client

Ended = Callable[[CutReport], None]
"""Hears of one directory's end, good or bad, in a report of its own; returns at once, and never raises."""


def nothing_ended(_: CutReport) -> None:
    """For whoever waits for the whole report."""


def cut_policy() -> Policy:
    """Limits for calls that somebody waits for: short, as whoever waits is told of each failure."""
    return Policy(connect=3.0, read=5.0, call=5.0, settling=8.0, longest_wait=4.0, pause=0.05)


async def cut(
    client: Client,
    person: str,
    directories: Mapping[str, Directory],
    *,
    clock: Clock,
    everywhere: bool = False,
    protected: frozenset[str] = frozenset(),
    patience: float = PATIENCE,
    tell: Tell = say_nothing,
    tried: Callable[[], None] = lambda: None,
    ended: Ended = nothing_ended,
) -> CutReport:
    """End the access of `person` at `client`, in every directory where their record has an account.

    `directories` are connected, by key; one that is missing counts as failed. With `everywhere`, an account of
    the same username in another directory of the client is cut, too: a scheduled departure touches only what
    was approved, a release whatever lets the person in. `protected` are usernames, in lower case, that are refused
    like the client's own break-glass accounts. A directory that fails is tried again for `patience`
    seconds, while `tell` hears of it and the others go on; `tried` is called when each has been tried once,
    `ended` as soon as one has ended, whatever the others do. Never raises for what a directory does.
    """
    started, began = clock(), time.monotonic()
    known = client.accounts(person)
    others = [name for name in client.settings.directories if everywhere and name not in known]
    names = [*known, *(name for name in others if client.username(person, name) is not None)]
    left = len(names)

    def once() -> None:
        nonlocal left
        left -= 1
        if not left:
            tried()

    def report(cuts: Iterable[DirectoryCut]) -> CutReport:
        return CutReport(client.key, person, started, tuple(cuts))

    async def one(name: str) -> DirectoryCut | None:
        account = OneAccount(client, person, name, clock, began, protected)
        found = await account.end(directories.get(name), patience=patience, tell=tell, tried=once)
        if name not in known:
            if found.result == "absent":
                return None
            found = _beyond_the_record(found)
        ended(report([found]))
        return found

    if not names:
        tried()
    cuts = await asyncio.gather(*map(one, names))
    return report(each for each in cuts if each is not None)


def _beyond_the_record(found: DirectoryCut) -> DirectoryCut:
    note = "The record does not name this directory: add it to `accounts`, so that it stays looked after."
    return replace(found, notes=(*found.notes, note))
