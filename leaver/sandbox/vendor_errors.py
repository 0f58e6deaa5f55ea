"""Error answers in the vendors' shapes, for faults and for refusals before a handler runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from leaver.sandbox.clock import Clock

# Microsoft: learn.microsoft.com/graph/errors. Okta: developer.okta.com/docs/reference/error-codes.
_GRAPH = {
    403: ("Authorization_RequestDenied", "Insufficient privileges to complete the operation."),
    429: ("TooManyRequests", "Too many requests."),
    500: ("InternalServerError", "The server encountered an unexpected condition."),
    502: ("BadGateway", "Bad gateway."),
    503: ("ServiceUnavailable", "The service is temporarily unavailable."),
    504: ("GatewayTimeout", "The gateway did not receive a timely response."),
}
_OKTA = {
    403: ("E0000006", "You do not have permission to perform the requested action"),
    429: ("E0000047", "API call exceeded rate limit due to too many requests."),
    500: ("E0000009", "Internal Server Error"),
}


def is_okta(path: str) -> bool:
    """Whether a path belongs to the Okta API."""
    return path.startswith(("/api/", "/oauth2/"))


def graph_error(code: str, message: str, clock: Clock, request_id: str, client_id: str) -> dict[str, Any]:
    """The body of a Microsoft Graph error answer."""
    inner = {
        "date": clock().strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_id,
    }
    return {"error": {"code": code, "message": message, "innerError": inner}}


def okta_error(code: str, summary: str, request_id: str, causes: tuple[str, ...] = ()) -> dict[str, Any]:
    """The body of an Okta error answer."""
    return {
        "errorCode": code,
        "errorSummary": summary,
        "errorLink": code,
        "errorId": f"oae{request_id.replace('-', '')[:22]}",
        "errorCauses": [{"errorSummary": cause} for cause in causes],
    }


def rate_limit_headers(reset: datetime) -> list[tuple[bytes, bytes]]:
    """What Okta's throttled answers carry: its clients wait until Reset, in seconds since 1970."""
    return [
        (b"x-rate-limit-limit", b"600"),
        (b"x-rate-limit-remaining", b"0"),
        (b"x-rate-limit-reset", str(int(reset.timestamp())).encode()),
    ]


def fault_body(path: str, status: int, clock: Clock, request_id: str, client_id: str) -> dict[str, Any]:
    """What the vendor that owns `path` says with this status."""
    if is_okta(path):
        code, summary = _OKTA.get(status, ("E0000009", "Internal Server Error"))
        return okta_error(code, summary, request_id)
    code, message = _GRAPH.get(status, ("UnknownError", "An unknown error occurred."))
    return graph_error(code, message, clock, request_id, client_id)
