"""Settings of the property tests: `make test` draws many examples, `make test-fast` a few."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.matrices import note, pytest_terminal_summary
from tests.pace import pytest_runtest_call

__all__ = ["note", "pytest_runtest_call", "pytest_terminal_summary"]

# A busy machine makes a single example slow; how long it took says nothing about what it showed.
settings.register_profile("leaver", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("quick", parent=settings.get_profile("leaver"), max_examples=10)
settings.load_profile("leaver")
