"""One thing at a time: calls about one account wait for each other, whatever the engine does at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from leaver.providers.base.errors import Cancelled, ProviderError
from leaver.providers.base.resource import Call

_LOOK_SECONDS = 0.2


class Turns:
    """A lock for each name."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._locks: dict[str, threading.Lock] = {}

    @contextmanager
    def of(self, name: str, call: Call) -> Iterator[None]:
        """Hold the name's turn. Raises ProviderError when the call's time is over before, or the engine cancels."""
        with self._guard:
            lock = self._locks.setdefault(name, threading.Lock())
        began = time.monotonic()
        while not lock.acquire(timeout=_LOOK_SECONDS):
            if call.cancelled.is_set():
                raise Cancelled("cancelled by the engine before its turn. Run again.")
            if time.monotonic() - began > call.timeout:
                raise ProviderError(
                    f"{name}: another call about it took all of the {call.timeout:g} s. Run again."
                )
        try:
            yield
        finally:
            lock.release()
