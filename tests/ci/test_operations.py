"""The unit and the page for operators agree with the workflows and with the command line."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from leaver.cli import cli
from leaver.cli.session import Session
from tests.ci.workflows import NAMES, REPOSITORY, all_steps, expressions, steps

UNIT = REPOSITORY / "docs" / "systemd" / "leaver.service"
PAGE = (REPOSITORY / "docs" / "operations.md").read_text()


def settings() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found.setdefault(name, []).append(value)
    return found


def test_the_unit_starts_a_command_that_there_is() -> None:
    [line] = settings()["ExecStart"]
    program, command, *options = shlex.split(line)
    assert program.endswith("/.venv/bin/leaver")
    cli.commands[command].make_context(command, options, obj=Session())


def test_the_unit_never_gives_up_and_leaves_time_to_end() -> None:
    found = settings()
    assert found["Restart"] == ["always"]
    assert found["StartLimitIntervalSec"] == ["0"]
    assert int(found["TimeoutStopSec"][0]) > 60
    assert "-HUP" in found["ExecReload"][0]


def test_the_unit_holds_no_secret_and_hands_none_to_others() -> None:
    found = settings()
    assert all("LEAVER" not in value for value in found["Environment"])
    assert found["LoadCredential"] == ["leaver:/etc/leaver/credentials"]
    assert found["UMask"] == ["0077"]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd-analyze here")
def test_the_unit_is_hardened(tmp_path: Path) -> None:
    # Rated by its text alone; with a name of its own, as the tool looks at installed units of the same name too.
    copy = shutil.copy(UNIT, tmp_path / "leaver-under-test.service")
    words = ["systemd-analyze", "security", "--offline=true", "--no-pager", "--threshold=20", copy]
    rated = subprocess.run(words, capture_output=True, text=True)
    if "--offline" in rated.stderr or "Failed to connect" in rated.stderr:
        pytest.skip("this systemd-analyze rates no files")
    assert rated.returncode == 0, rated.stdout[-500:] + rated.stderr


@pytest.mark.parametrize("name", NAMES)
def test_the_page_tells_of_every_workflow(name: str) -> None:
    assert f"`{name}.yml`" in PAGE


def test_the_page_tells_of_every_variable_and_secret_of_the_forge() -> None:
    used = {
        found
        for name in NAMES
        for step in steps(name)
        for value in [*step.env.values(), str(step.job.get("if", ""))]
        for found in re.findall(r"\b(?:vars|secrets)\.(\w+)", str(value))
    }
    assert len(used) >= 9
    assert {name for name in used if f"`{name}`" not in PAGE} == set()


def test_every_way_to_an_environment_gives_the_same_names() -> None:
    for step in all_steps():
        for name, value in step.env.items():
            for found in expressions(str(value)):
                if name.startswith("CI_") and re.match(r"(vars|secrets)\.", found):
                    assert name == f"CI_{found.split('.')[1]}", step.where
