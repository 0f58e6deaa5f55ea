"""Microsoft Graph, v1.0 and beta: what pulumi-azuread, the Graph SDKs and Leaver itself call."""

from __future__ import annotations

from starlette.routing import Route

from leaver.sandbox.graph.schema import SCHEMA
from leaver.sandbox.graph.seeding import prepare, seed
from leaver.sandbox.graph.service import endpoint
from leaver.sandbox.graph.sessions import sessions, sign_in

__all__ = ["SCHEMA", "prepare", "routes", "seed", "sessions", "sign_in"]

_METHODS = ["GET", "POST", "PATCH", "PUT", "DELETE"]


def routes() -> list[Route]:
    """One route per API version; the paths below are matched by a tree."""
    return [
        Route(f"/{version}/{{path:path}}", endpoint, methods=_METHODS, name=version)
        for version in ("v1.0", "beta")
    ]
