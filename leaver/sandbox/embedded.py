"""The sandbox inside the caller's process, for tests."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leaver.errors import DirectoryError
from leaver.sandbox.clock import Clock
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.serving import serve


@contextmanager
def running_sandbox(
    home: Path, clock: Clock, *, http_port: int = 0, https_port: int = 0
) -> Iterator[Endpoint]:
    """A sandbox in a thread of its own, on free ports by default, that ends with the block."""
    started: list[Endpoint] = []
    failed: list[BaseException] = []
    settled, stop = threading.Event(), threading.Event()

    def ready(endpoint: Endpoint) -> None:
        started.append(endpoint)
        settled.set()

    def run() -> None:
        try:
            asyncio.run(serve(home, clock, http_port, https_port, ready=ready, stop=stop))
        except BaseException as fault:
            failed.append(fault)
        finally:
            settled.set()

    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    settled.wait(30)
    if not started:
        raise failed[0] if failed else DirectoryError(f"sandbox: {home}: did not start within 30 s.")
    try:
        yield started[0]
    finally:
        stop.set()
        thread.join(10)
