"""The office, and the command line in it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from leaver.actions import cut_account
from leaver.cli import cli
from leaver.sandbox.embedded import running_sandbox
from tests.actions.cutting import ticking
from tests.cli.release.office import Office, Run


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    root = tmp_path / "project"
    root.mkdir()
    monkeypatch.chdir(root)
    monkeypatch.setenv("LEAVER_HOME", str(root / ".leaver"))
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:00:03 +00:00")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    monkeypatch.setattr(cut_account, "_FIRST_PAUSE", 0.01)
    with running_sandbox(root / ".leaver" / "sandbox", ticking) as box:
        yield Office(root, box)


@pytest.fixture
def run(office: Office) -> Run:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="leaver", **options)

    return invoke
