"""One request to a directory, and the limits of requests: what can be said of both without an HTTP library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits of time in seconds and of size.

    `call` bounds one call with its retries, `listing` a whole paged list, `settling` how long a write is read
    back before it counts as unverified. `longest_wait` is the longest pause that a directory may order, `pause`
    the first one where it orders none; it doubles with each try.
    """

    connect: float = 5.0
    read: float = 30.0
    call: float = 60.0
    listing: float = 600.0
    settling: float = 10.0
    longest_wait: float = 60.0
    pause: float = 0.2
    pages: int = 20_000
    page_bytes: int = 64 * 1024 * 1024
    connections: int = 16


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `subject` and `needs` (a permission) are for messages.

    `again`: doing it twice does no harm, so an answer that got lost is worth another try.
    """

    method: str
    url: str
    subject: str
    needs: str = ""
    again: bool = True
    params: Mapping[str, str] | None = None
    json: Any = None
    form: Mapping[str, str] | None = None
    headers: Mapping[str, str] | None = None


def segment(id: str) -> str:
    """An ID as one segment of a path."""
    return quote(id, safe="")
