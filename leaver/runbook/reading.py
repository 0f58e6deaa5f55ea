"""Reading what all steps of one account want to know, together: one round of calls answers many steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaver.actions.errors import CallFailed
from leaver.runbook.step import Ask, BadReply, Case, Item, Reply, Step
from leaver.runbook.transport import Sent, Transport

_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Task:
    """One step of one account; `case` has this step's settings."""

    step: Step
    case: Case
    leave: frozenset[str] = frozenset()
    """Keys of items that somebody else takes care of at the same time."""

    def sent(self, ask: Ask) -> Sent:
        """An ask of this step, with what messages say of it."""
        needs = " and ".join(permission.name for permission in self.step.needs)
        return Sent(ask, f'account "{self.case.username}": {self.step.title}', needs)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a step says of what was read. `trouble`: why it cannot say anything; `fault` is the call's."""

    skip: str | None = None
    left: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    picture: Mapping[str, Any] = field(default_factory=dict)
    trouble: str | None = None
    fault: CallFailed | None = None
    last: Reply | None = None
    """The answer with the directory's latest Date among those that the step asked for."""

    @property
    def good(self) -> bool:
        """Whether nothing is left to do, and that is known."""
        return self.trouble is None and not self.left


class Reading:
    """What was read at one time. Replies are shared by the asks' keys."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._seen: dict[str, Reply] = {}
        self._faults: dict[str, CallFailed] = {}
        self._asked: dict[str, list[str]] = {}
        self._broken: dict[str, str] = {}

    async def read(self, tasks: Sequence[Task]) -> None:
        """Ask until every step of `tasks` knows what it wants to know, or cannot."""
        for _ in range(_ROUNDS):
            sent: dict[str, Sent] = {}
            for task in tasks:
                sent.update((key, each) for key, each in self._wanted(task) if key not in sent)
            if not sent:
                return
            for key, answer in (await self._transport.exchange(sent)).items():
                if isinstance(answer, Reply):
                    self._seen[key] = answer
                else:
                    self._faults[key] = answer
        self._broken.update(
            (task.step.name, "it never has enough answers: a fault of Leaver's own. Please report it.")
            for task in tasks
            if any(self._wanted(task))
        )

    def judge(self, task: Task) -> Judged:
        """What the step says of what was read."""
        name = task.step.name
        keys = self._asked.get(name, [])
        fault = next((self._faults[key] for key in keys if key in self._faults), None)
        if fault is not None:
            return Judged(trouble=said(fault), fault=fault)
        if name in self._broken:
            return Judged(trouble=self._broken[name])
        step, case, seen = task.step, task.case, self._seen
        last = _latest(seen[key] for key in keys if key in seen)
        try:
            if (skip := step.skip(case, seen)) is not None:
                return Judged(skip=skip, notes=tuple(step.notes(case, seen)), last=last)
            left = step.left(case, seen)
            return Judged(
                left=tuple(item for item in left if item.key not in task.leave),
                notes=(*step.notes(case, seen), *_elsewhere(task, left)),
                picture=step.picture(case, seen),
                last=last,
            )
        except Exception as error:
            return Judged(trouble=_broke(error), last=last)

    def acts(self, task: Task, left: Sequence[Item]) -> list[Ask]:
        """The calls that mend what is left. Raises BadReply."""
        return list(task.step.act(task.case, self._seen, left))

    def _wanted(self, task: Task) -> Iterable[tuple[str, Sent]]:
        name = task.step.name
        if name in self._broken:
            return []
        asked = self._asked.setdefault(name, [])
        if any(key in self._faults for key in asked):
            return []
        try:
            asks = task.step.look(task.case, self._seen)
        except Exception as error:
            self._broken[name] = _broke(error)
            return []
        asked += [ask.key for ask in asks if ask.key not in asked]
        known = self._seen.keys() | self._faults.keys()
        return [(ask.key, task.sent(ask)) for ask in asks if ask.key not in known]


def _elsewhere(task: Task, left: Iterable[Item]) -> Iterable[str]:
    """What is still there and nobody's fault: the picture shows it, so the receipt has to say why it is done."""
    if names := [item.name for item in left if item.key in task.leave]:
        yield f"Taken by this very update, and read back after it: {', '.join(names)}."


def _broke(error: Exception) -> str:
    """A step that cannot read an answer stops no other one."""
    if isinstance(error, BadReply):
        return str(error)
    return f"unexpected {type(error).__name__} in Leaver itself. Please report it."


def said(error: CallFailed) -> str:
    """A fault without the place and subject, which whoever shows it names."""
    mark = f" [request {error.request_id}]" if error.request_id else ""
    return f"{error.fault}{mark}. {error.remedy}"


def _latest(replies: Iterable[Reply]) -> Reply | None:
    dated = [(reply.date, number, reply) for number, reply in enumerate(replies) if reply.date]
    return max(dated)[2] if dated else None
