"""Refusals of the Entra login, in its shape (learn.microsoft.com/entra/identity-platform/reference-error-codes)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse

from leaver.sandbox.settings import base_url, sandbox


def refused(request: Request, status: int, error: str, code: int, text: str) -> JSONResponse:
    """An AADSTS error; `error` is the OAuth 2.0 error code (RFC 6749 section 5.2)."""
    now = sandbox(request).clock()
    trace = request.state.request_id
    correlation = request.state.client_request_id
    stamp = now.strftime("%Y-%m-%d %H:%M:%SZ")
    description = f"AADSTS{code}: {text} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {stamp}"
    body = {
        "error": error,
        "error_description": description,
        "error_codes": [code],
        "timestamp": stamp,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{base_url(request)}/error?code={code}",
    }
    return JSONResponse(body, status)


def unknown_tenant(request: Request, tenant: str) -> JSONResponse:
    return refused(
        request,
        400,
        "invalid_request",
        90002,
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the"
        " correct cloud.",
    )
