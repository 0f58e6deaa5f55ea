"""The sandbox's own calls under /_sandbox: tenants, faults, log, clock, seeds, sessions."""

from __future__ import annotations

import os
import secrets
import sqlite3
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leaver.sandbox import apis
from leaver.sandbox.clock import iso
from leaver.sandbox.settings import Sandbox, sandbox
from leaver.sandbox.tenants import Tenant, TenantConflict, withheld, withhold

Handler = Callable[[Request, Sandbox], Awaitable[Any]]


class _Refused(Exception):
    """The admin call cannot be done; the message says what to do."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def _guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def guarded(request: Request) -> Response:
        box = sandbox(request)
        given = request.headers.get("x-sandbox-admin", "")
        if not secrets.compare_digest(given, box.settings.admin_token):
            return JSONResponse({"error": "wrong or missing X-Sandbox-Admin; it is in sandbox.json"}, 401)
        try:
            return JSONResponse(await handler(request, box))
        except _Refused as refused:
            return JSONResponse({"error": str(refused)}, refused.status)
        except (TenantConflict, sqlite3.IntegrityError) as conflict:
            return JSONResponse({"error": str(conflict)}, 409)
        except (ValueError, KeyError, TypeError) as fault:
            return JSONResponse({"error": str(fault)}, 400)

    return guarded


def _shown(tenant: Tenant) -> dict[str, Any]:
    return {
        "client": tenant.client,
        "directory": tenant.directory,
        "kind": tenant.kind,
        "tenant": tenant.tenant,
        "domains": list(tenant.domains),
    }


def _named(box: Sandbox, client: str, directory: str) -> Tenant:
    found = box.tenants.of_client(client, directory)
    if found is None:
        raise _Refused(
            404, f"no directory {client}/{directory}. Register it with PUT /_sandbox/tenants first."
        )
    return found


async def _status(_request: Request, box: Sandbox) -> Any:
    return {"pid": os.getpid(), "tenants": len(box.tenants.all()), "now": iso(box.clock())}


async def _tenants(_request: Request, box: Sandbox) -> Any:
    return {"tenants": [_shown(each) for each in box.tenants.all()]}


async def _put_tenant(request: Request, box: Sandbox) -> Any:
    body = await request.json()
    kind = body["kind"]
    if kind not in ("entra", "okta"):
        raise ValueError(f"kind {kind!r}. Use entra or okta.")
    name = str(uuid.UUID(body["tenant"])) if kind == "entra" else body["org"]
    client, directory = request.path_params["client"], request.path_params["directory"]
    tenant = box.tenants.register(client, directory, kind, name, body.get("domains", []), body.get("was"))
    apis.prepare(box, tenant)
    return _shown(tenant)


async def _delete_tenant(request: Request, box: Sandbox) -> Any:
    tenant = _named(box, request.path_params["client"], request.path_params["directory"])
    apis.empty(box, tenant)
    box.tenants.drop(tenant.client, tenant.directory)
    return _shown(tenant)


async def _reset(request: Request, box: Sandbox) -> Any:
    body = await request.json() if await request.body() else {}
    client = body.get("client")
    emptied = [each for each in box.tenants.all() if client in (None, each.client)]
    for tenant in emptied:
        apis.empty(box, tenant)
        apis.prepare(box, tenant)
    box.log.clear(client)
    if client is None:
        box.faults.clear()
        box.clock.shift(0)
    return {"emptied": [_shown(each) for each in emptied]}


async def _seed(request: Request, box: Sandbox) -> Any:
    body = await request.json()
    tenant = _named(box, body["client"], body["directory"])
    return apis.seed(box, tenant, body)


async def _withhold(request: Request, box: Sandbox) -> Any:
    """Take permissions from a directory's application: exactly these are missing from now on."""
    body = await request.json()
    tenant = _named(box, body["client"], body["directory"])
    with box.store.write() as db:
        withhold(db, tenant, [str(each) for each in body["permissions"]])
        return {"withheld": sorted(withheld(db, tenant.kind, tenant.tenant))}


async def _faults(_request: Request, box: Sandbox) -> Any:
    return {"faults": box.faults.listed()}


async def _order_faults(request: Request, box: Sandbox) -> Any:
    body = await request.json()
    orders = body if isinstance(body, list) else [body]
    return {"ordered": [box.faults.order(each).id for each in orders]}


async def _withdraw_faults(request: Request, box: Sandbox) -> Any:
    wanted = request.query_params.get("id")
    return {"withdrawn": box.faults.clear(int(wanted) if wanted else None)}


async def _log(request: Request, box: Sandbox) -> Any:
    asked = request.query_params
    entries = box.log.entries(
        since=int(asked.get("since", 0)),
        client=asked.get("client"),
        method=asked.get("method"),
        path=asked.get("path"),
        limit=int(asked.get("limit", 1000)),
    )
    return {"entries": entries}


async def _clear_log(request: Request, box: Sandbox) -> Any:
    box.log.clear(request.query_params.get("client"))
    return {}


async def _clock(_request: Request, box: Sandbox) -> Any:
    return {"now": box.clock().isoformat(), "offset_seconds": box.clock.offset_seconds}


async def _shift_clock(request: Request, box: Sandbox) -> Any:
    box.clock.shift(float((await request.json())["offset_seconds"]))
    return await _clock(request, box)


async def _sign_in(request: Request, box: Sandbox) -> Any:
    body = await request.json()
    return apis.sign_in(box, _named(box, body["client"], body["directory"]), body["username"])


async def _sessions(request: Request, box: Sandbox) -> Any:
    asked = request.query_params
    return {
        "sessions": [
            session
            for tenant in box.tenants.all()
            if asked.get("client") in (None, tenant.client)
            and asked.get("directory") in (None, tenant.directory)
            for session in apis.sessions(box, tenant)
        ]
    }


def routes() -> list[Route]:
    """The admin routes; each wants the header X-Sandbox-Admin."""
    table: list[tuple[str, str, Handler]] = [
        ("GET", "/status", _status),
        ("GET", "/tenants", _tenants),
        ("PUT", "/tenants/{client}/{directory}", _put_tenant),
        ("DELETE", "/tenants/{client}/{directory}", _delete_tenant),
        ("POST", "/reset", _reset),
        ("POST", "/seed", _seed),
        ("POST", "/withhold", _withhold),
        ("GET", "/faults", _faults),
        ("POST", "/faults", _order_faults),
        ("DELETE", "/faults", _withdraw_faults),
        ("GET", "/log", _log),
        ("DELETE", "/log", _clear_log),
        ("GET", "/clock", _clock),
        ("POST", "/clock", _shift_clock),
        ("POST", "/signin", _sign_in),
        ("GET", "/sessions", _sessions),
    ]
    return [Route(f"/_sandbox{path}", _guarded(handler), methods=[method]) for method, path, handler in table]
