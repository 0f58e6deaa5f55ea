"""One line for each thing that happened: words for a terminal, JSON for a collector."""

from __future__ import annotations

import json
import re
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from leaver.escape import line

Level = Literal["info", "warning", "error"]
_CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")


def plain(text: str) -> str:
    """`text` on one line, safe for a terminal, without the credentials of an address."""
    return line(_CREDENTIALS.sub("***@", text))


class Log:
    """Writes to `stream` (standard error by default); safe to call from any thread."""

    def __init__(
        self, clock: Callable[[], datetime], *, as_json: bool = False, stream: TextIO | None = None
    ) -> None:
        self._clock = clock
        self._as_json = as_json
        self._stream = stream
        self._lock = threading.Lock()

    def __call__(self, event: str, text: str, *, level: Level = "info", **fields: Any) -> None:
        """Log one line; fields that are None are left out."""
        now = self._clock().astimezone(UTC)
        if self._as_json:
            said = json.dumps(
                {
                    "at": now.isoformat(timespec="milliseconds"),
                    "level": level,
                    "event": event,
                    "text": plain(text),
                    **{
                        name: plain(value) if isinstance(value, str) else value
                        for name, value in fields.items()
                        if value is not None
                    },
                }
            )
        else:
            mark = {"info": "", "warning": "warning: ", "error": "error: "}[level]
            said = f"{now:%Y-%m-%d %H:%M:%S}.{now.microsecond // 1000:03d}Z {event:<9} {mark}{plain(text)}"
        stream = self._stream or sys.stderr
        with self._lock:
            stream.write(said + "\n")
            stream.flush()
