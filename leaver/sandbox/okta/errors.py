"""Errors in Okta's own shape and with its codes.

Source: developer.okta.com/docs/reference/error-codes. Codes for refused lifecycle calls are documented at
each call of the Users and User Lifecycle APIs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from leaver.sandbox.vendor_errors import okta_error


class OktaError(Exception):
    """An answer other than success: HTTP status, Okta error code, summary and causes."""

    def __init__(self, status: int, code: str, summary: str, causes: Iterable[str] = ()) -> None:
        super().__init__(f"{status} {code} {summary}")
        self.status = status
        self.code = code
        self.summary = summary
        self.causes = tuple(causes)
        self.headers: dict[str, str] = {}

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON of the answer."""
        return okta_error(self.code, self.summary, request_id, self.causes)


def validation(subject: str, *causes: str) -> OktaError:
    """E0000001: a precondition of the endpoint is violated; `subject` is the field or the operation."""
    return OktaError(400, "E0000001", f"Api validation failed: {subject}", causes)


def field_error(field: str, fault: str) -> OktaError:
    return validation(field, f"{field}: {fault}")


def taken(field: str) -> OktaError:
    return field_error(field, "An object with this field already exists in the current organization")


def not_found(identifier: str, kind: str) -> OktaError:
    return OktaError(404, "E0000007", f"Not found: Resource not found: {identifier} ({kind})")


def no_such_path() -> OktaError:
    return OktaError(404, "E0000008", "The requested path was not found")


def bad_method() -> OktaError:
    return OktaError(405, "E0000022", "The endpoint does not support the provided HTTP method")


def malformed_body() -> OktaError:
    return OktaError(400, "E0000003", "The request body was not well-formed.")


def forbidden() -> OktaError:
    return OktaError(403, "E0000006", "You do not have permission to perform the requested action")


def no_session() -> OktaError:
    return OktaError(403, "E0000005", "Invalid session")


def invalid_token() -> OktaError:
    return OktaError(401, "E0000011", "Invalid token provided")


def missing_scope(scope: str, resource: str) -> OktaError:
    """A Bearer token that lacks the scope of the operation (RFC 6750, section 3.1)."""
    error = forbidden()
    error.headers["WWW-Authenticate"] = (
        f'Bearer scope="{scope}", error="insufficient_scope", '
        f'error_description="The access token provided does not contain the required scopes.", '
        f'resource="{resource}"'
    )
    return error


def too_many_requests() -> OktaError:
    return OktaError(429, "E0000047", "API call exceeded rate limit due to too many requests.")


def credentials_refused(*causes: str) -> OktaError:
    return OktaError(403, "E0000014", "Update of credentials failed", causes)


def already_active() -> OktaError:
    return OktaError(403, "E0000016", "Activation failed because the user is already active")


def bad_paging() -> OktaError:
    return OktaError(400, "E0000029", "Invalid paging request.")


def bad_search(*causes: str) -> OktaError:
    return OktaError(400, "E0000031", "Invalid search criteria.", causes)


def search_and_filter() -> OktaError:
    return OktaError(400, "E0000033", "Cannot specify a search query and filter in the same request.")


def unlock_refused() -> OktaError:
    return OktaError(403, "E0000032", "Unlock is not allowed for this user.")


def wrong_status() -> OktaError:
    return OktaError(403, "E0000038", "This operation is not allowed in the user's current status.")


def app_access_from_group() -> OktaError:
    return OktaError(
        403,
        "E0000046",
        "Deactivate application for user forbidden.",
        [
            "The application cannot be unassigned from the user while their group memberships grant them access"
        ],
    )


def unsupported() -> OktaError:
    return OktaError(501, "E0000060", "Unsupported operation.")


def role_already_assigned() -> OktaError:
    return OktaError(409, "E0000090", "The role specified is already assigned to the user.")


def still_activating() -> OktaError:
    return OktaError(
        409,
        "E0000112",
        "Unable to update this user since they are still activating. Try again in a few minutes.",
    )


def inactive_user() -> OktaError:
    return OktaError(403, "E0000117", "Can not assign apps or update app profiles for an inactive user")


def device_status() -> OktaError:
    return OktaError(403, "E0000152", "Illegal device status, cannot perform action")
