"""Which steps are taken for an account, and with which settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from leaver.runbook.order import tiers
from leaver.runbook.reading import Task
from leaver.runbook.step import Case, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Runbook:
    """The steps of one account, with what the client's runbook says of them.

    `settings` is by step name; the key `after` in them is the conductor's: further steps to wait for.
    """

    steps: tuple[Step, ...]
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    leave: frozenset[str] = frozenset()
    """Keys of items that the engine takes away in the same run: doing it twice would make it fail."""

    def tasks(self, case: Case) -> list[Task]:
        """Each step with its own settings, in the order in which they act. Raises Circle."""
        return [task for tier in self.tiers(case) for task in tier]

    def tiers(self, case: Case) -> list[list[Task]]:
        """The same by tiers. Raises Circle."""
        return [
            [Task(step, replace(case, settings=self._own(step)), self.leave) for step in tier]
            for tier in tiers(self.steps, self.further)
        ]

    @property
    def further(self) -> dict[str, Sequence[str]]:
        """What the client adds to the steps' own `after`."""
        return {name: own.get("after", ()) for name, own in self.settings.items()}

    def _own(self, step: Step) -> dict[str, Any]:
        return {key: value for key, value in self.settings.get(step.name, {}).items() if key != "after"}
