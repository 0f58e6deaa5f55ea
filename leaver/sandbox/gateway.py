"""The outermost layer: request ids, faults, stale reads and the request log."""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from leaver.sandbox.faults import READS, Fault, Taken
from leaver.sandbox.log import Entry
from leaver.sandbox.redact import parsed_body, redacted_query
from leaver.sandbox.stale import StaleReads
from leaver.sandbox.vendor_errors import fault_body, is_okta, rate_limit_headers

if TYPE_CHECKING:
    from leaver.sandbox.settings import Sandbox

ADMIN = "/_sandbox"
# Graph takes 4 MB at most; a sandbox seed is larger.
MAX_BODY = 64 * 1024 * 1024


class Gateway:
    """ASGI middleware around everything but the admin calls.

    Puts into `scope["state"]`: `request_id`, `client_request_id`, and `tenant` (the Tenant that the
    Authorization header opens, or None).
    """

    def __init__(self, app: ASGIApp, box: Sandbox) -> None:
        self._app = app
        self._box = box
        self._stale = StaleReads()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        _use_path_alone(scope)
        if scope["path"].startswith(ADMIN):
            await self._app(scope, receive, send)
            return
        await _Call(self._app, self._box, self._stale, scope, receive, send).run()


class _Call:
    """One request on its way through."""

    def __init__(
        self, app: ASGIApp, box: Sandbox, stale: StaleReads, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._app, self._box, self._stale = app, box, stale
        self._scope, self._receive, self._send = scope, receive, send
        self._headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        self._path: str = scope["path"]
        self._method: str = scope["method"]
        self._body = b""
        self._status: int | None = None
        self._answer = b""
        self._keep_answer = False
        self._silent = False
        self._id = str(uuid.uuid4())
        self._client_id = self._headers.get(b"client-request-id", self._id)
        self._tenant = box.tenants.identify(self._headers.get(b"authorization", ""), box.clock)

    async def run(self) -> None:
        started = time.monotonic()
        client = self._tenant.client if self._tenant else None
        directory = self._tenant.directory if self._tenant else None
        self._scope.setdefault("state", {}).update(
            request_id=self._id, client_request_id=self._client_id, tenant=self._tenant
        )
        self._body = await _whole(self._receive)
        at = self._box.clock()
        taken = self._box.faults.take(self._method, self._path, client, directory)
        try:
            await self._serve(taken)
        except Exception:
            self._status = 500
            raise
        finally:
            self._box.log.add(
                Entry(
                    at.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                    client,
                    directory,
                    self._method,
                    self._path,
                    redacted_query(self._scope["query_string"].decode("latin-1")),
                    parsed_body(self._headers.get(b"content-type", ""), self._body),
                    self._status,
                    taken.name,
                    self._id,
                    round((time.monotonic() - started) * 1000, 3),
                )
            )

    async def _serve(self, taken: Taken) -> None:
        if taken.latency:
            await asyncio.sleep(taken.latency)
        failure = taken.failure
        if failure is not None and failure.kind == "drop_before":
            await self._drop()
        elif failure is not None and failure.kind == "drop_after":
            self._silent = True
            await self._handle(taken.stale)
            self._status = None
            await self._drop()
        elif failure is not None:
            await self._refuse(failure)
        else:
            await self._handle(taken.stale)

    async def _handle(self, stale: Fault | None) -> None:
        if self._method in READS:
            tenant = self._tenant.tenant if self._tenant else ""
            with self._stale.reading(tenant, self._path, self._box.clock()):
                await self._app(self._scope, self._replay, self._answering)
            return
        if stale is None:
            await self._app(self._scope, self._replay, self._answering)
            return
        past = self._box.store.pin()
        self._keep_answer = True
        await self._app(self._scope, self._replay, self._answering)
        if self._tenant is None or self._status is None or self._status >= 400:
            past.release()
            return
        until = self._box.clock.after(stale.seconds)
        self._stale.open(self._tenant.tenant, self._path, self._answer, until, past)

    async def _replay(self) -> Message:
        return {"type": "http.request", "body": self._body, "more_body": False}

    async def _answering(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = [*message["headers"], *self._own_headers()]
        elif self._keep_answer and message["type"] == "http.response.body":
            self._answer += message.get("body", b"")
        if not self._silent:
            await self._send(message)

    def _own_headers(self) -> list[tuple[bytes, bytes]]:
        date = self._box.clock().strftime("%a, %d %b %Y %H:%M:%S GMT").encode()
        if is_okta(self._path):
            return [(b"date", date), (b"x-okta-request-id", self._id.encode())]
        return [
            (b"date", date),
            (b"request-id", self._id.encode()),
            (b"client-request-id", self._client_id.encode("latin-1")),
        ]

    async def _refuse(self, failure: Fault) -> None:
        status = {"throttle": 429, "forbidden": 403}.get(failure.kind, failure.status)
        headers = [(b"content-type", b"application/json")]
        retry_after = failure.retry_after
        if retry_after is None and failure.kind == "throttle":
            retry_after = 1
        if retry_after is not None:
            headers.append((b"retry-after", str(retry_after).encode()))
        if status == 429 and is_okta(self._path):
            headers.extend(rate_limit_headers(self._box.clock.after(retry_after or 0)))
        body = json.dumps(fault_body(self._path, status, self._box.clock, self._id, self._client_id)).encode()
        headers.append((b"content-length", str(len(body)).encode()))
        await self._answering({"type": "http.response.start", "status": status, "headers": headers})
        await self._answering({"type": "http.response.body", "body": body})

    async def _drop(self) -> None:
        # ASGI has no word for hanging up; uvicorn's request cycle, which `receive` is bound to, knows its transport.
        transport: Any = getattr(getattr(self._receive, "__self__", None), "transport", None)
        if transport is None:
            raise ConnectionAbortedError("dropped by an ordered fault")
        transport.abort()


def _use_path_alone(scope: Scope) -> None:
    """Accept a proxy's request line, which carries a whole URL (pulumi-okta with httpProxy sends it)."""
    if scope["path"].startswith(("http://", "https://")):
        scope["path"] = urlsplit(scope["path"]).path
        scope["raw_path"] = scope["path"].encode()


async def _whole(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        part = message.get("body", b"")
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
        if not message.get("more_body", False):
            break
    return b"".join(parts)
