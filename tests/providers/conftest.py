from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from azuread_stage import Result, replay
from leaver_stage import CONFIG
from okta_harness import Org, Plugin, org, plugin
from scripted import Clock, Engine, plugged

from leaver.providers.leaver.provider import provider
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint


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


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of run-time files."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def box(home: Path) -> Iterator[Endpoint]:
    """A sandbox whose clock runs."""
    with running_sandbox(home / "sandbox", lambda: datetime.now(UTC)) as found:
        yield found


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    """An engine that has Leaver's own plugin."""
    served = provider(environ={"LEAVER_HOME": str(home)}, folder=home, clock=lambda: datetime.now(UTC))
    with plugged(served, Clock()) as found:
        found.configure(CONFIG)
        yield found
