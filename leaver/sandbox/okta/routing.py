"""All routes of the Okta half, and Okta's answer to what is none of them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route

from leaver.sandbox.okta import (
    admin,
    apps,
    devices,
    errors,
    factors,
    group_rules,
    groups,
    lifecycle,
    oauth,
    orgs,
    revocation,
    roles,
    syslog,
    users,
)
from leaver.sandbox.okta.wire import API, Answer, Call, serve

_OPERATIONS = [
    operation
    for module in (
        users,
        lifecycle,
        group_rules,
        groups,
        revocation,
        factors,
        apps,
        roles,
        devices,
        orgs,
        syslog,
    )
    for operation in module.OPERATIONS
]
_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def routes() -> list[Route]:
    """The API, the token endpoint and the admin calls; the last route answers unknown paths."""
    known = [operation.route() for operation in _OPERATIONS]

    async def unknown(request: Request) -> Response:
        other_method = any(route.matches(request.scope)[0] is Match.PARTIAL for route in known)

        def refuse(_call: Call) -> Answer:
            raise errors.bad_method() if other_method else errors.no_such_path()

        return serve(request, b"", refuse, None)

    return [
        *known,
        *oauth.routes(),
        *admin.routes(),
        Route(f"{API}/{{rest:path}}", unknown, methods=_METHODS),
    ]
