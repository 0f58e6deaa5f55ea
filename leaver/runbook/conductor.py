"""Runs the steps of one departed person's account in one directory: asks, acts, reads back, and tells.

All steps ask together, and one answer serves all who asked the same. They act in tiers, by what each waits for;
before a tier acts, what it goes by is read again where an earlier tier has changed something. Each step is then
read back until nothing is left, or too long: a directory may show for a while what was true before, and the
answer to a write may get lost after the write was done. Nothing is said of a step before its receipt is recorded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from leaver.evidence import Entry, Outcome
from leaver.runbook.book import Runbook
from leaver.runbook.doing import Doing
from leaver.runbook.order import ENDING, predecessors
from leaver.runbook.reading import Reading, Task
from leaver.runbook.receipt import Receipt, before
from leaver.runbook.step import Case, Reply
from leaver.runbook.transport import Transport
from leaver.runbook.verdict import ended, receipt_of, without_acting
from leaver.runbook.watch import picture_of

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_MORE_TRIES = 2

Record = Callable[[Entry], None]
"""Makes an entry durable; what it raises ends the run, as nothing may be called done that is not recorded."""


async def conduct(
    runbook: Runbook,
    case: Case,
    transport: Transport,
    *,
    clock: Callable[[], datetime],
    record: Record,
    done_once: Collection[str] = (),
    image: bool = True,
) -> tuple[Receipt, ...]:
    """Bring every step about, and answer with a receipt for each, in the order in which they were over.

    `done_once` are the steps that are done, by what was recorded; one of `once` is done again only where the account
    has shown that something else was not as it should be. With `image` the before-image is recorded first.
    Raises what `record` raises, and Circle.
    """
    stages = runbook.tiers(replace(case, taken=frozenset(done_once)))
    every = [task for stage in stages for task in stage]
    reading = Reading(transport)
    await reading.read(every)
    if image:
        record(before(case, picture_of(reading, every), clock()))
    clean = all(reading.judge(task).good for task in every if not task.step.once)
    run = _Run(runbook, transport, clock, frozenset(done_once) if clean else frozenset())
    for stage in stages:
        if run.acted:
            reading = Reading(transport)
            await reading.read([task for task in stage if not run.blocked(task)])
        for receipt in await run.stage(stage, reading):
            record(receipt.entry(case))
            run.receipts[receipt.step] = receipt
    return tuple(run.receipts.values())


class _Run:
    """One run over one account."""

    def __init__(
        self,
        runbook: Runbook,
        transport: Transport,
        clock: Callable[[], datetime],
        done_once: frozenset[str],
    ) -> None:
        self._further = runbook.further
        self._transport = transport
        self._clock = clock
        self._done_once = done_once
        self.receipts: dict[str, Receipt] = {}
        self.acted = False

    def blocked(self, task: Task) -> str | None:
        """The title of a step that this one must wait for, and that is not over."""
        for name in sorted(predecessors(task.step, self._further) - ENDING):
            receipt = self.receipts.get(name)
            if receipt is not None and not receipt.outcome.good:
                return receipt.title
        return None

    async def stage(self, tasks: Sequence[Task], reading: Reading) -> list[Receipt]:
        """One tier: what needs doing is done at the same time, and read back together."""
        receipts: list[Receipt] = []
        doing: list[Doing] = []
        for task in tasks:
            judged = reading.judge(task)
            receipt = without_acting(
                task,
                judged,
                self._clock(),
                blocker=self.blocked(task),
                done_before=task.step.name in self._done_once,
            )
            if receipt is None:
                try:
                    asks = reading.acts(task, [item for item in judged.left if not item.why])
                except Exception as error:
                    why = f"what to do cannot be told: {error or type(error).__name__}"
                    receipt = receipt_of(task, Outcome.UNVERIFIED, why, self._clock(), judged)
                else:
                    doing.append(Doing(task, judged, {ask.key: ask for ask in asks}))
            if receipt is not None:
                receipts.append(receipt)
        if doing:
            self.acted = True
            await self._send(doing)
            await self._read_back([each for each in doing if not each.task.step.once])
            # What got lost on its way may have changed what is to be done: it is told anew, by what is read.
            for _ in range(_MORE_TRIES):
                if not (again := [each for each in doing if each.renewed()]):
                    break
                await self._send(again)
                await self._read_back(again)
        settling = self._transport.settling
        return receipts + [ended(each, self._clock(), settling=settling) for each in doing]

    async def _send(self, doing: Sequence[Doing]) -> None:
        """Send every call, one that waits for others only when they went well."""
        waiting = [(each, key) for each in doing for key in each.sent]
        while waiting:
            ready = [
                (each, key)
                for each, key in waiting
                if all(
                    need in each.answers or need in each.unsent or need not in each.sent
                    for need in each.sent[key].after
                )
            ]
            if not ready:
                # Asks that wait for each other: a fault of the step's, which reading back shows.
                return
            waiting = [pair for pair in waiting if pair not in ready]
            may = [(each, key) for each, key in ready if each.went_well(key)]
            keys = {f"{each.task.step.name}\n{key}": (each, key) for each, key in may}
            answers = await self._transport.exchange(
                {whole: each.task.sent(each.sent[key]) for whole, (each, key) in keys.items()}
            )
            for whole, (each, key) in keys.items():
                each.answers[key] = answers[whole]
            for each, key in ready:
                if (each, key) not in may:
                    each.unsent.add(key)
        for each in doing:
            if any(isinstance(answer, Reply) for answer in each.answers.values()):
                case, name = each.task.case, each.task.step.name
                taken = (case.taken or frozenset()) | {name}
                each.task = replace(each.task, case=replace(case, taken=taken))

    async def _read_back(self, doing: Sequence[Doing]) -> None:
        deadline = time.monotonic() + self._transport.settling
        pause = _FIRST_PAUSE
        pending = list(doing)
        while pending:
            reading = Reading(self._transport)
            await reading.read([each.task for each in pending])
            for each in pending:
                each.now, each.reading = reading.judge(each.task), reading
            pending = [each for each in pending if each.open]
            if not pending or time.monotonic() + pause > deadline:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
