"""How many examples a property test draws: all of them in `make test`, a few in `make test-fast`."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

_QUICK = 10


def examples(most: int, *suppressed: HealthCheck) -> settings:
    """Settings for at most `most` examples, however long one takes; the profile "quick" has fewer."""
    most = min(most, _QUICK) if settings().max_examples <= _QUICK else most
    return settings(
        max_examples=most, deadline=None, suppress_health_check=[HealthCheck.too_slow, *suppressed]
    )
