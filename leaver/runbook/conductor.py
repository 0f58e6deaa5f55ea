"""Runs the steps of one departed person's account in one directory: asks, acts, reads back, and tells.

All steps ask together, and one answer serves all who asked the same. They act in tiers, by what each waits for;
before a tier acts, what it goes by is read again where an earlier tier has changed something. Each step is then
read back until nothing is left, or too long: a directory may show for a while what was true before, and the
answer to a write may get lost after the write was done. Nothing is said of a step before its receipt is recorded.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from leaver.actions.errors import CallFailed, Failing, Throttled, Unreachable
from leaver.evidence import Entry, Outcome
from leaver.runbook.book import Runbook
from leaver.runbook.order import ENDING, predecessors
from leaver.runbook.reading import Judged, Reading, Task, said
from leaver.runbook.receipt import Receipt, before
from leaver.runbook.step import Ask, Case, Item, Reply
from leaver.runbook.transport import Answered, Transport
from leaver.runbook.watch import picture_of

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_NAMED = 5
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


@dataclass(slots=True)
class _Doing:
    """A step that acts: what was left, what the calls came to, and what reading back shows."""

    task: Task
    was: Judged
    sent: dict[str, Ask]
    answers: dict[str, Answered] = field(default_factory=dict)
    now: Judged | None = None
    reading: Reading | None = None
    """What was read back."""
    lost: list[CallFailed] = field(default_factory=list)
    """Faults after which a call may have been done all the same, of earlier tries."""
    unsent: set[str] = field(default_factory=set)
    """Calls that were not sent, as one that must go well before them did not."""

    @property
    def errors(self) -> list[CallFailed]:
        return [each for each in self.answers.values() if isinstance(each, CallFailed)]

    def renewed(self) -> bool:
        """Take up the calls that are to be made by what was read back; whether there are any, and reason for them.

        Reason is a call that may have been done unseen, or something to do that was not there before.
        """
        if self.task.step.once or self.now is None or self.now.good or self.now.trouble is not None:
            return False
        lost = [each for each in self.errors if each.maybe_done]
        before = {item.key for item in self.was.left}
        if self.reading is None or not (lost or any(item.key not in before for item in self.now.left)):
            return False
        try:
            asks = self.reading.acts(self.task, [item for item in self.now.left if not item.why])
        except Exception:
            # What was read before made sense: the step ends with that.
            return False
        self.lost += lost
        self.sent, self.answers, self.unsent = {ask.key: ask for ask in asks}, {}, set()
        return bool(asks)

    @property
    def open(self) -> bool:
        """Whether a later look may show it done: something was done, or may have been."""
        if self.now is None or self.now.good:
            return self.now is None
        if self.now.fault is not None and not isinstance(self.now.fault, Throttled | Failing | Unreachable):
            return False
        return any(isinstance(each, Reply) or each.maybe_done for each in self.answers.values())


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
        doing: list[_Doing] = []
        for task in tasks:
            judged = reading.judge(task)
            receipt = self._without_acting(task, judged)
            if receipt is None:
                try:
                    asks = reading.acts(task, [item for item in judged.left if not item.why])
                except Exception as error:
                    why = f"what to do cannot be told: {error or type(error).__name__}"
                    receipt = self._receipt(task, Outcome.UNVERIFIED, why, judged)
                else:
                    doing.append(_Doing(task, judged, {ask.key: ask for ask in asks}))
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
        return receipts + [self._ended(each) for each in doing]

    def _without_acting(self, task: Task, judged: Judged) -> Receipt | None:
        """The receipt of a step with nothing to do; None when it has to act."""
        if (blocker := self.blocked(task)) is not None:
            why = f"it waits for another step that is not over: {blocker}"
            return self._receipt(task, Outcome.FAILED, why, judged)
        if judged.trouble is not None:
            outcome = Outcome.FAILED if judged.fault is not None else Outcome.UNVERIFIED
            return self._receipt(task, outcome, f"it cannot be read: {judged.trouble}", judged)
        if judged.skip is not None:
            return self._receipt(task, Outcome.SKIPPED, _joined([judged.skip, *judged.notes]), judged)
        if task.step.once and task.step.name in self._done_once:
            why = "done before; the directory cannot be asked whether it is still so"
            return self._receipt(task, Outcome.ALREADY, why, replace(judged, left=()))
        if not judged.left:
            return self._receipt(task, Outcome.ALREADY, _joined(judged.notes), judged)
        if all(item.why for item in judged.left):
            return self._receipt(task, Outcome.FAILED, _by_hand(judged.left), judged)
        return None

    async def _send(self, doing: Sequence[_Doing]) -> None:
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
            may = [(each, key) for each, key in ready if _went_well(each, key)]
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

    async def _read_back(self, doing: Sequence[_Doing]) -> None:
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

    def _ended(self, doing: _Doing) -> Receipt:
        if doing.task.step.once:
            return self._once(doing)
        now = doing.now or Judged(trouble="it was not read back")
        errors = doing.errors
        lost = [error for error in (*doing.lost, *errors) if error.maybe_done]
        if now.good:
            why = [f"an answer got lost ({lost[0].fault}), but it was read back"] if lost else []
            return self._receipt(doing.task, Outcome.DONE, _joined([*why, *now.notes]), now, doing.was)
        if now.trouble is not None:
            why_not = f"it may have been done, but cannot be read back: {now.trouble}"
            if errors and len(lost) < len(errors):
                why_not = f"{_faults(errors)} And it cannot be read back: {now.trouble}"
            return self._receipt(doing.task, Outcome.UNVERIFIED, why_not, now, doing.was)
        by_hand = [item for item in now.left if item.why]
        rest = [item for item in now.left if not item.why]
        parts = [_by_hand(by_hand)] if by_hand else []
        if rest and errors:
            parts.insert(0, f"{_faults(errors)} Still there: {_names(rest)}.")
        elif rest:
            shown = f"the directory accepted it, and after {self._transport.settling:g} s still shows"
            parts.insert(0, f"{shown}: {_names(rest)}")
        outcome = Outcome.UNVERIFIED if rest and not errors and not by_hand else Outcome.FAILED
        return self._receipt(doing.task, outcome, " ".join(parts), now, doing.was)

    def _once(self, doing: _Doing) -> Receipt:
        """The answer is all there is."""
        errors = doing.errors
        replies = [each for each in doing.answers.values() if isinstance(each, Reply)]
        last = replies[-1] if replies else None
        if not errors and replies:
            why = "confirmed by the directory, which cannot be asked for it"
            after = replace(
                doing.was, left=(), last=last, picture={"status": [each.status for each in replies]}
            )
            return self._receipt(doing.task, Outcome.DONE, why, after)
        outcome = Outcome.UNVERIFIED if any(error.maybe_done for error in errors) else Outcome.FAILED
        why = _faults(errors) if errors else "it made no call. Please report it."
        return self._receipt(doing.task, outcome, why, replace(doing.was, last=last))

    def _receipt(
        self, task: Task, outcome: Outcome, why: str, now: Judged, was: Judged | None = None
    ) -> Receipt:
        fault = now.fault
        return Receipt(
            step=task.step.name,
            title=task.step.title,
            outcome=outcome,
            why=why,
            left=tuple(item.name for item in now.left) or ((task.step.title,) if not outcome.good else ()),
            seen={"before": dict(was.picture), "now": dict(now.picture)} if was else dict(now.picture),
            request_id=now.last.request_id if now.last else fault.request_id if fault else None,
            date=now.last.date if now.last else fault.date if fault else None,
            at=self._clock(),
        )


def _went_well(doing: _Doing, key: str) -> bool:
    """Whether the calls went well that must be over before this one; one that was not sent has not."""
    needs = [need for need in doing.sent[key].after if need in doing.sent]
    return all(isinstance(doing.answers.get(need), Reply) for need in needs)


def _names(items: Sequence[Item]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item.name for item in items[:_NAMED]) + more


def _by_hand(items: Sequence[Item]) -> str:
    return _joined(f"{item.name}: {item.why}" for item in items)


def _faults(errors: Sequence[CallFailed]) -> str:
    """What the calls failed with, each kind once: with the request ID of the first."""
    kinds: dict[tuple[str, str], CallFailed] = {}
    for error in errors:
        kinds.setdefault((error.fault, error.remedy), error)
    different = [said(error) for error in kinds.values()]
    more = f" (and {len(different) - _NAMED} other faults)" if len(different) > _NAMED else ""
    return " ".join(different[:_NAMED]) + more


def _joined(parts: Iterable[str]) -> str:
    """The parts one after the other, whether they are sentences or not."""
    text = ""
    for part in filter(None, parts):
        text += ("" if not text else " " if text.endswith(".") else "; ") + part
    return text
