from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.graph_client import TENANT, Graph

NOW = datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """One sandbox for a module's tests; each test has it to itself, emptied."""
    home: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(home, lambda: NOW) as found:
        yield found


@pytest.fixture
def box(endpoint: Endpoint) -> Iterator[Endpoint]:
    yield endpoint
    for tenant in endpoint.admin("GET", "/tenants")["tenants"]:
        endpoint.admin("DELETE", f"/tenants/{tenant['client']}/{tenant['directory']}")
    endpoint.admin("POST", "/reset", {})


@pytest.fixture
def acme(box: Endpoint) -> dict[str, str]:
    """Credential of an Entra tenant of client acme with the domain acme.example."""
    return box.register("acme", "entra", "entra", TENANT, ["acme.example"])


@pytest.fixture
def graph(box: Endpoint, acme: dict[str, str]) -> Iterator[Graph]:
    with Graph(box, acme) as client:
        yield client
