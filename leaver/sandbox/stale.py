"""Stale reads: for a while after a write, its object is answered as it was before."""

from __future__ import annotations

import json
import re
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime

from leaver.sandbox.store import Snapshot

_VERSION = re.compile(r"^/(v1\.0|beta|api/v1)(?=/)")
_ID = re.compile(r"^([0-9a-fA-F-]{36}|00[A-Za-z0-9]{18}|[^/]+@[^/]+)$")


@dataclass
class _Window:
    tenant: str
    collection: str
    object_id: str
    until: datetime
    past: Snapshot

    def covers(self, tenant: str, path: str) -> bool:
        return tenant == self.tenant and (path == self.collection or self.object_id in path.split("/"))


class StaleReads:
    """The windows in which reads of an object are answered from a pinned past."""

    def __init__(self) -> None:
        self._windows: list[_Window] = []

    def open(self, tenant: str, path: str, answer: bytes, until: datetime, past: Snapshot) -> None:
        """Start a window after a write to `path` that was answered with `answer`."""
        path = _VERSION.sub("", path)
        segments = path.strip("/").split("/")
        found = next((segment for segment in segments if _ID.match(segment)), None)
        collection = path
        if found is not None:
            collection = "/" + "/".join(segments[: segments.index(found)])
        else:
            found = _id_in(answer)
        if found is None:
            past.release()
            return
        self._windows.append(_Window(tenant, collection, found, until, past))

    def reading(self, tenant: str, path: str, now: datetime) -> AbstractContextManager[None]:
        """What a read of `path` must run in: the past while a window covers it."""
        if not self._windows:
            return nullcontext()
        self._close(now)
        path = _VERSION.sub("", path)
        for window in self._windows:
            if window.covers(tenant, path):
                return window.past.reading()
        return nullcontext()

    def _close(self, now: datetime) -> None:
        for window in [each for each in self._windows if each.until <= now]:
            window.past.release()
            self._windows.remove(window)


def _id_in(answer: bytes) -> str | None:
    try:
        body = json.loads(answer)
    except ValueError:
        return None
    found = body.get("id") if isinstance(body, dict) else None
    return found if isinstance(found, str) else None
