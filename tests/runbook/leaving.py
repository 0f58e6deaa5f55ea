"""Somebody in the sandbox whose runbook is taken, whichever the directory."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from leaver.actions.call import Policy
from leaver.evidence import Entry, Outcome
from leaver.runbook.book import Runbook
from leaver.runbook.conductor import conduct
from leaver.runbook.receipt import Receipt
from leaver.runbook.step import Case, Step
from leaver.runbook.transport import Transport
from leaver.runbook.watch import Finding, look_over

DONE, ALREADY, SKIPPED = Outcome.DONE, Outcome.ALREADY, Outcome.SKIPPED
FAILED, UNVERIFIED = Outcome.FAILED, Outcome.UNVERIFIED
QUICK = Policy(call=5.0, settling=1.0, longest_wait=1.0, pause=0.01)


class Leaving:
    """Takes steps and looks over them; keeps what the last run said, and all evidence."""

    steps: ClassVar[Mapping[str, Step]]
    usual: ClassVar[tuple[str, ...]]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.receipts: list[Receipt] = []
        self.entries: list[Entry] = []
        self.requests = 0

    @abstractmethod
    def case(self, **fields: Any) -> Case:
        """Their departure, with other fields."""

    @abstractmethod
    def transport(self, policy: Policy = QUICK) -> Transport:
        """Calls to their directory."""

    def take(
        self,
        *names: str,
        settings: Mapping[str, Mapping[str, Any]] | None = None,
        policy: Policy = QUICK,
        case: Case | None = None,
        done: Iterable[str] = (),
    ) -> dict[str, Receipt]:
        """Take these steps, all of the usual ones when none is named."""
        book = Runbook(steps=tuple(self.steps[name] for name in names or self.usual), settings=settings or {})
        asked = case or self.case()

        async def run() -> tuple[Receipt, ...]:
            transport = self.transport(policy)
            try:
                found = await conduct(
                    book,
                    asked,
                    transport,
                    clock=lambda: asked.now,
                    record=self.entries.append,
                    done_once=set(done),
                )
                self.requests = transport.count
                return found
            finally:
                await transport.close()

        self.receipts = list(asyncio.run(run()))
        return {receipt.step: receipt for receipt in self.receipts}

    def look_over(self, *names: str) -> dict[str, Finding]:
        """What a later verification finds."""
        book = Runbook(steps=tuple(self.steps[name] for name in names or self.usual))

        async def run() -> tuple[Finding, ...]:
            transport = self.transport()
            try:
                return await look_over(book, self.case(), transport)
            finally:
                await transport.close()

        return {finding.step: finding for finding in asyncio.run(run())}
