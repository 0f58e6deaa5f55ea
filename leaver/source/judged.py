"""What breaks policies, with its place in the files: records, comments, and who wrote which line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from leaver import policy
from leaver.errors import Place, Problem
from leaver.model import LONGEST_OVERRIDE, Client, Level, local
from leaver.policy import Violation
from leaver.policy.secrets import NO_SECRET, scan
from leaver.source.estate import Estate
from leaver.source.files import FileFault, client_files, read_bytes
from leaver.source.text import Flaw, decode


@dataclass(frozen=True, slots=True)
class Judged:
    """A problem, or an advisory, of the policy `policy` that implements `controls`."""

    problem: Problem
    level: Level
    policy: str
    controls: tuple[str, ...]

    @property
    def mandatory(self) -> bool:
        """Whether it is a problem."""
        return self.level is Level.MANDATORY


def judged(estate: Estate, clients: Iterable[str], now: datetime) -> list[Judged]:
    """What the records of `clients`, and the comments in their files, break at `now`, sorted by place."""
    found: dict[Problem, Judged] = {}
    for key in clients:
        client = estate.clients[key]
        broken = list(with_places(estate, policy.on_records(client, now)))
        known = {each.problem.place for each in broken if each.policy == NO_SECRET.name}
        broken.extend(_comments(estate, client, known))
        broken.extend(_overrides(estate, client, now))
        found.update({each.problem: each for each in broken})
    return [found[problem] for problem in sorted(found)]


def with_places(estate: Estate, violations: Iterable[Violation]) -> Iterator[Judged]:
    """The violations as problems at their places."""
    for each in violations:
        place = estate.place(each.client, each.found.file, *each.found.path)
        problem = Problem(place, each.found.subject, each.fault, each.policy.remedy)
        yield Judged(problem, each.level, each.policy.name, each.policy.controls)


def _overrides(estate: Estate, client: Client, now: datetime) -> Iterator[Judged]:
    """Overrides that can allow nothing: one that lasts too long is a mistake, one that is over was left.

    One without a reason allows what it names, and is a mistake too.
    """
    for at, override in enumerate(client.overrides):
        if override.expires <= now:
            level, field, fault = Level.ADVISORY, None, f"expired {local(override.expires, client.zone)}"
            remedy = "Remove it."
        elif override.expires - now > LONGEST_OVERRIDE:
            level, field = Level.MANDATORY, "expires"
            fault = f"expires {local(override.expires, client.zone)}, more than seven days ahead"
            remedy = "Let it expire sooner."
        elif not any(sign.isalnum() for sign in override.reason):
            level, field = Level.MANDATORY, "reason"
            fault = f'has the reason "{override.reason}", which says nothing'
            remedy = "Write why it is meant: a ticket, or a sentence."
        else:
            continue
        path = ("overrides", at, *((field,) if field else ()))
        place = estate.place(client.key, "overrides", *path)
        subject = f'client "{client.key}"'
        yield Judged(Problem(place, subject, f"`overrides[{at}]` {fault}", remedy), level, "override", ())


def _comments(estate: Estate, client: Client, known: set[Place]) -> Iterator[Judged]:
    """Secrets that stand in no record: in comments, and in keys."""
    level = policy.level_of(client, NO_SECRET)
    if estate.root is None or level is Level.DISABLED:
        return
    lines = {(place.file, place.line) for place in known}
    for name in client_files(estate.root, client.key):
        try:
            text = decode(read_bytes(estate.root, name, client.key))
        except FileFault:
            continue
        if isinstance(text, Flaw):
            continue
        for at, kind in scan(text):
            line = text.count("\n", 0, at) + 1
            if (name, line) not in lines:
                place = Place(name, line, at - text.rfind("\n", 0, at))
                fault = f"the file has what looks like {kind} ({NO_SECRET.name})"
                problem = Problem(place, f'client "{client.key}"', fault, NO_SECRET.remedy)
                yield Judged(problem, level, NO_SECRET.name, NO_SECRET.controls)
