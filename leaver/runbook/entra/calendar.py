"""The calendar: meetings that nobody will hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from leaver.actions.call import segment
from leaver.escape import line
from leaver.runbook.entra.base import (
    MAILBOX,
    READ_USERS,
    EntraStep,
    fields,
    flag,
    mailbox_ask,
    objects,
    rows,
    text,
    user_path,
)
from leaver.runbook.entra.mail import NO_MAILBOX
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

_EVENTS = "calendar"
_YEAR = 366


class Meetings(EntraStep):
    """Meetings that the person organised and that are still to come are called off; a series as a whole.

    Settings: `days`, how far ahead to look (a year); `text`, what the invited are told.
    learn.microsoft.com/graph/api/user-list-calendarview, /event-cancel
    """

    name = "meetings"
    title = "call off the meetings that the person organised"
    after = ("revoke-sessions",)
    on_request = True
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("Calendars.ReadWrite", "list the meetings to come and call them off"),
        Permission("MailboxSettings.Read", "see whether there is a mailbox"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        start = case.now.astimezone(UTC).replace(microsecond=0)
        end = start + timedelta(days=_days(case))
        span = f"startDateTime={_stamp(start)}&endDateTime={_stamp(end)}"
        select = "id,isOrganizer,isCancelled,attendees,seriesMasterId,start"
        path = f"{user_path(case)}/calendarView?{span}&$select={select}&$top=200"
        return (mailbox_ask(case), Ask(_EVENTS, path, paged=True, fine=(404,)))

    def why_not(self, case: Case, seen: Seen) -> str | None:
        return NO_MAILBOX if fields(seen, MAILBOX) is None else None

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        found: dict[str, Item] = {}
        for row in rows(seen, _EVENTS):
            invited = objects(row, _EVENTS, "attendees")
            organised = flag(row, _EVENTS, "isOrganizer") is True and not flag(row, _EVENTS, "isCancelled")
            if not organised or not invited:
                continue
            series = text(row, _EVENTS, "seriesMasterId")
            # Subjects are other people's business, and no use in evidence.
            words = f"{'series' if series else 'meeting'} of {_start(row)} with {len(invited)} invited"
            found.setdefault(series or row["id"], Item(series or row["id"], words))
        return list(found.values())

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        comment = case.settings.get("text")
        body = {"comment": comment if isinstance(comment, str) else ""}
        return [
            Ask(
                item.key,
                f"{user_path(case)}/events/{segment(item.key)}/cancel",
                "POST",
                json=body,
                fine=(404,),
            )
            for item in left
            if not item.why
        ]


def _days(case: Case) -> int:
    stated = str(case.settings.get("days", ""))
    return int(stated) if stated.isdecimal() and 0 < len(stated) < 5 and int(stated) else _YEAR


def _stamp(at: datetime) -> str:
    return quote(f"{at:%Y-%m-%dT%H:%M:%S}Z", safe="")


def _start(row: Mapping[str, Any]) -> str:
    start = row.get("start")
    value = start.get("dateTime") if isinstance(start, dict) else None
    return line(value[:16]) if isinstance(value, str) else "an unknown time"
