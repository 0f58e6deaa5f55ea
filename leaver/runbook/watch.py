"""Looking without acting: whether each step is still true, and what a person has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from leaver.runbook.book import Runbook
from leaver.runbook.reading import Reading, Task
from leaver.runbook.step import Case
from leaver.runbook.transport import Transport


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a step is still true: `left` names what is not; `trouble` says why nobody knows."""

    step: str
    title: str
    left: tuple[str, ...] = ()
    trouble: str | None = None
    skip: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        return not self.left and self.trouble is None


async def look_over(runbook: Runbook, case: Case, transport: Transport) -> tuple[Finding, ...]:
    """Whether each step is true now. Changes nothing. Steps that cannot be asked are not among the findings."""
    tasks = [task for task in runbook.tasks(case) if not task.step.once]
    reading = Reading(transport)
    await reading.read(tasks)
    found = []
    for task in tasks:
        judged = reading.judge(task)
        found.append(
            Finding(
                task.step.name,
                task.step.title,
                tuple(item.name for item in judged.left),
                judged.trouble,
                judged.skip,
                judged.notes,
            )
        )
    return tuple(found)


async def pictures(runbook: Runbook, case: Case, transport: Transport) -> dict[str, Any]:
    """What the person has, by the steps that would take it: for the before-image."""
    tasks = runbook.tasks(case)
    reading = Reading(transport)
    await reading.read(tasks)
    return picture_of(reading, tasks)


def picture_of(reading: Reading, tasks: Iterable[Task]) -> dict[str, Any]:
    """What the person has by what was read; steps that cannot be asked show nothing."""
    found: dict[str, Any] = {}
    for task in tasks:
        if task.step.once:
            continue
        judged = reading.judge(task)
        if judged.trouble is not None:
            found[task.step.name] = {"unknown": judged.trouble}
        elif judged.skip is None:
            found[task.step.name] = dict(judged.picture)
    return found
