"""Which entries of a chain tell of one departure of one person: somebody may leave, come back and leave again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from leaver.evidence.chain import Stored
from leaver.evidence.entry import Entry, Kind, Outcome
from leaver.evidence.report.facts import Facts

RELEASE, REINSTATE = "release", "reinstate"
_SUBSTANCE = {Kind.BEFORE, Kind.CUT, Kind.STEP, Kind.TASK, Kind.DEPARTURE}


@dataclass(frozen=True, slots=True)
class Episode:
    """The entries of one departure of a person; another one may follow a return."""

    entries: tuple[Stored, ...]
    earlier: int
    reinstated: datetime | None

    def of(self, *kinds: Kind) -> list[Stored]:
        return [each for each in self.entries if each.entry.kind in kinds]


def by_person(stored: Iterable[Stored]) -> dict[str, list[Stored]]:
    """A client's chain taken apart: what tells of each person, for reports about many of them."""
    found: dict[str, list[Stored]] = {}
    for each in stored:
        entry = each.entry
        if entry.person is not None:
            found.setdefault(entry.person, []).append(each)
        elif entry.kind is Kind.VERIFICATION:
            for person in _looked_at(entry):
                found.setdefault(person, []).append(each)
    return found


def last_episode(stored: Iterable[Stored], facts: Facts) -> Episode:
    """The entries of the person's last departure; of the one to come, where the record has one after a return."""
    parts = [_Part()]
    for each in stored:
        entry = each.entry
        if entry.client != facts.client or not _is_about(entry, facts.person):
            continue
        if entry.kind is Kind.WORD and entry.step == REINSTATE and _holds(entry, facts):
            parts[-1].returned = entry.at
            parts.append(_Part())
            continue
        if parts[-1].is_over_before(entry.agreed):
            parts.append(_Part())
        parts[-1].add(each)
    told = [index for index, part in enumerate(parts) if part.tells]
    last = parts[told[-1]] if told else parts[-1]
    planned = facts.due or facts.agreed
    is_back = last.returned is not None and planned is not None and planned > last.returned
    if is_back or (last.is_over_before(facts.due) and not last.is_unrecorded):
        last = _Part()
    earlier = sum(1 for part in parts if part.tells and part is not last)
    return Episode(tuple(last.entries), earlier, last.returned)


@dataclass(slots=True)
class _Part:
    """The entries up to a return."""

    entries: list[Stored] = field(default_factory=list)
    returned: datetime | None = None
    tells: bool = False
    complete: datetime | None = None
    """When a run last found the whole departure done."""
    is_unrecorded: bool = False
    """A release ended the access, and could not be written into the record: the record has the old moment."""

    def add(self, stored: Stored) -> None:
        entry = stored.entry
        self.entries.append(stored)
        self.tells |= entry.kind in _SUBSTANCE
        if entry.kind is Kind.DEPARTURE and entry.outcome is not None and entry.outcome.good:
            self.complete = entry.at
        self.is_unrecorded |= (
            entry.kind is Kind.WORD and entry.step == RELEASE and entry.outcome is Outcome.FAILED
        )

    def is_over_before(self, agreed: datetime | None) -> bool:
        """Whether the departure was complete before the moment `agreed`, which is another one's then."""
        return agreed is not None and self.complete is not None and agreed > self.complete


def _holds(entry: Entry, facts: Facts) -> bool:
    """Whether the word is one that the records have: a branch that was made for it may never have been merged.

    Then the record still says the end that was before the word.
    """
    if "branch" not in entry.seen:
        return True
    planned = facts.due or facts.agreed
    return not facts.ends or (planned is not None and planned > entry.at)


def _is_about(entry: Entry, person: str) -> bool:
    """Whether it tells of the person: by name, or as one of all that a verification looked at."""
    if entry.person is None and entry.kind is Kind.VERIFICATION:
        departed = entry.seen.get("departed")
        return isinstance(departed, list | tuple) and person in departed
    return entry.person == person


def _looked_at(entry: Entry) -> list[str]:
    departed = entry.seen.get("departed")
    return [each for each in departed if isinstance(each, str)] if isinstance(departed, list | tuple) else []
