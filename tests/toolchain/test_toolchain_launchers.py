"""The programs that setup puts into `.venv/bin`."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from toolchain_harness import Program, setup_command

from toolchain import engine, launchers, places

pytestmark = pytest.mark.slow

ALWAYS = {"leaver", "pulumi-resource-azuread", "pulumi-resource-leaver", "pulumi-resource-okta"}
OURS = {"pulumi", launchers.HOST}


def written(clone: Path) -> set[str]:
    return {path.name for path in places.binaries(clone).iterdir()} - {"python"}


def setup(clone: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(setup_command(clone), cwd=places.ROOT, capture_output=True, text=True, timeout=60)


def test_without_any_pulumi_the_clone_has_an_engine_and_a_host(clone: Path, fake_go: Path) -> None:
    answer = setup(clone)
    assert answer.returncode == 0, answer.stderr
    assert written(clone) == ALWAYS | OURS
    pulumi = subprocess.run([places.binaries(clone) / "pulumi"], capture_output=True, text=True)
    assert pulumi.stdout == f"{engine.VERSION}\n"


def test_a_second_setup_says_nothing_and_changes_nothing(clone: Path, fake_go: Path) -> None:
    setup(clone)
    before = {p: p.lstat().st_mtime_ns for p in places.binaries(clone).iterdir()}
    answer = setup(clone)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert {p: p.lstat().st_mtime_ns for p in places.binaries(clone).iterdir()} == before


def test_who_has_an_official_pulumi_meets_none_of_ours(
    clone: Path, fake_go: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    setup(clone)
    pulumi = program("pulumi", "echo v3.262.0")
    host = pulumi.with_name(launchers.HOST)
    host.symlink_to(pulumi)
    monkeypatch.setenv("PATH", f"{pulumi.parent}{os.pathsep}{os.environ['PATH']}")
    answer = setup(clone)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")
    assert written(clone) == ALWAYS
    assert (fake_go / "builds").read_text() == "build\n"


def test_a_pulumi_without_its_host_gets_ours(
    clone: Path, fake_go: Path, program: Program, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path))
    pulumi = program("pulumi", "echo v3.262.0")
    monkeypatch.setenv("PATH", f"{pulumi.parent}{os.pathsep}{os.environ['PATH']}")
    answer = setup(clone)
    assert answer.stdout == f"setup: {pulumi} has no Python language host: Leaver's own is used with it\n"
    assert written(clone) == ALWAYS | {launchers.HOST}
    assert not (fake_go / "builds").exists()


def test_an_old_pulumi_is_named_and_passed_over(
    clone: Path, fake_go: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi = program("pulumi", "echo v3.120.0")
    monkeypatch.setenv("PATH", f"{pulumi.parent}{os.pathsep}{os.environ['PATH']}")
    answer = setup(clone)
    assert answer.stdout.startswith(
        f"setup: {pulumi} is v3.120.0, older than v3.259.0: Leaver's own engine is used\n"
    )
    assert written(clone) == ALWAYS | OURS


def test_what_cannot_be_had_is_one_error_and_no_traceback(clone: Path, fake_go: Path) -> None:
    (fake_go / "fail").touch()
    answer = setup(clone)
    assert answer.returncode == 1
    assert answer.stderr.startswith("setup: Pulumi's engine v3.259.0: could not be got:")
    assert "Traceback" not in answer.stderr


def test_lint_fast_tests_and_a_release_need_no_engine(clone: Path, fake_go: Path) -> None:
    command = setup_command(clone)
    command[-1] = command[-1].replace("'runtime'", "'dev', '--without-engine'")
    assert subprocess.run(command, cwd=places.ROOT, timeout=60).returncode == 0
    assert not (fake_go / "builds").exists()
    assert written(clone) == ALWAYS


def test_a_setup_without_the_engine_keeps_the_one_that_is_there(clone: Path, fake_go: Path) -> None:
    setup(clone)
    command = setup_command(clone)
    command[-1] = command[-1].replace("'runtime'", "'dev', '--without-engine'")
    subprocess.run(command, cwd=places.ROOT, timeout=60, check=True)
    assert written(clone) == ALWAYS | OURS


def engine_that_tells(tmp_path: Path) -> Path:
    program = tmp_path / "engine" / "pulumi"
    program.parent.mkdir()
    program.write_text('#!/bin/sh\necho "$PULUMI_BACKEND_URL|$PULUMI_SKIP_UPDATE_CHECK|$PATH|$*"\n')
    program.chmod(0o755)
    return program


def ask(clone: Path, folder: Path, **env: str) -> list[str]:
    folder.mkdir(exist_ok=True)
    answer = subprocess.run(
        [places.binaries(clone) / "pulumi", "preview", "-s", "a b"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "PWD": str(folder)} | env,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.rstrip("\n").split("|")


def test_the_engine_is_started_with_the_clones_programs_first(clone: Path, tmp_path: Path) -> None:
    launchers.write(engine_that_tells(tmp_path), own_host=True, root=clone)
    backend, skip, path, arguments = ask(clone, clone)
    assert backend == ""
    assert skip == "true"
    assert path == f"{places.binaries(clone)}:/usr/bin:/bin"
    assert arguments == "preview -s a b"


def test_in_a_subfolder_the_default_state_is_still_the_projects(clone: Path, tmp_path: Path) -> None:
    launchers.write(engine_that_tells(tmp_path), own_host=True, root=clone)
    assert ask(clone, clone / "identities")[0] == f"file://{clone}/.leaver/pulumi?metadata=skip"
    assert ask(clone, tmp_path / "elsewhere")[0] == ""
    assert (clone / ".leaver" / "pulumi").is_dir()


def test_another_backend_is_never_overruled(clone: Path, tmp_path: Path) -> None:
    launchers.write(engine_that_tells(tmp_path), own_host=True, root=clone)
    assert ask(clone, clone / "identities", PULUMI_BACKEND_URL="s3://states")[0] == "s3://states"
    project = clone / "Pulumi.yaml"
    project.write_text(project.read_text().replace("file://./.leaver/pulumi?metadata=skip", "s3://states"))
    assert ask(clone, clone / "identities")[0] == ""


def test_python_finds_the_clone_from_anywhere(clone: Path, tmp_path: Path) -> None:
    launchers.write(None, own_host=False, root=clone)
    [path_file] = places.venv(clone).glob("lib/python*/site-packages/*.pth")
    assert path_file.read_text() == f"{clone}\n"


def test_a_launcher_runs_in_the_clones_python(clone: Path) -> None:
    launchers.write(None, own_host=True, root=clone)
    host = places.binaries(clone) / launchers.HOST
    assert host.read_text() == launchers.HOST_SCRIPT
    leaver = (places.binaries(clone) / "leaver").read_text()
    (places.binaries(clone) / "leaver").write_text(leaver.split("from leaver")[0] + "print(sys.executable)\n")
    answer = subprocess.run([places.binaries(clone) / "leaver"], capture_output=True, text=True)
    assert answer.stdout.strip() in {str(places.binaries(clone) / "python"), sys.executable}
