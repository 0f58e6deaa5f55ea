"""What a client asks before it asks for a token."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from leaver.sandbox.entra.refusal import unknown_tenant
from leaver.sandbox.settings import base_url, sandbox


async def endpoints(request: Request) -> JSONResponse:
    """The Azure cloud description that `metadataHost` of pulumi-azuread points to.

    It names the plain-http addresses whatever port was asked: only this call of the provider needs TLS.
    """
    base = sandbox(request).settings.http
    return JSONResponse(
        {
            "name": "LeaverSandbox",
            "portal": base,
            "authentication": {
                "loginEndpoint": base,
                "audiences": [base],
                "tenant": "common",
                "identityProvider": "AAD",
            },
            "resourceManager": f"{base}/",
            "microsoftGraphResourceId": f"{base}/",
            "graphAudience": f"{base}/",
            "suffixes": {},
        }
    )


async def discovery(request: Request) -> JSONResponse:
    """Instance discovery of the Microsoft authentication libraries."""
    host = base_url(request).partition("//")[2]
    asked = request.query_params.get("authorization_endpoint", "")
    tenant = asked.partition("//")[2].split("/")[1] if asked.count("/") > 2 else "common"
    return JSONResponse(
        {
            "tenant_discovery_endpoint": f"{base_url(request)}/{tenant}/v2.0/.well-known/openid-configuration",
            "api-version": "1.1",
            "metadata": [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}],
        }
    )


async def openid_configuration(request: Request) -> JSONResponse:
    """The OpenID Connect discovery document of a tenant."""
    tenant_id = request.path_params["tenant"]
    if sandbox(request).tenants.find("entra", tenant_id) is None:
        return unknown_tenant(request, tenant_id)
    base = f"{base_url(request)}/{tenant_id}"
    return JSONResponse(
        {
            "issuer": f"{base}/v2.0",
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid"],
            "tenant_region_scope": "EU",
        }
    )
