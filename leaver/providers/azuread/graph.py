"""Microsoft Graph as the real plugin speaks it: metadata, token, headers, paging, waits for consistency."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from leaver.providers.base.errors import ProviderError
from leaver.providers.base.http import Http, RetryPolicy
from leaver.providers.base.resource import Call
from leaver.providers.base.values import Bag

if TYPE_CHECKING:
    import httpx

POLICY = RetryPolicy(
    statuses=frozenset({408, 424, 429, 500, *range(502, 600)}),
    first=1.0,
    longest=61.0,
    resent=frozenset({"GET", "HEAD", "PUT", "DELETE"}),
)
HEADERS = {
    "Accept": "application/json; charset=utf-8; IEEE754Compatible=false",
    "Content-Type": "application/json; charset=utf-8",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
}
_MISSED_AGAIN = 1.0
_EARLY_SECONDS = 10.0


class GraphError(ProviderError):
    """Graph answered with a status that the operation did not expect."""

    def __init__(self, what: str, status: int, text: str) -> None:
        super().__init__(f"{what}: {text}")
        self.status = status


class Graph:
    """One configured provider: its addresses, its token, and a lock per group.

    `credentials` are the token request's form fields apart from the scope.
    """

    def __init__(self, http: Http, metadata_host: str, tenant: str, credentials: dict[str, str]) -> None:
        self.tenant = tenant
        self.client_id = credentials.get("client_id", "")
        self.object_id = ""
        self._http = http
        self._credentials = credentials
        self._metadata_host = metadata_host
        self._login = ""
        self._base = ""
        self._token = ""
        self._expires = 0.0
        self._mutex = threading.Lock()
        self._group_locks: dict[str, threading.Lock] = {}

    def connect(self, call: Call) -> None:
        """Read the cloud's metadata and get the first token. Raises ProviderError."""
        url = f"https://{self._metadata_host}/metadata/endpoints?api-version=2022-09-01"
        answer = self._http.request(call, "GET", url)
        document = _json(answer)
        if answer.status_code != 200:
            raise ProviderError(f"retrieving environments from Azure MetaData service: {_fault(answer)}")
        login = document.get("authentication", {}).get("loginEndpoint")
        base = document.get("microsoftGraphResourceId")
        for name, value in (
            ("name", document.get("name")),
            ("resourceManager", document.get("resourceManager")),
            ("microsoftGraphResourceId", base),
            ("authentication.loginEndpoint", login),
        ):
            if not value:
                raise ProviderError(f"{url}: the metadata has no {name}")
        self._login, self._base = str(login).rstrip("/"), str(base).rstrip("/")
        self._authorise(call)

    # --- requests ----------------------------------------------------------------------------------

    def request(
        self,
        call: Call,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: Bag | None = None,
        also_retry: Callable[[httpx.Response], bool] | None = None,
    ) -> httpx.Response:
        """One exchange on `path` (`v1.0/users`, `beta/groups/…`), or on the whole URL of a next page."""
        url = path if "://" in path else f"{self._base}/{path}"
        if query:
            url += "?" + urlencode(query)
        headers = {**HEADERS, "Authorization": f"Bearer {self._current_token(call)}"}
        return self._http.request(call, method, url, json=body, headers=headers, also_retry=also_retry)

    def find(self, call: Call, path: str, what: str, query: dict[str, str] | None = None) -> Bag | None:
        """The object at `path`, or None when there is none. Raises GraphError for any other answer."""
        answer = self.request(call, "GET", path, query=query)
        if answer.status_code == 404:
            return None
        if answer.status_code != 200:
            raise GraphError(what, answer.status_code, _fault(answer))
        return _json(answer)

    def get(self, call: Call, path: str, what: str, query: dict[str, str] | None = None) -> Bag:
        """The object at `path`. Raises GraphError when it cannot be read, or is not there."""
        answer = self.request(call, "GET", path, query=query)
        if answer.status_code != 200:
            raise GraphError(what, answer.status_code, _fault(answer))
        return _json(answer)

    def list(self, call: Call, path: str, what: str, query: dict[str, str] | None = None) -> list[Bag]:
        """All objects at `path`, over all pages."""
        page = self.get(call, path, what, query)
        found: list[Bag] = []
        while True:
            values = page.get("value")
            found += values if isinstance(values, list) else []
            following = page.get("@odata.nextLink")
            if not isinstance(following, str):
                return found
            page = self.get(call, following, what)

    def send(
        self,
        call: Call,
        method: str,
        path: str,
        what: str,
        body: Bag | None = None,
        also_retry: Callable[[httpx.Response], bool] | None = None,
    ) -> Bag:
        """A change; what the directory says of it ({} for an empty answer). Raises GraphError."""
        answer = self.request(call, method, path, body=body, also_retry=also_retry)
        if answer.status_code not in (200, 201, 202, 204):
            raise GraphError(what, answer.status_code, _fault(answer))
        return _json(answer) if answer.content else {}

    # --- waiting -----------------------------------------------------------------------------------

    def wait(self, call: Call, what: str, holds: Callable[[], bool], times: int = 5) -> None:
        """Return when `holds()` was true `times` times in a row.

        The real plugin pauses 5 s between any two looks; this one only after a look that failed.
        """
        row = 0
        while row < times:
            if holds():
                row += 1
                continue
            row = 0
            if self._http.time_left(call) <= _MISSED_AGAIN:
                raise ProviderError(f"{what}: timeout while waiting for state to become 'Done'")
            self._http.pause(call, _MISSED_AGAIN)

    @contextmanager
    def group_lock(self, group: str) -> Iterator[None]:
        """Hold the lock of one group: its memberships change one after the other."""
        with self._mutex:
            lock = self._group_locks.setdefault(group, threading.Lock())
        with lock:
            yield

    def reference(self, version: str, object_id: str) -> str:
        """The `@odata.id` of a directory object."""
        return f"{self._base}/{version}/directoryObjects/{object_id}"

    # --- token -------------------------------------------------------------------------------------

    def _current_token(self, call: Call) -> str:
        with self._mutex:
            if self._http.now() >= self._expires:
                self._authorise(call)
            return self._token

    def _authorise(self, call: Call) -> None:
        url = f"{self._login}/{quote(self.tenant)}/oauth2/v2.0/token"
        form = {
            **self._credentials,
            "grant_type": "client_credentials",
            "scope": f"{self._base}/.default",
        }
        answer = self._http.request(call, "POST", url, form=form, headers={"Accept": "application/json"})
        document = _json(answer)
        token = document.get("access_token")
        if answer.status_code != 200 or not isinstance(token, str):
            reason = document.get("error_description") or document.get("error") or _fault(answer)
            raise ProviderError(
                f"clientCredentialsToken: received HTTP status {answer.status_code}: {reason}"
            )
        self.object_id = _object_id(token)
        self._token = token
        seconds = document.get("expires_in")
        self._expires = self._http.now() + float(str(seconds or 3600)) - _EARLY_SECONDS


