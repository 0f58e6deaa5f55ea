"""Access tokens by client credentials (RFC 6749 section 4.4, as the Microsoft identity platform has it)."""

from __future__ import annotations

import base64
import secrets
import uuid
from urllib.parse import parse_qs, unquote_plus

from starlette.requests import Request
from starlette.responses import JSONResponse

from leaver.sandbox import tokens
from leaver.sandbox.entra.refusal import refused, unknown_tenant
from leaver.sandbox.graph.access import GRAPH_APP
from leaver.sandbox.settings import sandbox
from leaver.sandbox.tenants import Tenant, withheld

# One second less than an hour, as the platform answers it.
LIFETIME = 3599
# The application permissions that the sandbox's application was granted.
ROLES = (
    "User.Read.All",
    "GroupMember.Read.All",
    "Application.Read.All",
    "MailboxSettings.Read",
    "User.ReadWrite.All",
    "User.EnableDisableAccount.All",
    "User.RevokeSessions.All",
    "User-PasswordProfile.ReadWrite.All",
    "User-LifeCycleInfo.ReadWrite.All",
    "User.DeleteRestore.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "Group.ReadWrite.All",
    "GroupMember.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
    "DeviceManagementManagedDevices.Read.All",
    "DeviceManagementManagedDevices.PrivilegedOperations.All",
    "Calendars.ReadWrite",
    "Files.ReadWrite.All",
    "LicenseAssignment.ReadWrite.All",
    "Device.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Application.ReadWrite.All",
    "MailboxSettings.ReadWrite",
    "AuditLog.Read.All",
    "Policy.ReadWrite.ConditionalAccess",
    "Directory.Read.All",
    "Organization.Read.All",
)


async def token(request: Request) -> JSONResponse:
    """Answer a token, or say as Entra does why not."""
    box = sandbox(request)
    form = {name: values[-1] for name, values in parse_qs((await request.body()).decode()).items()}
    client_id, secret = _basic(request) or (form.get("client_id", ""), form.get("client_secret"))
    tenant = box.tenants.find("entra", request.path_params["tenant"])
    if tenant is None:
        return unknown_tenant(request, request.path_params["tenant"])
    if form.get("grant_type") != "client_credentials":
        return refused(
            request,
            400,
            "unsupported_grant_type",
            70003,
            f"The app requested an unsupported grant type '{form.get('grant_type', '')}'.",
        )
    if client_id.lower() != tenant.app_id:
        return refused(
            request,
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client_id}' was not found in the directory '{tenant.tenant}'.",
        )
    if "client_assertion" in form and secret is None:
        return refused(
            request,
            401,
            "invalid_client",
            700213,
            f"No matching federated identity record found for the presented assertion of app '{tenant.app_id}'.",
        )
    faulty = _wrong_secret(request, tenant, secret)
    if faulty is not None:
        return faulty
    scope = form.get("scope", "")
    resource = scope.removesuffix("/.default").rstrip("/")
    if not scope.endswith("/.default"):
        return refused(
            request,
            400,
            "invalid_scope",
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must have a scope value"
            " with /.default suffixed to the resource identifier (application ID URI).",
        )
    if resource not in (box.settings.http, box.settings.https, GRAPH_APP):
        return refused(
            request,
            400,
            "invalid_resource",
            500011,
            f"The resource principal named {resource} was not found in the tenant named {tenant.tenant}.",
        )
    return JSONResponse(
        {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": _access_token(request, tenant, resource),
        },
        headers={"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"},
    )


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    name, _, secret = base64.b64decode(value).decode().partition(":")
    return unquote_plus(name), unquote_plus(secret)


def _wrong_secret(request: Request, tenant: Tenant, secret: str | None) -> JSONResponse | None:
    if secret is None:
        return refused(
            request,
            401,
            "invalid_client",
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
        )
    if not secrets.compare_digest(secret.encode(), tenant.secret.encode()):
        return refused(
            request,
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret"
            f" value, not the client secret ID, for a secret added to app '{tenant.app_id}'.",
        )
    return None


def _access_token(request: Request, tenant: Tenant, audience: str) -> str:
    box = sandbox(request)
    now = int(box.clock().timestamp())
    with box.store.read() as db:
        kept_back = withheld(db, "entra", tenant.tenant)
    claims = {
        "aud": audience,
        "iss": f"{box.settings.http}/{tenant.tenant}/",
        "iat": now,
        "nbf": now,
        "exp": now + LIFETIME,
        "appid": tenant.app_id,
        "appidacr": "1",
        "idtyp": "app",
        "oid": tenant.principal_id,
        "sub": tenant.principal_id,
        "tid": tenant.tenant,
        "roles": [role for role in ROLES if role not in kept_back],
        "uti": uuid.uuid4().hex,
        "ver": "1.0",
    }
    return tokens.issue(box.settings.signing_key, claims)
