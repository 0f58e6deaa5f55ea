"""`leaver run` in a process of its own, and its log."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any


class Running:
    """One `leaver run`; `lines` grows with its log."""

    def __init__(self, root: Path, home: Path, *words: str, environ: Mapping[str, str] | None = None) -> None:
        self.lines: list[dict[str, Any]] = []
        self._grown = threading.Condition()
        self._ended = False
        repository = str(Path(__file__).resolve().parents[2])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leaver.cli", "--project", str(root), "run", "--log", "json", *words],
            cwd=repository,
            env={**os.environ, "LEAVER_HOME": str(home), **(environ or {})},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            try:
                found = json.loads(line)
            except ValueError:
                found = {"event": "unlogged", "text": line.rstrip()}
            with self._grown:
                self.lines.append(found)
                self._grown.notify_all()
        self.process.wait()
        with self._grown:
            self._ended = True
            self._grown.notify_all()

    def wait_for(self, event: str, seconds: float = 40, **fields: Any) -> dict[str, Any]:
        """The first line of that event with those fields; fails with the whole log."""

        def found() -> dict[str, Any] | None:
            for line in self.lines:
                if line.get("event") == event and fields.items() <= line.items():
                    return line
            return None

        with self._grown:
            self._grown.wait_for(lambda: found() is not None or self._ended, seconds)
            if found() is None:
                raise AssertionError(f"no {event} {fields} within {seconds} s:\n{self.text}")
            line = found()
        assert line is not None
        return line

    def events(self, event: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line.get("event") == event]

    @property
    def text(self) -> str:
        return "\n".join(
            f"{line.get('at', '')} {line.get('event')}: {line.get('text')}" for line in self.lines
        )

    def kill(self) -> None:
        """kill -9, as a crash or the kernel would."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(90)
        self._reader.join(5)
        return code


@contextmanager
def leaver_run(
    root: Path, home: Path, *words: str, environ: Mapping[str, str] | None = None
) -> Iterator[Running]:
    running = Running(root, home, *words, environ=environ)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


def in_seconds(seconds: float) -> tuple[datetime, str]:
    """A whole second at least so far ahead, and how a record says it."""
    at = (datetime.now(UTC) + timedelta(seconds=seconds + 1)).replace(microsecond=0)
    return at, at.strftime("%Y-%m-%d %H:%M:%S")


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for something that another process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
