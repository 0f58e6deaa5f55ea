"""Errors as Microsoft Graph answers them (learn.microsoft.com/graph/errors)."""

from __future__ import annotations

from typing import Any


class GraphError(Exception):
    """A refusal: HTTP status, Graph's code and message, and further fields of the error object."""

    def __init__(self, status: int, code: str, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields


def not_found(what: str) -> GraphError:
    """No such object: `what` is an id, a user principal name or a relationship."""
    return GraphError(
        404,
        "Request_ResourceNotFound",
        f"Resource '{what}' does not exist or one of its queried reference-property objects are not present.",
    )


def bad_request(message: str, **fields: Any) -> GraphError:
    return GraphError(400, "Request_BadRequest", message, **fields)


def unsupported_query(message: str) -> GraphError:
    return GraphError(400, "Request_UnsupportedQuery", message)


def invalid_token(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message)


def advanced_query_needed(operator: str) -> GraphError:
    """The operator needs the advanced query capabilities (learn.microsoft.com/graph/aad-advanced-queries)."""
    return unsupported_query(
        f"Operator '{operator}' is not supported because the required parameters might be missing. Try adding"
        " $count=true query parameter and ConsistencyLevel:eventual header."
        " Refer to https://aka.ms/graph-docs/advanced-queries for more information."
    )
