"""A release: the cut at the client that was named, and at every other one that knows the same username."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from leaver.actions.cut import Ended, cut, nothing_ended
from leaver.actions.cut_account import PATIENCE, Clock, Tell, say_nothing
from leaver.actions.cut_report import CutReport
from leaver.actions.types import Directory
from leaver.errors import LeaverError
from leaver.model import Client
from leaver.model.protected import protected_usernames

Opener = Callable[[Client, str], Directory]
"""Connects to a client's directory by its key; may raise a LeaverError."""


@dataclass(frozen=True, slots=True)
class Target:
    """One person, by their key, at one client; of the client no more is needed than their own record."""

    client: Client
    person: str


@dataclass(frozen=True, slots=True)
class ReleaseReport:
    """The cuts, the named client's first. `unsearched` says why other clients could not be searched."""

    cuts: tuple[CutReport, ...]
    unsearched: str | None = None

    @property
    def verified(self) -> bool:
        return self.unsearched is None and all(each.verified for each in self.cuts)

    @property
    def failed(self) -> bool:
        return any(each.failed for each in self.cuts)


async def release(
    first: Target,
    others: Callable[[], Sequence[Target]],
    open_directory: Opener,
    *,
    clock: Clock,
    patience: float = PATIENCE,
    tell: Tell = say_nothing,
    tried: Callable[[], None] = lambda: None,
    ended: Ended = nothing_ended,
) -> ReleaseReport:
    """End a person's access at `first`, and at every client that `others` finds.

    `others` runs in a thread while the first cut is under way: searching hundreds of clients delays nothing.
    At each client all directories are searched for the username. A break-glass account of `first` is one at all of
    them. What `others` or `open_directory` raises as a
    LeaverError or OSError is in the report, and stops no other cut.
    `tried` is called when every directory of every client has been tried once, `ended` as soon as one has
    ended.
    """
    waiting = 2
    protected = protected_usernames(first.client)

    def once() -> None:
        nonlocal waiting
        waiting -= 1
        if not waiting:
            tried()

    async def at(target: Target, tried: Callable[[], None]) -> CutReport:
        opened: dict[str, Directory] = {}
        faults: dict[str, LeaverError] = {}
        for name in target.client.settings.directories:
            try:
                opened[name] = open_directory(target.client, name)
            except LeaverError as fault:
                faults[name] = fault

        def stated(found: CutReport) -> CutReport:
            return replace(
                found,
                cuts=tuple(
                    replace(each, why=str(faults[each.directory])) if each.directory in faults else each
                    for each in found.cuts
                ),
            )

        try:
            found = await cut(
                target.client,
                target.person,
                opened,
                clock=clock,
                everywhere=True,
                protected=protected,
                patience=patience,
                tell=tell,
                tried=tried,
                ended=lambda found: ended(stated(found)),
            )
        finally:
            await asyncio.gather(*(each.close() for each in opened.values()), return_exceptions=True)
        return stated(found)

    async def elsewhere() -> tuple[list[CutReport], str | None]:
        nonlocal waiting
        try:
            targets = await asyncio.to_thread(others)
        except (LeaverError, OSError) as fault:
            once()
            return [], str(fault)
        waiting += len(targets)
        once()
        return list(await asyncio.gather(*(at(target, once) for target in targets))), None

    own, (further, unsearched) = await asyncio.gather(at(first, once), elsewhere())
    return ReleaseReport((own, *further), unsearched)
