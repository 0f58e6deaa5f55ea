"""From an HTTP request to a handler and back."""

from __future__ import annotations

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from leaver.sandbox.faults import READS
from leaver.sandbox.graph import (
    apps,
    batch,
    calendars,
    deleted,
    devices,
    drives,
    eligibility,
    groups,
    licences,
    mailbox,
    managed,
    memberships,
    methods,
    owners,
    permissions,
    roles,
    tenantwide,
    users,
)
from leaver.sandbox.graph.access import caller
from leaver.sandbox.graph.call import Answer, Call
from leaver.sandbox.graph.errors import GraphError, bad_request
from leaver.sandbox.graph.routing import RouteTree
from leaver.sandbox.settings import base_url, sandbox
from leaver.sandbox.tenants import Tenant
from leaver.sandbox.vendor_errors import graph_error

CONTENT_TYPE = (
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
)

_TREE = RouteTree(
    [
        line
        for module in (
            users,
            groups,
            memberships,
            roles,
            licences,
            devices,
            methods,
            apps,
            owners,
            eligibility,
            mailbox,
            calendars,
            drives,
            managed,
            deleted,
            tenantwide,
        )
        for line in module.table()
    ]
)


async def endpoint(request: Request) -> Response:
    """Serve one Graph request."""
    try:
        tenant, granted = caller(request)
        raw = await request.body()
        body = _parsed(raw)
        if request.path_params["path"] == "$batch" and request.method == "POST":
            return _response(await batch.run(request, body))
        permissions.check(request.method, "/" + request.path_params["path"], body, granted)
        return _response(_handle(request, tenant, body))
    except GraphError as error:
        return _refusal(request, error)


def _handle(request: Request, tenant: Tenant, body: Any) -> Answer:
    box = sandbox(request)
    path = "/" + request.path_params["path"]
    handler, ids = _TREE.find(request.method, path)
    with box.store.read() if request.method in READS else box.store.write() as db:
        return handler(
            Call(
                box,
                tenant,
                db,
                base_url(request),
                version_of(request),
                request.method,
                path,
                ids,
                tuple(request.query_params.multi_items()),
                request.headers.get("consistencylevel", "").lower() == "eventual",
                body,
            )
        )


def version_of(request: Request) -> str:
    """`v1.0` or `beta`."""
    path: str = request.scope["path"]
    return path.split("/", 2)[1]


def _parsed(raw: bytes) -> Any:
    if not raw:
        return None
    try:
        parsed = json.loads(raw)
        if b"\\ud" in raw.lower():
            # Half a surrogate pair is valid JSON but no text; UnicodeEncodeError is a ValueError.
            json.dumps(parsed, ensure_ascii=False).encode()
        return parsed
    except ValueError:
        raise bad_request(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of"
            " valid JSON format."
        ) from None


def _response(answer: Answer) -> Response:
    headers = {"OData-Version": "4.0", "Cache-Control": "no-cache", **answer.headers}
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    if isinstance(answer.body, str):
        return Response(answer.body, answer.status, headers, "text/plain")
    content = json.dumps(answer.body, ensure_ascii=False, separators=(",", ":"))
    return Response(content, answer.status, {**headers, "Content-Type": CONTENT_TYPE})


def _refusal(request: Request, error: GraphError) -> Response:
    state = request.state
    body = graph_error(
        error.code, error.message, sandbox(request).clock, state.request_id, state.client_request_id
    )
    body["error"].update(error.fields)
    headers = {"WWW-Authenticate": 'Bearer realm=""'} if error.status == 401 else {}
    return Response(json.dumps(body), error.status, {**headers, "Content-Type": "application/json"})
