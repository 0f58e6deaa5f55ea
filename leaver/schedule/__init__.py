"""What is coming and what is due: pure functions of the records and `now`, for the service and for `leaver due`.

Nothing here is remembered. After a crash, a reboot or a week off the same questions have the same answers:

- `next_moment(clients, now)`: how long a service may sleep.
- `changing(clients, since, now)`: the clients to bring up to `now` that were last brought up to `since`, each
  with its urgency; a client is worked on once however much of it changes.
- `overdue_or_due(client, now, done)`: whose access must have ended, most urgent first, whatever its age; `done`
  says which cuts were read back already.
- `events(clients, since, until)`: everything that happens in that time, for people to read.
- `looks(clients, since, until)`: the clients of whom the directories are asked again whether those who left are gone.
- `alarms(clients, since, until)`: the hours at which holds past their expiry must be shouted about.

All times are aware; a span is after `since` and up to `until`, so that spans that follow each other lose nothing
and tell nothing twice.
"""

from leaver.schedule.due import Due, changing, overdue_or_due
from leaver.schedule.event import Event, EventKind, Urgency, urgency
from leaver.schedule.events import alarms, events, next_moment
from leaver.schedule.looks import looks, next_look

__all__ = [
    "Due",
    "Event",
    "EventKind",
    "Urgency",
    "alarms",
    "changing",
    "events",
    "looks",
    "next_look",
    "next_moment",
    "overdue_or_due",
    "urgency",
]
