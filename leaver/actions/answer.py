"""One answer of a directory, and how to read the parts that are the same in both vendors' APIs."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from leaver.escape import line

LONGEST_TEXT = 300
"""Characters of a text from outside that a message shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`data` is the decoded JSON, None for an empty body. `at` is monotonic seconds when it began to arrive."""

    status: int
    headers: Mapping[str, str]
    data: Any
    at: float

    @property
    def request_id(self) -> str | None:
        """`request-id` (Microsoft Graph, OData) or `X-Okta-Request-Id`."""
        found = self.headers.get("request-id") or self.headers.get("x-okta-request-id")
        return line(found, 80) if found else None

    @property
    def date(self) -> datetime | None:
        """The directory's clock, by its Date header (RFC 9110 6.6.1; whole seconds)."""
        return http_date(self.headers.get("date"))

    @property
    def wait(self) -> float | None:
        """Seconds to wait before the next try, where the answer says so.

        Retry-After in seconds or as a date (RFC 9110 10.2.3), else Okta's X-Rate-Limit-Reset (seconds since
        1970). Dates are measured against the answer's own Date, so a wrong clock here does not matter.
        """
        after = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"\d{1,9}(\.\d+)?", after):
            return float(after)
        until = http_date(after)
        reset = self.headers.get("x-rate-limit-reset", "").strip()
        if until is None and self.status == 429 and re.fullmatch(r"\d{1,11}", reset):
            until = datetime.fromtimestamp(int(reset), UTC)
        if until is None or self.date is None:
            return None
        return max(0.0, (until - self.date).total_seconds())

    @property
    def until(self) -> datetime | None:
        """When the wait ends, by the directory's clock."""
        if self.wait is None or self.date is None:
            return None
        return self.date + timedelta(seconds=math.ceil(self.wait))

    def date_at(self, moment: float) -> datetime | None:
        """What the directory's clock showed at the monotonic `moment`, some time before this answer."""
        return self.date - timedelta(seconds=max(0.0, self.at - moment)) if self.date else None


def http_date(text: str | None) -> datetime | None:
    """An HTTP date as an aware moment in UTC, None when it is none."""
    try:
        found = parsedate_to_datetime(text or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def moment(text: Any) -> datetime | None:
    """An ISO 8601 time stamp of an API as an aware moment in UTC, None when it is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def decode(body: bytes) -> Any:
    """The JSON of an answer; None when it is empty. Raises ValueError for anything that is not sound JSON."""
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def fault_of(data: Any) -> tuple[str | None, str]:
    """The vendor's error code and message: Graph's `error`, OAuth's `error_description`, Okta's `errorSummary`."""
    if not isinstance(data, dict):
        return None, ""
    inner = data.get("error")
    if isinstance(inner, dict):
        return _text(inner.get("code")), _said(inner.get("message"))
    if isinstance(inner, str):
        return line(inner, 80), _said(data.get("error_description"))
    causes = data.get("errorCauses")
    summaries = [data.get("errorSummary") or ""]
    if isinstance(causes, list):
        summaries += [each.get("errorSummary") or "" for each in causes[:3] if isinstance(each, dict)]
    return _text(data.get("errorCode")), _said(" ".join(str(each) for each in summaries if each))


def _text(value: Any) -> str | None:
    return line(str(value), 80) if value else None


def _said(value: Any) -> str:
    return line(str(value or ""), LONGEST_TEXT)
