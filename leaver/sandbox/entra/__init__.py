"""The Entra login: cloud metadata, tokens by client credentials."""

from __future__ import annotations

from starlette.routing import Route

from leaver.sandbox.entra.metadata import discovery, endpoints, openid_configuration
from leaver.sandbox.entra.token import token

SCHEMA = ""


def routes() -> list[Route]:
    return [
        Route("/metadata/endpoints", endpoints),
        Route("/common/discovery/instance", discovery),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", openid_configuration),
        Route("/{tenant}/oauth2/v2.0/token", token, methods=["POST"]),
    ]
