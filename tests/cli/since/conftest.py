"""A repository, and an engine that does nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import leaver.fleet
from leaver.desired import Change
from tests.cli.conftest import example_project
from tests.cli.since.engine import Fake, FakeFleet
from tests.cli.since.repository import Repository


@pytest.fixture(scope="session")
def committed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its first commit: made once, and only ever copied."""
    root = example_project(tmp_path_factory.mktemp("committed"))
    Repository(root).first()
    return root


@pytest.fixture
def repository(project: Path, committed: Path) -> Repository:
    shutil.copytree(committed, project, dirs_exist_ok=True)
    return Repository(project)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Fake:
    def with_changes(*changes: Change) -> FakeFleet:
        fake = FakeFleet(*changes)
        monkeypatch.setattr(leaver.fleet, "Fleet", fake)
        return fake

    return with_changes
