"""The sandbox as one ASGI application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from leaver.sandbox import admin, apis
from leaver.sandbox.clock import ShiftableClock
from leaver.sandbox.faults import Faults
from leaver.sandbox.gateway import Gateway
from leaver.sandbox.log import SCHEMA as LOG_SCHEMA
from leaver.sandbox.log import RequestLog
from leaver.sandbox.settings import Sandbox, Settings
from leaver.sandbox.store import Store
from leaver.sandbox.tenants import SCHEMA as TENANTS_SCHEMA
from leaver.sandbox.tenants import Tenants


def create_app(store: Store, faults: Faults, settings: Settings, clock: ShiftableClock) -> Starlette:
    """The application that serves every API of the sandbox from `store`.

    Handlers find the rest by `leaver.sandbox.settings.sandbox(request)`.
    """
    for schema in (TENANTS_SCHEMA, LOG_SCHEMA, *(module.SCHEMA for module in apis.MODULES)):
        store.ensure(schema)
    log = RequestLog(store)
    box = Sandbox(store, faults, settings, clock, Tenants(store, settings.home, settings.signing_key), log)
    routes: list[Route] = [*admin.routes()]
    for module in apis.MODULES:
        routes.extend(module.routes())

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        log.flush()

    app = Starlette(routes=routes, middleware=[Middleware(Gateway, box=box)], lifespan=lifespan)
    app.router.redirect_slashes = False
    app.state.sandbox = box
    return app
