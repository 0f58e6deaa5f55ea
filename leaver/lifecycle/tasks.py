"""The tasks by hand of a departure: what is to be done, by whom, by when, and what is ticked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from leaver.lifecycle.phase import effective_end
from leaver.model import ON_CALL, Client


@dataclass(frozen=True, slots=True)
class Task:
    """One task of one departure. `owner` is a person's key or an e-mail address; None where nobody is named."""

    person: str
    key: str
    title: str
    owner: str | None
    due: datetime
    done: datetime | None
    by: str | None = None
    note: str | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been done by `now`, and is not."""
        return self.done is None and now >= self.due


def tasks(client: Client, now: datetime) -> Iterator[Task]:
    """The tasks of every departure that is effective at `now`, by person and in the order of client.yaml.

    A record that ends by its own `until`, and one that is disabled, has none: nobody left for good.
    """
    for person in sorted(client.people):
        yield from tasks_of(client, person, now)


def tasks_of(client: Client, person: str, now: datetime) -> Iterator[Task]:
    """The tasks of one person's departure; none before it is effective at `now`."""
    record = client.people[person]
    end = effective_end(record)
    if record.departure is None or end is None or now < end:
        return
    ticked = record.departure.tasks_done
    for key, task in client.settings.runbook.tasks.items():
        owner = client.settings.on_call if task.owner in (None, ON_CALL) else task.owner
        tick = ticked.get(key)
        yield Task(
            person,
            key,
            task.title,
            owner,
            task.due.after(end, client.zone),
            tick.at if tick else None,
            tick.by if tick else None,
            tick.note if tick else None,
        )
