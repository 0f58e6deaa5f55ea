from __future__ import annotations

import pytest
from azuread_stage import Result, replay


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What the azuread stand-in did for each recorded operation."""
    return replay(tmp_path_factory.mktemp("azuread"))
