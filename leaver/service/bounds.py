"""All clients are judged together before the first is changed: the service takes up clients one by one, so it
compares newer records with those in force before it believes them.

What a client's own limits refuse, its own run refuses; here it is the sum that counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from leaver.desired import Memory, Remembered, desired
from leaver.errors import RecordsError
from leaver.limits import Judgement, Part, Size, judge, judge_all, losses, renames, size
from leaver.model import AllLimits, Client
from leaver.service.records import Reader, Records
from leaver.source import all_limits


def bounded(read: Reader, clock: Callable[[], datetime]) -> Reader:
    """A reader that keeps the last records of clients whose newer ones together would take away too much.

    The first records are believed: there is nothing to compare them with, and each client's own limits hold.
    """

    def reading(root: Path, last: Records | None) -> Records:
        records = read(root, last)
        if last is None:
            return records
        try:
            limits = all_limits(root)
        except RecordsError:
            # A problem of the records, which `read` has told already.
            limits = AllLimits()
        return within(records, last, limits, clock())

    return reading


def within(records: Records, last: Records, limits: AllLimits, now: datetime) -> Records:
    """`records`, with the `last` ones of those clients that would lose somebody, when all would lose too many."""
    parts = [
        part
        for key in sorted(records.changed_from(last))
        if key in last.clients and (part := _part(last.clients[key], records.clients[key], now)) is not None
    ]
    if not parts:
        return records
    judgement = judge_all(parts, limits, _whole(last), now)
    if judgement.allowed:
        return records
    held = {loss.client for loss in judgement.counted}
    clients = {**records.clients, **{key: last.clients[key] for key in held}}
    problems = (*records.problems, _told(judgement))
    return replace(records, clients=clients, problems=problems, held=frozenset(held))


def _part(before: Client, after: Client, now: datetime) -> Part | None:
    old = desired(before, now)
    memory = Memory({key: Remembered("", each.username, each.enabled) for key, each in old.accounts.items()})
    lost = losses(old, desired(after, now), renames(after, memory))
    return Part(after, judge(after, lost, size(old), now)) if lost else None


def _whole(last: Records) -> Size:
    people = [person for client in last.clients.values() for person in client.people.values()]
    groups = sum(len(person.group_keys or ()) + len(person.roles) + len(person.licences) for person in people)
    return Size(len(people), {"": groups})


def _told(judgement: Judgement) -> str:
    return " ".join(f"{line}." for line in judgement.refusals)
