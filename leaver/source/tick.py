"""What `leaver task done` writes into a person's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from leaver.source.edit import EditRefused, set_departure
from leaver.source.word import Amendment, stamp


@dataclass(frozen=True, slots=True)
class TaskDone(Amendment):
    """A task by hand is done. An earlier tick stays as it was given."""

    task: str
    now: datetime
    by: str
    note: str | None = None

    def _change(self, text: str) -> str:
        record = self.after(text)
        if record is None or record.departure is None:
            raise EditRefused(f'person "{self.person}": has no departure whose tasks could be done')
        if self.task in record.departure.tasks_done:
            return text
        tick = {"at": stamp(self.now, self.client.zone), "by": self.by}
        if self.note:
            tick["note"] = self.note
        return set_departure(text, self.person, {"tasks done": {self.task: tick}})
