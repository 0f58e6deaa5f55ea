from __future__ import annotations

from collections.abc import Iterator

import pytest
from azuread_stage import Result, replay
from okta_harness import Org, Plugin, org, plugin


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Result]:
    """What the azuread stand-in did for each recorded operation."""
    return replay(tmp_path_factory.mktemp("azuread"))


@pytest.fixture(scope="module")
def standin() -> Iterator[Plugin]:
    """The okta stand-in."""
    with plugin() as found:
        yield found


@pytest.fixture
def server(standin: Plugin) -> Iterator[Org]:
    """A scripted organisation that the okta stand-in is connected to."""
    with org() as found:
        standin.configure(accessToken="x", httpProxy=found.url)
        del standin.waits[:]
        yield found
