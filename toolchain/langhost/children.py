"""The programs that the host runs, so that none of them outlives it."""

import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

GRACE = 3.0


class Children:
    """Starts processes and ends all of them when told to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    @contextmanager
    def start(
        self, command: Sequence[str], env: Mapping[str, str], cwd: str, *, piped: bool
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Runs a command for as long as the block lasts; it is ended with the block.

        piped: its output can be read here; otherwise it goes where the host's own goes.
        """
        pipe = subprocess.PIPE if piped else None
        with self._lock:
            if self._closed:
                raise RuntimeError("the language host is shutting down")
            child = subprocess.Popen(
                command, env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe
            )
            self._running.add(child)
        try:
            yield child
        finally:
            _end([child])
            with self._lock:
                self._running.discard(child)

    def interrupt(self) -> None:
        """Asks all of them to stop, as Ctrl-C would."""
        with self._lock:
            for child in self._running:
                if child.poll() is None:
                    child.send_signal(signal.SIGINT)

    def close(self) -> None:
        """Ends all of them, by force after a grace period, and starts no more."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        _end(running)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
