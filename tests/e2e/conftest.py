"""End-to-end tests on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.fixtures import endpoint, sandbox_folder, world

__all__ = ["endpoint", "sandbox_folder", "world"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
