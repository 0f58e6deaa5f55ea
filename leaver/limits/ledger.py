"""What the stack remembers of losses: those of the last day, and the overrides that were used.

It is written into the stack's state before the first of the losses, and read from there: no file beside the state
can be lost or be forgotten, and plain `pulumi up` counts like `leaver apply`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from leaver.limits.loss import Loss

DAY = timedelta(hours=24)
_REMEMBERED = timedelta(days=8)
"""Longer than any override may last, so that none is used again."""


@dataclass(frozen=True, slots=True)
class Used:
    """An override that was used at `at`; of its losses those in `left` have not been given back since."""

    at: datetime
    left: frozenset[Loss]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What one client lost, and when; `used` is by the override's name."""

    taken: Mapping[Loss, datetime] = field(default_factory=dict)
    used: Mapping[str, Used] = field(default_factory=dict)

    def since(self, now: datetime) -> frozenset[Loss]:
        """What was lost within a day before `now`."""
        return frozenset(loss for loss, at in self.taken.items() if now - DAY < at)

    def taking(self, lost: Iterable[Loss], now: datetime) -> Ledger:
        """The ledger once `lost` is taken; unchanged where nothing is, whatever its age."""
        new = dict.fromkeys(sorted(lost), now)
        if not new:
            return self
        kept = {loss: at for loss, at in self.taken.items() if now - DAY < at}
        return replace(self._without_old(now), taken={**kept, **new})

    def using(self, name: str, lost: Iterable[Loss], now: datetime) -> Ledger:
        """The ledger once the override `name` is used for `lost`."""
        return replace(self, used={**self._without_old(now).used, name: Used(now, frozenset(lost))})

    def given_back(self, held: Callable[[Loss], bool]) -> Ledger:
        """The ledger without what is given back: an override does not take it away a second time."""
        used = {
            name: replace(each, left=frozenset(loss for loss in each.left if not held(loss)))
            for name, each in self.used.items()
        }
        return replace(self, used=used)

    def _without_old(self, now: datetime) -> Ledger:
        return replace(
            self, used={name: each for name, each in self.used.items() if now - _REMEMBERED < each.at}
        )

    def to_json(self) -> dict[str, Any]:
        """Plain data, sorted."""
        return {
            "taken": [{**loss.to_json(), "at": at.isoformat()} for loss, at in sorted(self.taken.items())],
            "used": {
                name: {"at": each.at.isoformat(), "left": [loss.to_json() for loss in sorted(each.left)]}
                for name, each in sorted(self.used.items())
            },
        }

    @classmethod
    def from_json(cls, client: str, data: Mapping[str, Any]) -> Ledger:
        """The reverse of `to_json`."""
        return cls(
            {
                Loss.from_json(client, each): datetime.fromisoformat(each["at"])
                for each in data.get("taken") or ()
            },
            {
                name: Used(
                    datetime.fromisoformat(each["at"]),
                    frozenset(Loss.from_json(client, loss) for loss in each.get("left") or ()),
                )
                for name, each in (data.get("used") or {}).items()
            },
        )
