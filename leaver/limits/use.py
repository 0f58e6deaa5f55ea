"""How much of each limit a run uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from leaver.limits.loss import Loss, Size
from leaver.model import AllDayLimits, AllLimits, Bound, DayLimits, Limits

ALL_CLIENTS = "all clients"
Window = Literal["run", "day"]
What = Literal["people", "memberships"]
_FLOORS = {"people": 2, "memberships": 10, "group": 3}
"""So many are always allowed in one run, since a share says nothing of a client of ten; twice as many in a day."""
_ALL_FLOORS = {"people": 10, "memberships": 50}
_TIMES = {"run": 1, "day": 2}


@dataclass(frozen=True, slots=True)
class Use:
    """How much of one limit is used.

    `scope` is the client's key, a group or role ("group NAME in DIRECTORY"), or "all clients"; `window` one run,
    or the 24 hours to its end. `used` of `of` people or memberships go. `bound` is what the records say, and
    `floor` what is always allowed unless `removals` is lower.
    """

    scope: str
    what: What
    window: Window
    used: int
    of: int
    bound: Bound
    floor: int

    @property
    def allowed(self) -> int:
        """How many may go: both bounds hold, but the share is never below the floor."""
        return min(self.bound.removals, max(self.floor, self.of * self.bound.percent // 100))

    @property
    def exceeded(self) -> bool:
        """Whether more go than may."""
        return self.used > self.allowed

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "scope": self.scope,
            "what": self.what,
            "window": self.window,
            "used": self.used,
            "allowed": self.allowed,
            "of": self.of,
            "removals": self.bound.removals,
            "percent": self.bound.percent,
            "floor": self.floor,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Use:
        """The reverse of `to_json`."""
        bound = Bound(removals=data["removals"], percent=data["percent"])
        of = (data["scope"], data["what"], data["window"], data["used"], data["of"])
        return cls(*of, bound, data["floor"])


def of_client(
    client: str, limits: Limits, counted: frozenset[Loss], earlier: frozenset[Loss], size: Size
) -> tuple[Use, ...]:
    """The uses of one client's limits by `counted`; `earlier` is what was lost in the day before.

    Of groups and roles, those that lose somebody now.
    """
    uses = []
    for window, lost in (("run", counted), ("day", counted | earlier)):
        own = _bound(_own(limits), _own(limits.day), window)
        memberships = _bound(limits.memberships, limits.day.memberships, window)
        of_group = _bound(limits.group, limits.day.group, window)
        gone = lost - counted
        people, members = _people(lost), _members(lost)
        uses.append(_use(client, "people", window, people, size.people + _people(gone), own))
        uses.append(
            _use(
                client,
                "memberships",
                window,
                members.total(),
                size.memberships + _members(gone).total(),
                memberships,
            )
        )
        uses += [
            _use(
                group,
                "memberships",
                window,
                members[group],
                size.groups.get(group, 0) + _members(gone)[group],
                of_group,
                "group",
            )
            for group in sorted(_members(counted))
        ]
    return tuple(uses)


def of_all(
    limits: AllLimits, counted: frozenset[Loss], earlier: frozenset[Loss], size: Size
) -> tuple[Use, ...]:
    """The uses of the limits over all clients; `size` is that of all clients there are."""
    uses = []
    for window, lost in (("run", counted), ("day", counted | earlier)):
        own = _bound(_own(limits), _own(limits.day), window)
        memberships = _bound(limits.memberships, limits.day.memberships, window)
        gone = lost - counted
        for what, used, of, bound in (
            ("people", _people(lost), size.people + _people(gone), own),
            (
                "memberships",
                _members(lost).total(),
                size.memberships + _members(gone).total(),
                memberships,
            ),
        ):
            floor = _ALL_FLOORS[what] * _TIMES[window]
            uses.append(Use(ALL_CLIENTS, what, window, used, of, bound, floor))  # type: ignore[arg-type]
    return tuple(uses)


def _use(
    scope: str, what: What, window: str, used: int, of: int, bound: Bound, floor: str | None = None
) -> Use:
    least = _FLOORS[floor or what] * _TIMES[window]
    return Use(scope, what, "run" if window == "run" else "day", used, of, bound, least)


def _bound(run: Bound, day: Bound, window: str) -> Bound:
    """The bound of the window; a day's is never below that of one run."""
    if window == "run":
        return run
    return Bound(removals=max(run.removals, day.removals), percent=max(run.percent, day.percent))


def _own(limits: Limits | DayLimits | AllLimits | AllDayLimits) -> Bound:
    return Bound(removals=limits.removals, percent=limits.percent)


def _people(lost: Iterable[Loss]) -> int:
    return len({(loss.client, loss.person) for loss in lost if loss.of_account})


def _members(lost: Iterable[Loss]) -> Counter[str]:
    return Counter(loss.group for loss in lost if not loss.of_account)
