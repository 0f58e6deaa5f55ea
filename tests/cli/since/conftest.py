"""A repository, and an engine that does nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

import leaver.fleet
from leaver.desired import Change
from tests.cli.since.engine import Fake, FakeFleet
from tests.cli.since.repository import Repository


@pytest.fixture
def repository(project: Path) -> Repository:
    return Repository(project)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Fake:
    def with_changes(*changes: Change) -> FakeFleet:
        fake = FakeFleet(*changes)
        monkeypatch.setattr(leaver.fleet, "Fleet", fake)
        return fake

    return with_changes
