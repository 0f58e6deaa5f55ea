"""One release, from the word to the commit: the cut, then the records and the evidence of both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from leaver.cli.cut_journal import CutJournal
from leaver.cli.recording import Recorded, operator_of, record
from leaver.cli.session import Session
from leaver.cli.words import keep_words

if TYPE_CHECKING:
    from leaver.actions import Directory, ReleaseReport, Target, Trouble
    from leaver.evidence.keep import Kept
    from leaver.model import Client
    from leaver.source.operator import Operator
    from leaver.source.single import Single


@dataclass
class ReleaseJob:
    """One release, from the word to the commit."""

    session: Session
    first: Single
    stated_operator: str | None
    reason: str | None
    now: datetime
    elsewhere: tuple[list[Single], list[str]] | None = None

    @cached_property
    def operator(self) -> Operator:
        """Who gives the word; git is asked only when the cut is done."""
        return operator_of(self.session, self.stated_operator)

    def search(self) -> tuple[list[Single], list[str]]:
        """The same person at other clients, and which clients could not be searched; searched once."""
        if self.elsewhere is None:
            from leaver.source.single import same_username

            self.elsewhere = same_username(
                self.session.root,
                self.first.usernames,
                besides=self.first.client.key,
                cache=self.session.record_cache(self.session.root),
            )
        return self.elsewhere

    def others(self) -> list[Target]:
        from leaver.actions import Target

        return [Target(each.client, each.person) for each in self.search()[0]]

    @property
    def unsearched(self) -> list[str]:
        return self.elsewhere[1] if self.elsewhere else []

    async def run(
        self,
        tell: Callable[[Trouble], None],
        on_cut: Callable[[ReleaseReport], None],
        shout: Callable[[Kept], None],
    ) -> tuple[ReleaseReport, list[Recorded], Kept]:
        """Cut; as soon as every directory was tried once, write the records, while a failing one is tried again.

        `on_cut` is called before the records are waited for: a push may take a minute. By then the evidence of each
        directory is on the disk; `shout` hears at once of what cannot be written.
        """
        from leaver.actions import Target, release

        tried = asyncio.Event()
        cuts = CutJournal(self.session, lambda: str(self.operator), self.reason, self.now, self._clients)
        cutting = asyncio.create_task(
            release(
                Target(self.first.client, self.first.person),
                self.others,
                self.open,
                clock=self.session.now,
                tell=tell,
                tried=tried.set,
                ended=cuts.ended,
            )
        )
        waiting = asyncio.create_task(tried.wait())
        await asyncio.wait({cutting, waiting}, return_when=asyncio.FIRST_COMPLETED)
        recording = asyncio.create_task(asyncio.to_thread(self.record))
        waiting.cancel()
        await cuts.write_during(cutting, shout)
        report = await cutting
        await cuts.noted(shout)
        on_cut(report)
        kept = await cuts.written()
        records = await recording
        # Only now: loading it takes a part of what a cut takes.
        from leaver.evidence.keep import both

        return report, records, both(kept, await asyncio.to_thread(self.keep_word, report, records))

    def _clients(self) -> list[Client]:
        return [each.client for each in (self.first, *(self.elsewhere[0] if self.elsewhere else []))]

    def keep_word(self, report: ReleaseReport, records: Sequence[Recorded]) -> Kept:
        """Write the evidence of the word, and of what became of it in the records."""
        known = {(each.client, each.person): each for each in records}
        people = [(each.client, each.person) for each in report.cuts]
        given = [(*each, known.get(each)) for each in people]
        return keep_words(self.session, "release", given, str(self.operator), self.reason, self.now)

    def open(self, client: Client, name: str) -> Directory:
        from leaver.actions import connect, credentials, cut_policy

        settings, sandbox = client.settings.directories[name], client.settings.sandbox
        held = credentials(
            client.key,
            name,
            settings,
            sandbox=sandbox,
            environ=self.session.environ,
            home=self.session.home,
        )
        return connect(client.key, name, settings, sandbox=sandbox, credentials=held, policy=cut_policy())

    def record(self) -> list[Recorded]:
        """Write, commit and push the release of everybody who has a record."""
        from leaver.model.protected import is_protected

        people = [self.first, *(self.elsewhere[0] if self.elsewhere else [])]
        return [
            self._record(each)
            for each in people
            if each.place is not None and not is_protected(each.client, each.person, each.usernames)
        ]

    def _record(self, single: Single) -> Recorded:
        from leaver.source.edit import EditRefused
        from leaver.source.word import Release, stamp

        assert single.place is not None  # noqa: S101 - its caller looked
        word = Release(
            single.client, single.person, single.place.file, self.now, str(self.operator), self.reason
        )
        try:
            text = (self.session.root / single.place.file).read_text(encoding="utf-8-sig")
            word = word.again(text)
        except (OSError, ValueError, EditRefused):
            # Whatever it is, writing meets it again, and tells.
            pass
        message = f"Release {single.person} at {single.client.key}\n\nReleased by: {word.by}\n"
        if word.reason:
            message += f"Reason: {word.reason}\n"
        what = f"released: {stamp(word.now, single.client.zone)}, released by: {word.by}"
        return record(self.session, word, message, self.operator, what)
