"""A thousand random edits of an estate of 50 clients: who would lose access without being named by the author?"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from bench.mutation import estate, guards
from bench.mutation.edits import EDITS
from bench.mutation.losses import Loss, losses, memory_of
from bench.mutation.named import Named, named
from bench.shown import say, table
from leaver.desired import Memory
from leaver.model import Client

BENCH = "mutations"
SEED = 20261124


class Outcome(StrEnum):
    """What became of one edit; the first that fits."""

    SAME = "nothing changed"
    CHECK = "refused by the records' check"
    POLICY = "refused by a policy"
    LIMIT = "refused by a limit"
    RUN = "refused by the run itself"
    HARMLESS = "allowed: takes nothing away"
    NAMED = "allowed: all who lose something are named"
    BULK = "allowed: some are named only by a file that went"
    UNNAMED = "allowed: somebody who is not named loses something"


_REFUSED = {
    guards.Guard.CHECK: Outcome.CHECK,
    guards.Guard.POLICY: Outcome.POLICY,
    guards.Guard.LIMIT: Outcome.LIMIT,
    guards.Guard.RUN: Outcome.RUN,
}


@dataclass(frozen=True, slots=True)
class Result:
    """One edit: its number and kind, what became of it, and what it would take from whom."""

    number: int
    kind: str
    outcome: Outcome
    said: str = ""
    lost: tuple[Loss, ...] = ()


@dataclass(slots=True)
class Bench:
    """The estate in a repository at `root`, and what is known of it before any edit."""

    root: Path
    past: Mapping[str, bytes] = field(default_factory=dict)
    tree: Mapping[str, bytes] = field(default_factory=dict)
    clients: Mapping[str, Client] = field(default_factory=dict)
    _memories: Mapping[str, Memory] = field(init=False)
    _world: guards.World = field(init=False)

    def __post_init__(self) -> None:
        self._memories = {key: memory_of(client, estate.NOW) for key, client in self.clients.items()}
        self._world = guards.World(self.clients, self._memories, estate.NOW)

    @classmethod
    def made(cls, root: Path, clients: int) -> Bench:
        """Two commits: some weeks ago, and now."""
        past, tree = estate.files(clients, joiners=False), estate.files(clients)
        estate.commit(root, past, "The records as they were")
        estate.commit(root, tree, "The records as they are")
        read = guards.read(root, root / ".leaver" / "cache")
        if isinstance(read, guards.Refusal):
            raise ValueError(read.said)
        return cls(root, past, tree, read.clients)

    def edit(self, number: int, kind: str, seed: int) -> tuple[Result, Result]:
        """Do one edit, and undo it: what a pull request makes of it, and what an apply without one would."""
        chance = random.Random(f"{seed}/{number}")  # noqa: S311 - to be repeated, not to be secret
        after = EDITS[kind](chance, self.tree, self.past)
        if after == self.tree:
            same = Result(number, kind, Outcome.SAME)
            return same, same
        self._put(self.tree, after)
        try:
            return self._judge(number, kind, after)
        finally:
            self._put(after, self.tree)

    def _judge(self, number: int, kind: str, after: Mapping[str, bytes]) -> tuple[Result, Result]:
        diff = self._diff()
        read = guards.read(self.root, self.root / ".leaver" / "cache")
        if isinstance(read, guards.Refusal):
            unread = Result(number, kind, Outcome.CHECK, read.said)
            return unread, unread
        changed = [
            key
            for key in sorted({*self.clients, *read.clients})
            if self.clients.get(key) != read.clients.get(key)
        ]
        lost = sorted(
            loss
            for key in changed
            if key in self.clients
            for loss in losses(self.clients[key], read.clients.get(key), self._memories[key], estate.NOW)
        )
        whom = named(diff, self.tree, after)
        refused = guards.in_a_pull_request(self.root, self.root / ".leaver" / "cache", estate.NOW)
        stopped, taken = self._world.before_an_apply(read, changed)
        return (
            _result(number, kind, refused, lost, whom),
            _result(number, kind, stopped, sorted(taken), whom),
        )

    def _put(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> None:
        for name in old.keys() - new.keys():
            path = self.root / name
            path.unlink()
            while path.parent != self.root and not any(path.parent.iterdir()):
                path = path.parent
                path.rmdir()
        estate.write(self.root, {name: data for name, data in new.items() if old.get(name) != data})

    def _diff(self) -> str:
        estate.git(self.root, "add", "--all")
        shown = estate.git(
            self.root,
            "diff",
            "--cached",
            "--unified=0",
            "--no-renames",
            "--no-color",
            "--no-ext-diff",
            "--text",
        )
        estate.git(self.root, "reset", "--quiet")
        return shown.decode("utf-8", "replace")


def _result(
    number: int, kind: str, refusal: guards.Refusal | None, lost: Sequence[Loss], whom: Named
) -> Result:
    if refusal is not None:
        return Result(number, kind, _REFUSED[refusal.guard], refusal.said)
    unnamed = tuple(loss for loss in lost if (loss.client, loss.person) not in whom.people)
    strangers = tuple(loss for loss in unnamed if (loss.client, loss.person) not in whom.bulk)
    if strangers:
        return Result(number, kind, Outcome.UNNAMED, lost=strangers)
    if unnamed:
        return Result(number, kind, Outcome.BULK, lost=unnamed)
    return Result(number, kind, Outcome.NAMED if lost else Outcome.HARMLESS, lost=tuple(lost))


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when an edit that is allowed takes something from somebody whom its diff does not name."""
    parser = argparse.ArgumentParser(prog="python -m bench mutations", description=__doc__)
    parser.add_argument("--edits", type=int, default=1000)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", type=int, help="one edit by its number, with all that is said of it")
    parser.add_argument("--examples", action="store_true", help="an example of each outcome of each kind")
    chosen = parser.parse_args(argv)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        bench = Bench.made(Path(folder).resolve(), chosen.clients)
        kinds = list(EDITS)
        numbers = range(chosen.edits) if chosen.only is None else [chosen.only]
        both = [bench.edit(number, kinds[number % len(kinds)], chosen.seed) for number in numbers]
    people = sum(len(client.people) for client in bench.clients.values())
    say(
        f"{len(both)} edits of {chosen.clients} clients with {people} people, seed {chosen.seed}, "
        f"in {time.perf_counter() - started:.0f} s\n"
    )
    merged, applied = [first for first, _ in both], [second for _, second in both]
    say("What a pull request makes of them:\n")
    _by_kind(merged)
    say("\nThe same records in an apply that nobody previewed:\n")
    _totals(applied)
    bad = [each for each in merged if each.outcome is Outcome.UNNAMED]
    live = [each for each in applied if each.outcome is Outcome.UNNAMED]
    _tell("Not named and allowed in a pull request", bad)
    _tell("Not named and allowed in an apply that nobody previewed", live)
    if chosen.examples or chosen.only is not None:
        _examples(merged)
    return int(bool(bad))


