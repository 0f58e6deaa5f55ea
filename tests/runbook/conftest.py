from __future__ import annotations

from collections.abc import Iterator

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.runbook.entra_leaver import ASSIGNMENTS, READERS, Dana
from tests.sandbox.conftest import acme, box, endpoint

__all__ = ["acme", "box", "endpoint"]


@pytest.fixture
def tenant(box: Endpoint, acme: dict[str, str]) -> Iterator[Dana]:
    with Dana(box, acme) as found:
        yield found


@pytest.fixture
def reader(tenant: Dana) -> Dana:
    """Dana also reads the directory, by a role that she holds and not only may activate."""
    body = {"principalId": tenant.dana, "roleDefinitionId": READERS, "directoryScopeId": "/"}
    assert tenant.post(ASSIGNMENTS, json=body).status_code == 201
    return tenant
