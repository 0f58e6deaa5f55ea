"""The dead-man's signal: a monitoring service hears nothing when something is wrong, and shouts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx

from leaver.errors import UsageError

VARIABLE = "LEAVER_HEARTBEAT_URL"
_EVERY = 60.0
_TIMEOUT = 10.0


class Heartbeat:
    """GETs `url` every `every` seconds while `healthy()`; in a thread of its own.

    `failed` is called, from that thread, with the reason when the address does not answer 2xx or 3xx.
    Raises UsageError for an address that is neither http nor https.
    """

    def __init__(
        self,
        url: str,
        healthy: Callable[[], bool],
        *,
        failed: Callable[[str], None] = lambda _: None,
        every: float = _EVERY,
    ) -> None:
        if urlsplit(url).scheme not in ("http", "https"):
            raise UsageError(f"{VARIABLE}: is not an address. Write one that begins with https://.")
        self._url = url
        self._healthy = healthy
        self._failed = failed
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop beating."""
        self._stop.set()
        self._thread.join(_TIMEOUT)

    def _run(self) -> None:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=True) as http:
            while not self._stop.is_set():
                if self._healthy():
                    self._beat(http)
                self._stop.wait(self._every)

    def _beat(self, http: httpx.Client) -> None:
        # The address itself is a secret of the monitoring service, and stays out of the reason.
        try:
            answer = http.get(self._url)
        except httpx.HTTPError as error:
            self._failed(type(error).__name__)
            return
        if answer.is_error:
            self._failed(f"HTTP {answer.status_code}")
