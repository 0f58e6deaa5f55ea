from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint

from .cutting import TENANTS, Cutting, ticking
from .script import Script


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    home: Path = tmp_path_factory.mktemp("home") / "sandbox"
    with running_sandbox(home, ticking) as found:
        for client, tenant in TENANTS.items():
            found.register(client, "entra", "entra", tenant, ["acme.example"])
            found.register(client, "okta", "okta", client, ["acme.example"])
        yield found


@pytest.fixture
def cutting(box: Endpoint) -> Cutting:
    box.admin("DELETE", "/faults")
    return Cutting(box)
