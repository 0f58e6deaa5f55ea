"""From an HTTP request to an operation and back: whose org, which scope, rate limit, JSON, errors."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import errors, events, settling
from leaver.sandbox.okta.access import Caller, Org, authenticate
from leaver.sandbox.okta.rates import meter_of
from leaver.sandbox.settings import Sandbox, base_url, sandbox

API = "/api/v1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers; `body` None sends no content, `links` are Link headers."""

    status: int
    body: Any = None
    links: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operation, inside its transaction.

    `now` is the moment in Okta's spelling; `base` the URL of the org without a trailing slash; `url` the
    called one without its query; `body` is `{}` when none was sent.
    """

    db: sqlite3.Connection
    org: Org
    caller: Caller
    moment: datetime
    base: str
    url: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]

    @property
    def now(self) -> str:
        return iso_millis(self.moment)

    def part(self, name: str) -> dict[str, Any]:
        """An object within the body, `{}` when it is missing or null."""
        return part_of(self.body, name)

    def flag(self, name: str, default: bool) -> bool:
        """A true/false query parameter."""
        return self.query.get(name, str(default)).lower() == "true"

    def note(self, event_type: str, message: str, target: str, kind: str = "User", name: str = "") -> None:
        """Write a line of the org's System Log."""
        event = events.Event(event_type, message, self.caller.user_id, target, kind, name)
        events.record(self.db, self.org.name, self.now, event)


def part_of(body: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object within an object, `{}` when it is missing or null; raises OktaError E0000003 for anything else."""
    found = body.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise errors.malformed_body()
    return found


Handler = Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and path of the API (`{name}` marks a parameter) and the OAuth scope it wants."""

    method: str
    path: str
    handler: Handler
    scope: str

    def route(self) -> Route:
        async def endpoint(request: Request) -> Response:
            return serve(request, await request.body(), self.handler, self.scope)

        return Route(f"{API}{self.path}", endpoint, methods=[self.method])


def serve(request: Request, raw: bytes, handler: Handler, scope: str | None) -> Response:
    """Answer one request; the store's blocks hold no await, so it runs to its end at once."""
    box = sandbox(request)
    moment = box.clock()
    meter = meter_of(request)
    rate = meter.headers("", request.url.path, None, moment)
    try:
        with box.store.read() as db:
            org, caller = authenticate(db, request, moment)
        allowed, rate = meter.count(org.name, request.url.path, org.rate_limit, moment)
        if not allowed:
            raise errors.too_many_requests()
        if scope is not None and not caller.may(scope):
            raise errors.missing_scope(scope, request.url.path)
        answer = _run(box, request, handler, org, caller, moment, _parsed(raw))
    except errors.OktaError as error:
        body = error.body(request.state.request_id)
        return _response(error.status, body, [], {**rate, **error.headers})
    return _response(answer.status, answer.body, answer.links, rate)


def _run(
    box: Sandbox,
    request: Request,
    handler: Handler,
    org: Org,
    caller: Caller,
    moment: datetime,
    body: dict[str, Any],
) -> Answer:
    base = base_url(request)
    url = base + quote(request.url.path, safe="/@:+%")
    now = iso_millis(moment)

    def run(db: sqlite3.Connection) -> Answer:
        path, query = request.path_params, request.query_params
        return handler(Call(db, org, caller, moment, base, url, path, query, body))

    reads = request.method in ("GET", "HEAD")
    with box.store.read() as db:
        due = settling.is_due(db, org.name, now)
    if due or not reads:
        with box.store.write() as db:
            settling.settle(db, org.name, now)
            if not reads:
                return run(db)
    with box.store.read() as db:
        return run(db)


def _parsed(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        body = json.loads(raw, parse_constant=_no_number)
        # Half of a surrogate pair is valid JSON but no text that can be stored.
        json.dumps(body, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as fault:
        raise errors.malformed_body() from fault
    if not isinstance(body, dict):
        raise errors.malformed_body()
    return body


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _response(status: int, body: Any, links: list[str], headers: Mapping[str, str]) -> Response:
    content = b"" if body is None else json.dumps(body, separators=(",", ":")).encode()
    response = Response(content, status, media_type=None if body is None else "application/json")
    response.headers["Cache-Control"] = "no-cache, no-store"
    response.headers.update(headers)
    for link in links:
        response.headers.append("Link", link)
    return response
