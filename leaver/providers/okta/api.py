"""The Okta API as the provider speaks it: JSON, retries, paging by Link header, the SDK's error texts.

Errors: https://developer.okta.com/docs/reference/error-codes/; paging and rate limits:
https://developer.okta.com/docs/reference/core-okta-api/ and …/reference/rate-limits/.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from leaver.providers.base.errors import ProviderError

if TYPE_CHECKING:
    import httpx

    from leaver.providers.base.http import Http
    from leaver.providers.base.resource import Call

_FIRST_LOOK_AGAIN = 0.5
_LOOK_AGAIN_GROWTH = 1.5
_LOOK_AGAIN_FOR = 10.0
_TRANSITION_PAUSE = 0.1
"""Seconds; the real provider takes 5, which would only slow the sandbox down."""


class ApiError(ProviderError):
    """A refused request, or a rule of the provider itself (`status` 0); the text is the real provider's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Session:
    """A configured provider: where the org is, how to ask it, and whether to check the credential first."""

    base: str
    http: Http
    verify: bool


class Api:
    """One org during one operation."""

    def __init__(self, call: Call) -> None:
        session: Session = call.session
        self._session = session
        self._call = call

    def call(
        self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None
    ) -> httpx.Response:
        """One request below `/api/v1/`, retried. Raises ApiError for every answer of 300 or more."""
        return self._send(method, f"/api/v1/{path}" + (f"?{urlencode(query)}" if query else ""), body)

    def ask(self, method: str, path: str, query: Mapping[str, str] | None = None, body: object = None) -> Any:
        """The JSON that a request is answered with. Raises ApiError, also when it is no JSON."""
        return _parsed(self.call(method, path, query, body))

    def find(self, method: str, path: str, query: Mapping[str, str] | None = None) -> Any:
        """The JSON of the answer, `{}` when it is empty, None on a 404."""
        try:
            reply = self.call(method, path, query)
        except ApiError as error:
            if error.status == 404:
                return None
            raise
        return _parsed(reply) if reply.content else {}

    def pages(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[list[dict[str, Any]]]:
        """Every page of a list; a list that is not there has none. The host of a next link is ignored."""
        try:
            reply = self.call("GET", path, query)
        except ApiError as error:
            if error.status == 404:
                return
            raise
        while True:
            yield _parsed(reply)
            following = reply.links.get("next", {}).get("url")
            if not following:
                return
            link = urlsplit(following)
            reply = self._send("GET", f"{link.path}?{link.query}" if link.query else link.path, None)

    def attempts(self) -> Iterator[None]:
        """One turn for each look at something that may not show yet: 7 of them within about 10 s."""
        wait, waited = _FIRST_LOOK_AGAIN, 0.0
        yield
        while waited <= _LOOK_AGAIN_FOR:
            self._session.http.pause(self._call, wait)
            waited += wait
            wait *= _LOOK_AGAIN_GROWTH
            yield

    def pause_for_transition(self) -> None:
        """Between two looks at a user whose status is changing."""
        self._session.http.pause(self._call, _TRANSITION_PAUSE)

    @contextmanager
    def step(self, failed_to: str) -> Iterator[None]:
        """Put what was being done before the text of an ApiError that leaves the block."""
        try:
            yield
        except ApiError as error:
            raise ApiError(error.status, f"{failed_to}: {error}") from error

    def _send(self, method: str, target: str, body: object) -> httpx.Response:
        reply = self._session.http.request(self._call, method, self._session.base + target, json=body)
        if reply.status_code >= 300:
            raise ApiError(reply.status_code, _error_text(reply))
        return reply


def segment(value: object) -> str:
    """`value` as one segment of a path: an `@` stays, a slash cannot leave the segment."""
    return quote(str(value), safe="@:!$&'()*+,;=")


def _parsed(reply: httpx.Response) -> Any:
    try:
        return reply.json()
    except ValueError as fault:
        request = reply.request
        message = f"{request.method} {request.url.path}: status {reply.status_code} without JSON: {fault}"
        raise ApiError(0, message) from fault


def _error_text(reply: httpx.Response) -> str:
    try:
        found = reply.json()
    except ValueError:
        found = None
    error = found if isinstance(found, dict) else {}
    summary = error.get("error_description") or error.get("errorSummary")
    text = f"the API returned an error: {summary}" if summary else "the API returned an unknown error"
    causes = [f"{key}: {value}" for cause in error.get("errorCauses") or [] for key, value in cause.items()]
    return f"{text}. Causes: {', '.join(causes)}" if causes else text
