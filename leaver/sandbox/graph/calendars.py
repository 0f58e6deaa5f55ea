"""Calendars: the events to come, and calling a meeting off (learn.microsoft.com/graph/api/event-cancel)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from leaver.sandbox.graph import objects, plain
from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import GraphError
from leaver.sandbox.graph.mailbox import mailbox
from leaver.sandbox.graph.objects import Obj
from leaver.sandbox.graph.routing import Table

# Exchange answers ten events unless $top says otherwise.
_PAGE = 10


def _invalid(message: str) -> GraphError:
    return GraphError(400, "ErrorInvalidParameter", message)


def _moment(call: Call, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(call.option(name) or "")
    except ValueError:
        raise _invalid(
            "This request requires a time window specified by the query string parameters StartDateTime and"
            " EndDateTime."
        ) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _starts(event: Obj) -> datetime:
    return datetime.fromisoformat(event.doc["start"]["dateTime"]).replace(tzinfo=UTC)


def _events(call: Call) -> tuple[Obj, list[Obj]]:
    user, _ = mailbox(call)
    return user, list(objects.owned(call.db, call.tid, "event", user.id))


def _shown(event: Obj) -> dict[str, Any]:
    return {"id": event.id, "isCancelled": False, "seriesMasterId": None, **event.doc}


def _view(call: Call) -> Answer:
    user, events = _events(call)
    start, end = _moment(call, "startDateTime"), _moment(call, "endDateTime")
    found = [
        each for each in events if each.doc.get("type") != "seriesMaster" and start <= _starts(each) < end
    ]
    return plain.page(
        call, f"users('{user.id}')/calendarView", [_shown(each) for each in sorted(found, key=_starts)], _PAGE
    )


def _list(call: Call) -> Answer:
    user, events = _events(call)
    whole = [_shown(each) for each in events if not each.doc.get("seriesMasterId")]
    return plain.page(call, f"users('{user.id}')/events", whole, _PAGE)


def _cancel(call: Call) -> Answer:
    _, events = _events(call)
    found = next((each for each in events if each.id == call.ids[1]), None)
    if found is None:
        raise GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
    if not found.doc.get("isOrganizer"):
        raise GraphError(
            400,
            "ErrorInvalidRequest",
            "Your request can't be completed. You need to be an organizer to cancel a meeting.",
        )
    for each in events:
        if each.id == found.id or each.doc.get("seriesMasterId") == found.id:
            objects.destroy(call.db, call.tid, each.id)
    return Answer(202)


def table() -> Table:
    return [
        ("GET", "/users/{}/calendarView", _view),
        ("GET", "/users/{}/events", _list),
        ("POST", "/users/{}/events/{}/cancel", _cancel),
    ]
