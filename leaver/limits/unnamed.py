"""What a change of a client's settings or groups takes from people whose own records it leaves as they were.

Nobody who reads such a change sees whom it hits, and a bound alone would let it hit a few. So it is refused whatever
the number: the people's own records have to say it too, or an override.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from leaver.desired import desired
from leaver.lifecycle import changes
from leaver.limits import wording
from leaver.limits.judge import Fault
from leaver.limits.loss import losses
from leaver.model import Client


def unnamed(before: Client, after: Client, now: datetime) -> tuple[Fault, ...]:
    """The faults of the change from `before` to `after`, two states of one client's records, sorted.

    Looks at `now` and at every later moment at which something of the client changes by itself.
    """
    if before.settings == after.settings and before.groups == after.groups:
        return ()
    same = [
        key
        for key in sorted(before.people.keys() & after.people.keys())
        if _stated(before, key) == _stated(after, key)
    ]
    return tuple(sorted({*_moved(before, after, same), *_lost(before, after, frozenset(same), now)}))


def _moved(before: Client, after: Client, same: list[str]) -> Iterator[Fault]:
    """Agreed moments that are others now, since the client's zone is."""
    moved = [key for key in same if set(changes(before.people[key])) != set(changes(after.people[key]))]
    if moved:
        yield Fault(
            "zone",
            f"{before.zone} becomes {after.zone}, which moves the agreed moments of {wording.listed(moved)}",
            "Write these moments with their offset first, such as 2026-11-27 17:00 +01:00: then they stay.",
        )


def _lost(before: Client, after: Client, same: frozenset[str], now: datetime) -> Iterator[Fault]:
    ahead = {moment for key in same for moment in changes(before.people[key]) if moment > now}
    found: dict[str, set[str]] = {}
    for moment in (now, *sorted(ahead)):
        for loss in losses(desired(before, moment), desired(after, moment)):
            if loss.person in same:
                what = f"accounts in {loss.directory}" if loss.of_account else loss.group
                found.setdefault(what, set()).add(loss.person)
    for what, people in found.items():
        yield Fault(
            what,
            f"would be lost to {wording.listed(sorted(people))}, whose records are as they were",
            "Put back what the change took from client.yaml or groups.yaml, or change these people's records too.",
            overridable=True,
        )


def _stated(client: Client, key: str) -> Any:
    """The record as it is written down: its moments as the clocks of the client's zone show them."""
    return _written(client.people[key].model_dump(), client.zone)


def _written(value: Any, zone: str) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    if isinstance(value, Mapping):
        return {name: _written(each, zone) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_written(each, zone) for each in value]
    return value
