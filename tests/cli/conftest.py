"""A project in a folder of its own, and the command line to run in it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli

REPOSITORY = Path(__file__).parents[2]
NOW = "2026-11-22 14:00 +00:00"
Run = Callable[..., Result]


def example_project(folder: Path) -> Path:
    """Write a project with the example clients into `folder`."""
    root = folder / "project"
    root.mkdir()
    (root / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
    shutil.copytree(REPOSITORY / "identities", root / "identities")
    (root / "stacks").mkdir()
    (root / "stacks/sandbox-passphrase.txt").write_text("public\n")
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with the example clients."""
    return example_project(tmp_path)


@pytest.fixture
def run(project: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `leaver` with the given arguments, inside the project, at a known moment."""
    monkeypatch.chdir(project)
    for name in (
        "NO_COLOR",
        "PULUMI_CONFIG_PASSPHRASE",
        "PULUMI_CONFIG_PASSPHRASE_FILE",
        "PULUMI_BACKEND_URL",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LEAVER_NOW", NOW)
    monkeypatch.setenv("LEAVER_HOME", str(project / ".leaver"))
    monkeypatch.setenv("PULUMI_HOME", str(project / ".pulumi"))

    def invoke(*arguments: str, input: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=input, prog_name="leaver")

    return invoke
