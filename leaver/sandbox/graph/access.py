"""Who calls: the bearer token of a Graph request."""

from __future__ import annotations

from starlette.requests import Request

from leaver.sandbox import tokens
from leaver.sandbox.graph.errors import invalid_token
from leaver.sandbox.settings import sandbox
from leaver.sandbox.tenants import Tenant

# The id of Microsoft Graph's own application, an audience that its tokens may have instead of its URL.
GRAPH_APP = "00000003-0000-0000-c000-000000000000"


def caller(request: Request) -> tuple[Tenant, frozenset[str]]:
    """The tenant that the token opens, and its application permissions; raises GraphError 401 as Graph words it."""
    box = sandbox(request)
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not value.strip():
        raise invalid_token("Access token is empty.")
    try:
        claims = tokens.read(box.settings.signing_key, value.strip(), box.clock())
    except tokens.TokenExpired:
        raise invalid_token("Lifetime validation failed, the token is expired.") from None
    except tokens.TokenInvalid:
        raise invalid_token("IDX14100: JWT is not well formed, or its signature is not valid.") from None
    audiences = {box.settings.http, box.settings.https, GRAPH_APP}
    if str(claims.get("aud", "")).rstrip("/") not in audiences:
        raise invalid_token("Access token validation failure. Invalid audience.")
    tenant = box.tenants.find("entra", str(claims.get("tid", "")))
    if tenant is None or tenant.app_id != claims.get("appid"):
        raise invalid_token("Access token validation failure. Invalid tenant or application.")
    return tenant, frozenset(claims.get("roles", ()))
