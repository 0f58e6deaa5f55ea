"""HTTP to one directory: one pool of connections, retries with a deadline, and answers that cannot hurt."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from leaver import __version__
from leaver.actions.answer import LONGEST_TEXT, Answer, decode, fault_of
from leaver.actions.call import Call, Policy
from leaver.actions.errors import (
    BadAnswer,
    CallFailed,
    Failing,
    Forbidden,
    Missing,
    Refused,
    Throttled,
    Unauthorised,
    Unreachable,
)
from leaver.actions.secret import Secret
from leaver.escape import line


@dataclass(slots=True)
class _Tries:
    """What the tries of one call came to: a request may have been carried out, or is under way."""

    maybe_done: bool = False
    under_way: bool = False


_SANDBOX_DOWN = "Is the sandbox running? leaver sandbox status."


@cache
def _system_certificates() -> ssl.SSLContext:
    """Read once: a fleet has hundreds of clients."""
    return httpx.create_ssl_context()


class Channel:
    """Requests to one origin, and to nowhere else.

    `secrets` are kept out of every message; channels of one directory share the list, and add to it.
    """

    def __init__(
        self,
        place: str,
        origin: str,
        *,
        policy: Policy,
        secrets: list[Secret],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.place = place
        self.origin = httpx.URL(origin)
        self.policy = policy
        self._backoff = wait_exponential(multiplier=policy.pause, max=8) + wait_random(0, policy.pause)
        self.requests = 0
        """HTTP requests so far, every try of a call for itself."""
        self._secrets = secrets
        loopback = self.origin.scheme == "http"
        self._http = httpx.AsyncClient(
            # Loading the system's certificates takes longer than a whole read of the sandbox.
            verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if loopback else _system_certificates(),
            trust_env=not loopback,
            follow_redirects=False,
            timeout=httpx.Timeout(policy.read, connect=policy.connect),
            limits=httpx.Limits(
                max_connections=policy.connections, max_keepalive_connections=policy.connections
            ),
            headers={"Accept": "application/json", "User-Agent": f"leaver/{__version__}"},
            transport=transport,
        )

    async def close(self) -> None:
        await self._http.aclose()

    def same_origin(self, url: str) -> bool:
        """Whether an absolute URL leads to this channel's scheme, host and port."""
        try:
            found = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            return False
        return _origin(found) == _origin(self.origin)

    async def send(
        self, call: Call, authorization: str | None = None, *, seconds: float | None = None
    ) -> Answer:
        """Do a call and return its 2xx answer, after as many tries as `seconds` allow. Raises a `CallFailed`."""
        deadline = self.policy.call if seconds is None else seconds
        retrying = AsyncRetrying(
            retry=retry_if_exception(lambda error: self._worth_a_retry(call, error)),
            wait=self._wait,
            stop=stop_before_delay(deadline),
            sleep=asyncio.sleep,
            reraise=True,
        )
        tries = _Tries()
        try:
            async with asyncio.timeout(deadline):
                return await retrying(self._once, call, authorization, tries)
        except TimeoutError:
            late = self._unreachable(call, f"no answer within {deadline:g} s")
            late.maybe_done = tries.maybe_done or tries.under_way
            raise late from None
        except CallFailed as error:
            error.maybe_done = tries.maybe_done
            raise

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        stated = error.wait if isinstance(error, Throttled | Failing) else None
        return self._backoff(state) if stated is None else stated

    def _worth_a_retry(self, call: Call, error: BaseException) -> bool:
        if isinstance(error, Throttled):
            return (error.wait or 0) <= self.policy.longest_wait
        if isinstance(error, Failing):
            return call.again and (error.wait or 0) <= self.policy.longest_wait
        return isinstance(error, Unreachable) and (call.again or not error.maybe_done)

    async def _once(self, call: Call, authorization: str | None, tries: _Tries) -> Answer:
        url = self.origin.join(call.url)
        if _origin(url) != _origin(self.origin):
            # Whatever led there: the token of this directory is for nobody else.
            raise self.bad(call.subject, f"leads to another host: {line(str(url), 120)}")
        headers = {**(call.headers or {}), **({"Authorization": authorization} if authorization else {})}
        tries.under_way = True
        self.requests += 1
        try:
            async with self._http.stream(
                call.method,
                url,
                params=call.params,
                json=call.json,
                data=call.form,
                headers=headers,
            ) as response:
                at = time.monotonic()
                body = await self._body(call, response)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            tries.under_way = False
            raise self._unreachable(call, f"no connection ({self.scrub(error)})", sent=False) from None
        except httpx.HTTPError as error:
            tries.maybe_done = True
            raise self._unreachable(call, f"the connection broke ({type(error).__name__})") from None
        tries.under_way = False
        try:
            data = decode(body)
        except ValueError as error:
            if response.is_success:
                tries.maybe_done = True
                raise self.bad(call.subject, f"is not JSON ({self.scrub(error)})") from None
            data = None
        answer = Answer(response.status_code, response.headers, data, at)
        failed = self.failure(call, answer)
        if failed is None:
            return answer
        tries.maybe_done |= isinstance(failed, Failing)
        raise failed

    async def _body(self, call: Call, response: httpx.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.aiter_bytes():
            size += len(part)
            if size > self.policy.page_bytes:
                raise self.bad(call.subject, f"is larger than {self.policy.page_bytes} bytes")
            parts.append(part)
        return b"".join(parts)

    def bad(self, subject: str, fault: str, answer: Answer | None = None) -> BadAnswer:
        """The error for an answer that breaks the API's promises; `fault` continues "the answer …"."""
        return BadAnswer(
            self.place,
            subject,
            f"the answer {self.scrub(fault)}",
            "Check that no proxy stands between, and what the directory's status page says.",
            status=answer.status if answer else None,
            request_id=answer.request_id if answer else None,
            date=answer.date if answer else None,
        )

    def scrub(self, text: Any) -> str:
        """A text from outside on one line, without this directory's own secrets."""
        said = str(text)
        for secret in self._secrets:
            said = said.replace(secret.reveal(), "***")
        return line(said, LONGEST_TEXT)

    def hide(self, secret: Secret) -> None:
        """Keep one more value out of every message."""
        self._secrets.append(secret)

    def _unreachable(self, call: Call, fault: str, *, sent: bool = True) -> Unreachable:
        error = Unreachable(
            self.place,
            call.subject,
            f"{self.origin}: {fault}",
            _SANDBOX_DOWN if self.origin.scheme == "http" else "Check the network, then try again.",
        )
        error.maybe_done = sent
        return error

    def failure(self, call: Call, answer: Answer) -> CallFailed | None:
        """The error that an answer stands for; None when it is a 2xx."""
        if 200 <= answer.status < 300:
            return None
        code, message = fault_of(answer.data)
        said = self.scrub(" ".join(part for part in (code, message) if part))
        fault = f"{answer.status}{f' ({said})' if said else ''}"
        kind, remedy = self._kind(call, answer)
        error = kind(
            self.place,
            call.subject,
            fault,
            remedy,
            status=answer.status,
            code=code,
            request_id=answer.request_id,
            date=answer.date,
        )
        error.data = answer.data
        if isinstance(error, Throttled | Failing):
            error.wait = answer.wait
        if isinstance(error, Throttled):
            error.until = answer.until
        return error

    def _kind(self, call: Call, answer: Answer) -> tuple[type[CallFailed], str]:
        status = answer.status
        if 300 <= status < 400:
            return BadAnswer, "The API redirects nobody: check that no proxy or portal stands between."
        if status == 401:
            return Unauthorised, "Check that the credentials are this directory's and have not expired."
        if status == 403:
            remedy = f"Grant {call.needs}." if call.needs else "Check what the credentials may do."
            return Forbidden, remedy
        if status == 404:
            return Missing, "Check that it has not been deleted."
        if status == 429:
            until = answer.until
            when = f"at {until:%H:%M:%S} UTC by the directory's clock" if until else "in a minute"
            return Throttled, f"Try again {when}."
        if status >= 500 and status != 501:
            return Failing, "Try again; look at the directory's status page if it lasts."
        return Refused, "See the vendor's description of this error code."


def _origin(url: httpx.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme, 0)
