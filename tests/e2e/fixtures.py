"""One sandbox for a worker's tests; for each test a project folder with a state and evidence of its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.e2e.world import World

__all__ = ["endpoint", "sandbox_folder", "world"]


@pytest.fixture(scope="session")
def sandbox_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home") / "sandbox"


@pytest.fixture(scope="session")
def endpoint(sandbox_folder: Path) -> Iterator[Endpoint]:
    with running_sandbox(sandbox_folder, lambda: datetime.now(UTC)) as found:
        yield found


@pytest.fixture
def world(tmp_path: Path, endpoint: Endpoint, sandbox_folder: Path) -> Iterator[World]:
    home = tmp_path / ".leaver"
    home.mkdir()
    (home / "sandbox").symlink_to(sandbox_folder)
    yield World(tmp_path, endpoint, home)
    for tenant in endpoint.admin("GET", "/tenants")["tenants"]:
        endpoint.admin("DELETE", f"/tenants/{tenant['client']}/{tenant['directory']}")
    endpoint.admin("POST", "/reset", {})
