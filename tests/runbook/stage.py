"""A directory made of lists, and small steps that empty them: what a conductor needs to show what it does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from leaver.actions.errors import CallFailed, Failing, Forbidden, Unreachable
from leaver.evidence import Entry, Outcome
from leaver.runbook.book import Runbook
from leaver.runbook.conductor import conduct
from leaver.runbook.receipt import Receipt
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Reply, Seen, Step
from leaver.runbook.transport import Answered, Sent

CUT = datetime(2026, 11, 27, 16, 0, tzinfo=UTC)
CASE = Case("acme", "dana.reyes", "entra", "a-1", "dana.reyes@acme.example", CUT, CUT)


def forbidden() -> CallFailed:
    return Forbidden("acme/entra", "account", "403 (Authorization_RequestDenied)", "Grant Group.All.")


def unreachable(*, maybe_done: bool) -> CallFailed:
    error = Unreachable("acme/entra", "account", "the connection broke", "Check the network, then try again.")
    error.maybe_done = maybe_done
    return error


def failing() -> CallFailed:
    return Failing("acme/entra", "account", "503", "Try again.")


class World:
    """Lists of things by name. `faults` are by "METHOD path": each is given once, `forever` ones always.

    A fault that may be done is done. `stale` reads show the lists as they were before the last write.
    """

    settling = 0.4

    def __init__(self, **lists: Sequence[str]) -> None:
        self.lists = {name: list(things) for name, things in lists.items()}
        self.before: dict[str, list[str]] = {}
        self.stale = 0
        self.faults: dict[str, list[CallFailed]] = {}
        self.forever: dict[str, CallFailed] = {}
        self.rounds: list[list[str]] = []
        self.count = 0

    async def close(self) -> None:
        pass

    async def exchange(self, sent: Mapping[str, Sent]) -> dict[str, Answered]:
        self.count += 1
        self.rounds.append(sorted(f"{each.ask.method} {each.ask.path}" for each in sent.values()))
        return {key: self._one(each.ask) for key, each in sent.items()}

    def _one(self, ask: Ask) -> Answered:
        call = f"{ask.method} {ask.path}"
        queued = self.faults.get(call)
        fault = queued.pop(0) if queued else self.forever.get(call)
        if fault is not None and not fault.maybe_done:
            return fault
        _, name, *rest = ask.path.split("/")
        if ask.method == "GET":
            if self.stale:
                self.stale -= 1
                return Reply(200, list(self.before.get(name, self.lists[name])), "r-get", CUT)
            return fault or Reply(200, list(self.lists[name]), "r-get", CUT)
        if rest and rest[0] in self.lists[name]:
            self.before[name] = list(self.lists[name])
            self.lists[name].remove(rest[0])
        return fault or Reply(204, None, "r-del", CUT)

    def writes(self) -> list[str]:
        return [call for each in self.rounds for call in each if not call.startswith("GET")]


class Empty(Step):
    """Empties the list of its name."""

    kind = "entra"
    needs: ClassVar = (Permission("Group.All", "take groups away"),)

    def __init__(
        self, name: str, after: tuple[str, ...] = (), *, source: str = "", once: bool = False
    ) -> None:
        self.name = name  # type: ignore[misc]
        self.title = f"empty {name}"  # type: ignore[misc]
        self.after = after  # type: ignore[misc]
        self.once = once  # type: ignore[misc]
        self.source = source or name

    def look(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return () if self.once else (Ask(self.source, f"/{self.source}"),)

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:
        if self.once:
            return [Item("all", self.name)]
        data = seen[self.source].data
        if not isinstance(data, list):
            raise BadReply(f"{self.source}: the answer is no list")
        return [Item(each, each, "only by hand" if each.startswith("hand") else "") for each in data]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        return [Ask(item.key, f"/{self.source}/{item.key}", "DELETE") for item in left]


def conducted(
    world: World,
    *steps: Step,
    record: Callable[[Entry], None] = lambda _: None,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    **more: Any,
) -> dict[str, Receipt]:
    import asyncio

    receipts = asyncio.run(
        conduct(
            Runbook(steps=steps, settings=settings or {}),
            CASE,
            world,
            clock=lambda: CUT,
            record=record,
            **more,
        )
    )
    assert len({each.step for each in receipts}) == len(receipts) == len(steps), "a step was lost or doubled"
    return {each.step: each for each in receipts}


def outcomes(receipts: Mapping[str, Receipt]) -> dict[str, Outcome]:
    return {name: receipt.outcome for name, receipt in receipts.items()}