def not_found(answer: httpx.Response) -> bool:
    """Retry rule: a fresh object that the directory does not show yet."""
    return answer.status_code == 404


def invalid_property_values(answer: httpx.Response) -> bool:
    """Retry rule: the refusal that Graph gives while something the object names is not replicated yet."""
    return answer.status_code == 400 and "One or more property values specified are invalid" in answer.text


def still_there(values: Bag | None, what: str) -> Bag:
    """What was read of something that was just written. Raises ProviderError where it is gone again."""
    if values is None:
        raise ProviderError(f"{what}: it was there and is gone")
    return values


def _object_id(token: str) -> str:
    parts = token.split(".")
    if len(parts) != 3:
        raise ProviderError("the access token is not a JSON web token of three parts")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError as fault:
        raise ProviderError("the access token's claims cannot be read") from fault
    found = claims.get("oid") if isinstance(claims, dict) else None
    if not found:
        raise ProviderError("the access token has no oid claim: the caller's object ID is not known")
    return str(found)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        document = answer.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _fault(answer: httpx.Response) -> str:
    status = f"unexpected status {answer.status_code} ({answer.status_code} {answer.reason_phrase})"
    fault = _json(answer).get("error")
    if isinstance(fault, dict):
        return f"{status} with error: {fault.get('code', '')}: {fault.get('message', '')}"
    return f"{status} with response: {answer.text}" if answer.text else f"{status} received with no body"