def _by_kind(results: Sequence[Result]) -> None:
    counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
    for each in results:
        counts[each.kind][each.outcome] += 1
    shown = [each for each in Outcome if each is not Outcome.RUN]
    rows = [
        [kind, sum(of.values()), *(of[outcome] or "" for outcome in shown)] for kind, of in counts.items()
    ]
    totals = Counter(each.outcome for each in results)
    rows.append(["**all**", len(results), *(f"**{totals[outcome]}**" for outcome in shown)])
    table(["the edit", "times", *shown], rows)


def _totals(results: Sequence[Result]) -> None:
    totals = Counter(each.outcome for each in results)
    table(["outcome", "edits"], [[outcome, totals[outcome]] for outcome in Outcome])


def _tell(title: str, results: Sequence[Result]) -> None:
    say(f"\n{title}: {len(results)}")
    for each in results[:20]:
        shown = "; ".join(f"{loss.client}: {loss.person}: {loss.what}" for loss in each.lost[:3])
        say(f"- edit {each.number} ({each.kind}): {len(each.lost)} losses: {shown}")


def _examples(results: Sequence[Result]) -> None:
    seen: set[tuple[str, Outcome]] = set()
    for each in results:
        if (each.kind, each.outcome) not in seen:
            seen.add((each.kind, each.outcome))
            said = each.said or "; ".join(
                f"{loss.client}: {loss.person}: {loss.what}" for loss in each.lost[:2]
            )
            say(f"\n{each.number} {each.kind}: {each.outcome}\n    {said}")
