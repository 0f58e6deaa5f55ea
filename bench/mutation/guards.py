"""What the guards say of a change: the records' check, the policies, the limits, the run's own refusals.

`in_a_pull_request` is `leaver preview --since HEAD`, which compares records with records. `before_an_apply` is what a
run decides before it changes anything, against directories that are as the records of before want them: the last
guard, for records that nobody has compared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from bench.mutation.estate import GONE, GONE_SINCE, GONE_UNTIL
from bench.mutation.losses import Loss
from leaver.actions import LiveDirectory
from leaver.desired import TAKES_AWAY, Memory, desired
from leaver.errors import LeaverError, RecordsError
from leaver.limits import Part, Size, judge_all, size
from leaver.model import AllLimits, Client, EntraSettings
from leaver.plan import Standing
from leaver.plan.making import Caches, make
from leaver.program.decide import decide
from leaver.source import Estate, load
from leaver.source.baseline import baseline
from leaver.source.state import StackState
from tests.estates import settled


class Guard(StrEnum):
    """Who refuses."""

    CHECK = "the records' check"
    POLICY = "a policy"
    LIMIT = "a limit"
    RUN = "the run itself"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Who refuses, and the first line of what is said."""

    guard: Guard
    said: str


def read(root: Path, cache: Path) -> Estate | Refusal:
    """The records, or why they are none."""
    try:
        return load(root, cache=cache / "here")
    except RecordsError as error:
        return Refusal(Guard.CHECK, str(error.problems[0]))


def in_a_pull_request(root: Path, cache: Path, now: datetime) -> Refusal | None:
    """What stops the change before it is merged; nothing when it may be."""
    try:
        plan = make(baseline(root, "HEAD"), now, caches=Caches(cache / "here", cache / "base"))
    except RecordsError as error:
        return Refusal(Guard.CHECK, str(error.problems[0]))
    for each in plan.findings:
        if each.mandatory and each.standing is not Standing.GONE:
            return Refusal(Guard.POLICY, each.text)
    return Refusal(Guard.LIMIT, plan.refusals[0]) if plan.refusals else None


class World:
    """The directories and the last states of all clients, as runs of the records `clients` left them."""

    def __init__(self, clients: Mapping[str, Client], memories: Mapping[str, Memory], now: datetime) -> None:
        self._now = now
        self._directories: dict[tuple[str, str], LiveDirectory] = {}
        self._states: dict[str, StackState] = {}
        self._size = Size()
        for key, client in clients.items():
            wanted = desired(client, now, memories[key])
            live, state = settled(client, wanted)
            self._directories.update({_tenant(client, name): shown for name, shown in live.items()})
            accounts = {
                who: replace(each, removed=GONE_SINCE, kept=GONE_UNTIL) if who[0] in GONE else each
                for who, each in state.memory.accounts.items()
            }
            self._states[key] = replace(state, memory=Memory(accounts))
            mine = size(wanted)
            groups = {f"{key}: {name}": count for name, count in mine.groups.items()}
            self._size = Size(self._size.people + mine.people, {**self._size.groups, **groups})

    def before_an_apply(self, after: Estate, changed: list[str]) -> tuple[Refusal | None, set[Loss]]:
        """What stops a run of `changed`, and what it would take away."""
        parts: list[Part] = []
        lost: set[Loss] = set()
        for key in changed:
            if key not in self._states or key not in after.clients:
                continue
            client = after.clients[key]
            live = {
                name: self._directories.get(_tenant(client, name), LiveDirectory({}, {}, {}, {}))
                for name in client.settings.directories
            }
            try:
                decision = decide(client, self._now, live, self._states[key])
            except LeaverError as error:
                return Refusal(Guard.RUN, str(error)), set()
            if decision.judgement.refusals:
                return Refusal(Guard.LIMIT, decision.judgement.refusals[0]), set()
            parts.append(Part(client, decision.judgement))
            lost |= {
                Loss(key, each.subject, f"{each.effect} {each.what} in {each.directory}")
                for each in decision.told.changes
                if each.effect in TAKES_AWAY and not each.subject.startswith("group ")
            }
        whole = judge_all(parts, AllLimits(), self._size, self._now)
        return (Refusal(Guard.LIMIT, whole.refusals[0]) if whole.refusals else None), lost


def _tenant(client: Client, name: str) -> tuple[str, str]:
    settings = client.settings.directories[name]
    return (settings.kind, settings.tenant if isinstance(settings, EntraSettings) else settings.org)
