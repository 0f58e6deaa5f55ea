"""HTTP for the stand-ins: loopback only, with the real plugins' retries."""

from __future__ import annotations

import ipaddress
import math
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from leaver.providers.base.errors import Cancelled, ProviderError

if TYPE_CHECKING:
    import httpx

    from leaver.providers.base.resource import Call


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """When a request is made again, as measured on the real plugins.

    An answer with one of `statuses` is retried after its integer `Retry-After`, or after `first` seconds,
    doubled each time up to `longest`. `attempts`: retries at most (None: as the deadline allows).
    `resent`: methods that are sent again when the connection was lost (None: all).
    """

    statuses: frozenset[int]
    first: float
    longest: float
    attempts: int | None = None
    resent: frozenset[str] | None = None

    def wait(self, retry: int, retry_after: str | None) -> float:
        """Seconds before retry number `retry` (from 0); an HTTP date in `Retry-After` is not honoured."""
        if retry_after is not None and retry_after.strip().isdigit():
            return float(retry_after)
        return min(self.first * math.ldexp(1, min(retry, 60)), self.longest)


def require_loopback(url: str, plugin: str, version: str) -> None:
    """Refuse `url` unless its host is this machine (127.0.0.0/8, ::1 or localhost)."""
    host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
    if host == "localhost":
        return
    try:
        if ipaddress.ip_address(host).is_loopback:
            return
    except ValueError:
        pass
    raise ProviderError(
        f"{plugin}: host {host!r}: this is Leaver's stand-in plugin, which talks to the sandbox on this "
        f"machine only (127.0.0.0/8, ::1, localhost). For a real directory install the real plugin: "
        f"pulumi plugin install resource {plugin} {version}"
    )


def ca_bundle(environ: Mapping[str, str], cwd: Path) -> Path | None:
    """The certificate authority to trust: `SSL_CERT_FILE`, else the sandbox's, else None."""
    named = environ.get("SSL_CERT_FILE")
    if named:
        return Path(named)
    sandbox = home(environ, cwd) / "sandbox" / "ca.pem"
    return sandbox if sandbox.is_file() else None


def home(environ: Mapping[str, str], cwd: Path) -> Path:
    """`LEAVER_HOME`, else `.leaver` beside the nearest Pulumi.yaml at or above `cwd`."""
    named = environ.get("LEAVER_HOME")
    if named:
        return Path(named)
    for folder in (cwd, *cwd.parents):
        if (folder / "Pulumi.yaml").is_file():
            return folder / ".leaver"
    return cwd / ".leaver"


class Http:
    """Requests to loopback addresses, with retries until the operation's deadline.

    One per configured provider; safe to use from many threads. `sleep` and `clock` are for tests:
    `clock` gives monotonic seconds, `sleep(seconds, cancelled)` returns early when cancelled.
    """

    def __init__(
        self,
        plugin: str,
        version: str,
        policy: RetryPolicy,
        *,
        headers: Mapping[str, str] | None = None,
        ca: Path | None = None,
        sleep: Callable[[float, threading.Event], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        import httpx  # a fifth of a second that the start of a plugin need not wait for

        self._transport_error = httpx.TransportError
        self._connect_error = httpx.ConnectError
        self.plugin = plugin
        self.version = version
        self.policy = policy
        self.headers = dict(headers or {})
        self._sleep = sleep or _wait
        self._clock = clock
        self._client = httpx.Client(
            verify=ssl.create_default_context(cafile=str(ca)) if ca else _no_certificates(),
            trust_env=False,
            follow_redirects=False,
            timeout=60.0,
            limits=httpx.Limits(max_connections=256, max_keepalive_connections=64),
        )

    def request(
        self,
        call: Call,
        method: str,
        url: str,
        *,
        json: object = None,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        also_retry: Callable[[httpx.Response], bool] | None = None,
    ) -> httpx.Response:
        """One exchange, retried as the policy says and when `also_retry(answer)` is true.

        The last answer is returned whatever its status; raises ProviderError when none came or the
        address is not a loopback one, Cancelled when the engine stops the operation.
        """
        require_loopback(url, self.plugin, self.version)
        options: dict[str, Any] = {"headers": {**self.headers, **(headers or {})}}
        if json is not None:
            options["json"] = json
        if form is not None:
            options["data"] = dict(form)
        retry = 0
        while True:
            answer, fault = self._exchange(method, url, options)
            if answer is None:
                again = self.policy.resent is None or method in self.policy.resent
            else:
                again = answer.status_code in self.policy.statuses or bool(also_retry and also_retry(answer))
            wait = self.policy.wait(retry, answer.headers.get("Retry-After") if answer is not None else None)
            left = self.time_left(call)
            if not again or wait >= left or self._spent(retry, call.timeout):
                if answer is None:
                    raise ProviderError(f"{self.plugin}: {method} {url}: no answer: {fault}")
                return answer
            retry += 1
            self.pause(call, wait)

    def pause(self, call: Call, seconds: float) -> None:
        """Wait; raises Cancelled when the engine stops the operation meanwhile."""
        self._sleep(seconds, call.cancelled)
        if call.cancelled.is_set():
            raise Cancelled(f"{self.plugin}: cancelled while waiting to try again")

    def now(self) -> float:
        """Monotonic seconds."""
        return self._clock()

    def time_left(self, call: Call) -> float:
        """Seconds until the operation's deadline."""
        return call.deadline - self._clock()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _exchange(
        self, method: str, url: str, options: dict[str, Any]
    ) -> tuple[httpx.Response | None, Exception | None]:
        try:
            return self._client.request(method, url, **options), None
        except self._connect_error as fault:
            # The real plugins would wait for minutes; a sandbox that is not there does not come by waiting.
            raise ProviderError(
                f"{self.plugin}: {method} {url}: no connection: {fault}. "
                "Start the sandbox with `leaver sandbox start`."
            ) from fault
        except self._transport_error as fault:
            return None, fault

    def _spent(self, retry: int, timeout: float) -> bool:
        if self.policy.attempts is not None:
            return retry >= self.policy.attempts
        return retry >= retries_within(timeout)


def retries_within(timeout: float) -> int:
    """Retries at most in an operation of `timeout` seconds: 3 in 30 s, 9 in 5 minutes (measured).

    The waits 1, 2, 4, … 32, 61, 61, … of that many retries end before the operation's time is up.
    """
    if timeout <= 63:
        return max(0, int(math.log2(timeout + 1)) - 1)
    return int(timeout - 63) // 61 + 6


def _wait(seconds: float, cancelled: threading.Event) -> None:
    cancelled.wait(seconds)


def _no_certificates() -> ssl.SSLContext:
    # Nothing is trusted: plain http on loopback needs no certificate, https without a known CA must fail.
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
