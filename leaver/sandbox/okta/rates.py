"""Rate limits: requests a minute of one org in one bucket of endpoints (Okta, Rate limits)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request

WINDOW_SECONDS = 60
# Above what the sandbox can serve: only a test that asks for a lower limit meets it.
DEFAULT_LIMIT = 100_000
_BUCKET_DEPTH = 3


@dataclass
class RateMeter:
    """Counts by org and bucket, kept in memory."""

    _counts: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def count(self, org: str, path: str, limit: int | None, now: datetime) -> tuple[bool, dict[str, str]]:
        """Count one request: whether it is within the limit, and the headers of its answer.

        The bucket is the collection (`/api/v1/users`).
        """
        key, window = _bucket(org, path), _window(now)
        start, used = self._counts.get(key, (window, 0))
        used = used + 1 if start == window else 1
        self._counts[key] = (window, used)
        return used <= _most(limit), self.headers(org, path, limit, now)

    def headers(self, org: str, path: str, limit: int | None, now: datetime) -> dict[str, str]:
        """The X-Rate-Limit headers as they stand; Reset is in whole seconds since 1970 (UTC)."""
        window = _window(now)
        start, used = self._counts.get(_bucket(org, path), (window, 0))
        left = _most(limit) - (used if start == window else 0)
        return {
            "X-Rate-Limit-Limit": str(_most(limit)),
            "X-Rate-Limit-Remaining": str(max(left, 0)),
            "X-Rate-Limit-Reset": str((window + 1) * WINDOW_SECONDS),
        }

    def clear(self, org: str) -> None:
        self._counts = {key: count for key, count in self._counts.items() if key[0] != org}


def _bucket(org: str, path: str) -> tuple[str, str]:
    return org, "/".join(path.split("/")[: _BUCKET_DEPTH + 1])


def _window(now: datetime) -> int:
    return int(now.timestamp()) // WINDOW_SECONDS


def _most(limit: int | None) -> int:
    return DEFAULT_LIMIT if limit is None else limit


def meter_of(request: Request) -> RateMeter:
    """The meter of the running sandbox."""
    state = request.app.state
    if not hasattr(state, "okta_rates"):
        state.okta_rates = RateMeter()
    meter: RateMeter = state.okta_rates
    return meter
