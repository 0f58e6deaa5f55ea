"""Global options, errors and exit codes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli
from leaver.cli.command import LeaverGroup
from leaver.errors import DirectoryError, LeaverError, UsageError

Run = Callable[..., Result]


def group_that_raises(error: BaseException) -> click.Group:
    @click.group(cls=LeaverGroup)
    def group() -> None: ...

    @group.command()
    def fail() -> None:
        raise error

    return group


def ended(error: BaseException, *options: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(group_that_raises(error), ["fail", *options])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (LeaverError("acme: too much. Less."), 1, "acme: too much. Less.\n"),
        (UsageError("acme: no such client. Name another."), 2, "acme: no such client. Name another.\n"),
        (DirectoryError("acme/entra: no answer. Try again."), 3, "acme/entra: no answer. Try again.\n"),
        (
            PermissionError(13, "Permission denied", "people.yaml"),
            1,
            "leaver: people.yaml: Permission denied.\n",
        ),
        (KeyboardInterrupt(), 130, "leaver: stopped\n"),
    ],
)
def test_an_error_is_printed_by_its_message_and_ends_with_its_code(
    error: BaseException, code: int, said: str
) -> None:
    exit_code, out, err = ended(error)
    assert (exit_code, out, err.lstrip("\n")) == (code, "", said)


def test_an_unexpected_error_is_one_line_without_its_text() -> None:
    code, out, err = ended(RuntimeError("token s3cret"))
    assert (code, out) == (1, "")
    assert err.endswith("unexpected RuntimeError. Run again with --debug.\n")
    assert err.count("\n") == 1
    assert "s3cret" not in err


def test_debug_shows_the_traceback_of_an_error() -> None:
    code, _, err = ended(RuntimeError("why"), "--debug")
    assert code == 1
    assert "Traceback" in err
    assert "RuntimeError: why" in err


def test_control_characters_of_an_error_do_not_reach_the_terminal() -> None:
    _, _, err = ended(DirectoryError('user "\x1b[2Jeve\u202e": refused. Look.'))
    assert err == 'user "\\u001b[2Jeve\\u202e": refused. Look.\n'


def test_an_unknown_command_is_a_usage_error() -> None:
    result = CliRunner().invoke(cli, ["fire"])
    assert result.exit_code == 2
    assert "No such command 'fire'" in result.stderr


def test_outside_of_a_project_the_remedy_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["status"])
    assert result.exit_code == 2
    assert result.stderr == (
        f"{tmp_path}: neither it nor a folder above it has a Pulumi.yaml. "
        "Go to the project's folder, or name it with --project DIR.\n"
    )


@pytest.mark.parametrize("place", ["before", "after"])
def test_the_project_can_be_named_before_or_after_the_command(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    named = ["--project", str(project)]
    arguments = [*named, "status"] if place == "before" else ["status", *named]
    assert CliRunner().invoke(cli, arguments).exit_code == 0


def test_a_named_project_without_its_file_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(cli, ["--project", str(tmp_path), "status"])
    assert (result.exit_code, result.stderr) == (
        2,
        f"{tmp_path}: has no Pulumi.yaml. Name the project's folder.\n",
    )


def all_commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for name, command in group.commands.items():
        found.append((*path, name))
        if isinstance(command, click.Group):
            found += all_commands(command, (*path, name))
    return found


@pytest.mark.parametrize("path", all_commands(cli), ids="-".join)
def test_every_command_explains_itself_with_an_example(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(cli, [*path, "--help"], prog_name="leaver")
    assert result.exit_code == 0
    assert "Example" in result.output
    assert f"leaver {' '.join(path)}" in result.output.split("Example")[1]


def test_the_version_is_told(run: Run) -> None:
    assert run("--version").output == "leaver 0.1.0\n"


def test_help_comes_at_once() -> None:
    # Far above what it takes (0.1 s), so that a busy machine does not fail it; the imports above decide.
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "leaver.cli", "--help"], capture_output=True, check=True)
    assert time.monotonic() - started < 3
