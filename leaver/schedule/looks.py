"""When the directories are asked again whether those who left are still gone.

Every client once a night, and one with somebody who left in the last week once an hour. Each client has a minute
of its own, by its key, so that hundreds of them do not ask at the same time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from zlib import crc32

from leaver.lifecycle import effective_end
from leaver.model import Client

RECENT = timedelta(days=7)
"""How long after the end of somebody's access it is looked at every hour."""
NIGHT = timedelta(hours=1)
"""When the nights' looks begin, in UTC after midnight; they are spread over three hours."""
_SPREAD_MINUTES = 180
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


def looks(clients: Mapping[str, Client], since: datetime, until: datetime) -> frozenset[str]:
    """The clients that are to be looked at after `since` and not after `until`; however long that is, once."""
    return frozenset(key for key, client in clients.items() if next_look(client, since) <= until)


def next_look(client: Client, now: datetime) -> datetime:
    """The first moment after `now` at which this client is looked at."""
    number = crc32(client.key.encode())
    night = _next(now, _DAY, NIGHT + timedelta(minutes=number % _SPREAD_MINUTES))
    hour = _next(now, _HOUR, timedelta(minutes=number % 60))
    return min(night, hour) if _left_lately(client, hour) else night


def _left_lately(client: Client, at: datetime) -> bool:
    ends = (effective_end(person) for person in client.people.values())
    return any(end is not None and end <= at < end + RECENT for end in ends)


def _next(now: datetime, every: timedelta, after: timedelta) -> datetime:
    """The first moment after `now` that is `after` the beginning of a day or hour in UTC."""
    start = datetime.fromtimestamp(0, UTC) + after
    return start + every * ((now - start) // every + 1)
