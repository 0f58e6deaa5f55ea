"""Only a preview of what is to be measured is measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import projects
from bench.projects import Project
from bench.tree import CommandFailed, Usage

USAGE = Usage(0, 2.0, 1.0)


def previewed(output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, expect: str) -> Usage:
    def measured(command: list[str], cwd: Path, env: object, log: Path, *, interval: float | None) -> Usage:
        log.write_text(output)
        return USAGE

    monkeypatch.setattr(projects, "measure", measured)
    return Project(tmp_path, "acme", {}, people=10, groups=2).preview(expect=expect)


def test_a_preview_of_the_expected_operation_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    output = " +  azuread:index:User ada create \nResources:\n    + 14 to create\n"
    assert previewed(output, monkeypatch, tmp_path, "create") == USAGE
    assert previewed("Resources:\n    14 unchanged\n", monkeypatch, tmp_path, "unchanged") == USAGE


@pytest.mark.parametrize(
    "output",
    [
        "Resources:\n    ~ 1 to update\n    13 unchanged\n",
        "Resources:\n    +-1 to replace\n    13 unchanged\n",
        "Resources:\n    11 unchanged\n",
        "error: no such stack\n",
    ],
)
def test_a_preview_of_anything_else_is_refused(
    output: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(CommandFailed, match="expected only `unchanged`"):
        previewed(output, monkeypatch, tmp_path, "unchanged")


@pytest.mark.parametrize(("checkpoints", "skipped"), [(True, "false"), (False, "true")])
def test_a_deployment_writes_its_state_at_every_step_or_once(
    checkpoints: bool, skipped: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = []

    def measured(command: list[str], cwd: Path, env: dict[str, str], log: Path, *, interval: None) -> Usage:
        log.touch()
        seen.append(env["PULUMI_SKIP_CHECKPOINTS"])
        return USAGE

    monkeypatch.setattr(projects, "measure", measured)
    Project(tmp_path, "acme", {}, people=10, groups=2).up(checkpoints=checkpoints)
    assert seen == [skipped]
