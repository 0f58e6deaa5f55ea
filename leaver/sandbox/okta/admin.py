"""Orders to an org that no Okta API gives, under /_sandbox/okta: slow transitions, limits, forced statuses."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from leaver.sandbox.clock import iso_millis
from leaver.sandbox.okta import errors, hooks, oauth, rules, seeding, settling
from leaver.sandbox.okta.rates import meter_of
from leaver.sandbox.settings import Sandbox, sandbox
from leaver.sandbox.tenants import Tenant

Order = Callable[[Sandbox, Tenant, dict[str, Any]], dict[str, Any]]


def _tenants(box: Sandbox, client: str | None, directory: str | None = None) -> list[Tenant]:
    return [
        each
        for each in box.tenants.all()
        if each.kind == "okta" and client in (None, each.client) and directory in (None, each.directory)
    ]


def _guarded(request: Request) -> Response | None:
    given = request.headers.get("x-sandbox-admin", "")
    if secrets.compare_digest(given, sandbox(request).settings.admin_token):
        return None
    return JSONResponse({"error": "wrong or missing X-Sandbox-Admin; it is in sandbox.json"}, 401)


def _order(path: str, order: Order) -> Route:
    async def endpoint(request: Request) -> Response:
        refused = _guarded(request)
        if refused is not None:
            return refused
        box, body = sandbox(request), await request.json()
        named = _tenants(box, body.get("client"), body.get("directory"))
        if len(named) != 1:
            remedy = "Name client, and directory when it has several Okta orgs."
            return JSONResponse(
                {"error": f"{len(named)} Okta orgs fit {body.get('client')!r}. {remedy}"}, 404
            )
        try:
            answer = order(box, named[0], body)
        except errors.OktaError as error:
            return JSONResponse({"error": "; ".join((error.summary, *error.causes))}, error.status)
        except (ValueError, KeyError, TypeError) as fault:
            return JSONResponse({"error": str(fault)}, 400)
        meter_of(request).clear(named[0].tenant)
        return JSONResponse(answer)

    return Route(f"/_sandbox/okta{path}", endpoint, methods=["POST"])


def _transition(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """From now on activation and deactivation take `seconds`."""
    seconds = float(body["seconds"])
    with box.store.write() as db:
        db.execute("UPDATE okta_orgs SET transition_seconds = ? WHERE org = ?", (seconds, tenant.tenant))
    return {"seconds": seconds}


def _rate_limit(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """From now on `limit` requests a minute and collection are served (None: the sandbox's default)."""
    limit = None if body.get("limit") is None else int(body["limit"])
    with box.store.write() as db:
        db.execute("UPDATE okta_orgs SET rate_limit = ? WHERE org = ?", (limit, tenant.tenant))
    return {"limit": limit}


def _status(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """Bring a user to any status, as too many wrong passwords or a person in the console would."""
    status = body["status"]
    if status not in rules.STATUSES:
        raise ValueError(f"status {status!r}. Use one of {', '.join(rules.STATUSES)}.")
    with box.store.write() as db:
        row = db.execute(
            "SELECT id FROM okta_users WHERE org = ? AND login_key = ?",
            (tenant.tenant, body["login"].lower()),
        ).fetchone()
        if row is None:
            raise errors.not_found(body["login"], "User")
        settling.enter(db, row["id"], status, iso_millis(box.clock()))
    return {"id": row["id"], "status": status}


def _equip(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """Give a user factors, devices, roles, apps, grants or API tokens (see `seeding.equip`)."""
    with box.store.write() as db:
        return seeding.equip(db, hooks.org_of(db, tenant), iso_millis(box.clock()), body["login"], body)


def _service_app(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    """Register a service app: `client_id`, its public key `jwk`, and its `scopes`."""
    with box.store.write() as db:
        oauth.register(db, tenant.tenant, body["client_id"], body["jwk"], list(body["scopes"]))
    return {"client_id": body["client_id"]}


def _sign_in(box: Sandbox, tenant: Tenant, body: dict[str, Any]) -> dict[str, Any]:
    return hooks.sign_in(box, tenant, body["login"])


async def _sessions(request: Request) -> Response:
    refused = _guarded(request)
    if refused is not None:
        return refused
    box = sandbox(request)
    asked = request.query_params
    named = _tenants(box, asked.get("client"), asked.get("directory"))
    found = [session for tenant in named for session in hooks.sessions(box, tenant)]
    return JSONResponse({"sessions": found})


def routes() -> list[Route]:
    """The admin routes; each wants the header X-Sandbox-Admin, and a body that names the client."""
    return [
        _order("/transition", _transition),
        _order("/rate-limit", _rate_limit),
        _order("/status", _status),
        _order("/equip", _equip),
        _order("/service-app", _service_app),
        _order("/signin", _sign_in),
        Route("/_sandbox/okta/sessions", _sessions, methods=["GET"]),
    ]
