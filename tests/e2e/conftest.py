"""One sandbox for a worker's end-to-end tests, one project folder for each test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.e2e.world import World


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def endpoint(home: Path) -> Iterator[Endpoint]:
    with running_sandbox(home / "sandbox", lambda: datetime.now(UTC)) as found:
        yield found


@pytest.fixture
def world(tmp_path: Path, endpoint: Endpoint, home: Path) -> Iterator[World]:
    made = World(tmp_path, endpoint, home)
    yield made
    for tenant in endpoint.admin("GET", "/tenants")["tenants"]:
        endpoint.admin("DELETE", f"/tenants/{tenant['client']}/{tenant['directory']}")
    endpoint.admin("POST", "/reset", {})
