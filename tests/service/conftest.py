"""One sandbox for a worker's tests of the service, one project folder for each test."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.e2e.world import World
from tests.service.postgres import postgres


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


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture
def database(server: str) -> Iterator[str]:
    """A database of the test's own."""
    name = f"leaver_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'create database "{name}"')  # type: ignore[call-overload]
        yield server.rpartition("/")[0] + f"/{name}"
        admin.execute(f'drop database "{name}" with (force)')  # type: ignore[call-overload]
