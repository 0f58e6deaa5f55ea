"""Building the engine: once, whole or not at all, and an error that helps."""

import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from toolchain_harness import Program, setup_command, wait_until

from toolchain import engine, go, launchers, places
from toolchain.console import SetupFailed
from toolchain.processes import ProgramFailed, run


def scratch_folders(cache: Path) -> list[Path]:
    return list((cache / "engine").glob(".building-*"))


def test_the_module_pins_the_version_that_the_engine_is_built_as() -> None:
    text = (places.ROOT / "toolchain" / "go.mod").read_text()
    assert re.findall(r"^\s*github\.com/pulumi/pulumi/pkg/v3 (\S+)", text, re.MULTILINE) == [engine.VERSION]
    assert f"tool {engine.PACKAGE}\n" in text


def test_the_engine_is_built_into_the_users_cache_with_its_language_host(
    clone: Path, cache: Path, fake_go: Path
) -> None:
    built = engine.ensure(clone)
    assert built == engine.cached(clone)
    assert subprocess.run([built, "version"], capture_output=True, text=True).stdout == f"{engine.VERSION}\n"
    assert os.access(built.with_name(launchers.HOST), os.X_OK)
    assert built.is_relative_to(cache / "engine")
    assert scratch_folders(cache) == []


def test_a_second_clone_does_not_build_again(clone: Path, fake_go: Path) -> None:
    assert engine.ensure(clone) == engine.ensure(clone)
    assert (fake_go / "builds").read_text() == "build\n"


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_other_modules_make_another_engine(clone: Path, fake_go: Path, name: str) -> None:
    before = engine.ensure(clone)
    (clone / "toolchain" / name).write_text("another pin\n")
    assert engine.cached(clone) != before
    assert engine.ensure(clone) != before
    assert before.exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_build_leaves_nothing(
    clone: Path, cache: Path, fake_go: Path, number: signal.Signals
) -> None:
    (fake_go / "hold").touch()
    setup = subprocess.Popen(
        setup_command(clone), cwd=places.ROOT, stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL
    )
    wait_until((fake_go / "builds").exists)
    setup.send_signal(number)
    _, errors = setup.communicate(timeout=20)
    assert setup.returncode == 130
    assert errors == "setup: stopped; nothing half-made is left, so run the same command again\n"
    assert scratch_folders(cache) == []
    assert not engine.cached(clone).parent.exists()


def test_after_a_killed_build_the_next_one_starts_clean(clone: Path, cache: Path, fake_go: Path) -> None:
    (fake_go / "hold").touch()
    setup = subprocess.Popen(setup_command(clone), cwd=places.ROOT, stdin=subprocess.DEVNULL)
    wait_until((fake_go / "builds").exists)
    setup.kill()
    setup.wait(timeout=20)
    [left] = scratch_folders(cache)
    assert not engine.cached(clone).exists()
    (fake_go / "hold").unlink()
    assert engine.ensure(clone).exists()
    assert not left.exists()
    assert scratch_folders(cache) == []


def test_two_clones_that_build_at_once_build_once(clone: Path, fake_go: Path) -> None:
    (fake_go / "hold").touch()
    twin = clone.with_name("twin")
    subprocess.run(["cp", "-a", clone, twin], check=True)
    for stamp in twin.glob(".venv/leaver-setup.json"):
        stamp.write_text(stamp.read_text().replace(str(clone), str(twin)))
    first = subprocess.Popen(setup_command(clone), cwd=places.ROOT, stdin=subprocess.DEVNULL)
    wait_until((fake_go / "builds").exists)
    with subprocess.Popen(
        setup_command(twin), cwd=places.ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
    ) as second:
        assert second.stdout is not None
        assert second.stdout.readline() == "setup: another clone is building the engine: waiting for it\n"
        (fake_go / "hold").unlink()
        assert (first.wait(timeout=20), second.wait(timeout=20)) == (0, 0)
    assert (fake_go / "builds").read_text() == "build\n"


def test_an_engine_of_another_version_is_refused(
    clone: Path, cache: Path, fake_go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "VERSION", "v9.9.9")
    with pytest.raises(SetupFailed, match=r"the engine that was built says 'v3\.259\.0', not v9\.9\.9"):
        engine.ensure(clone)
    assert not engine.cached(clone).exists()
    assert scratch_folders(cache) == []


def test_a_build_that_fails_gives_one_error_that_names_every_remedy(
    clone: Path, cache: Path, fake_go: Path
) -> None:
    (fake_go / "fail").touch()
    with pytest.raises(SetupFailed) as failure:
        engine.ensure(clone)
    assert str(failure.value) == (
        "setup: Pulumi's engine v3.259.0: could not be got: `go` ended with code 1:\n"
        "    dial tcp: no route to host\n"
        "One of these helps:\n"
        "  - an official pulumi 3.259.0 or newer with its Python language host on PATH: nothing is built then\n"
        "  - Go 1.26 or newer on PATH, and a network on which the Go module proxy answers"
        " (GOPROXY names another)\n"
        "  - a network on which the Python package registry and the Go module proxy answer:"
        " Go comes from there then\n"
        "  - an engine built elsewhere for this platform from this very toolchain/:"
        f" put it at {engine.cached(clone)}"
    )
    assert scratch_folders(cache) == []


def test_without_go_and_without_the_package_the_same_error_comes(
    clone: Path, cache: Path, fake_go: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = places.binaries(clone) / "uv"
    uv.write_text("#!/bin/sh\necho no such package; exit 2\n")
    uv.chmod(0o755)
    monkeypatch.setattr(go, "installed", lambda: None)
    with pytest.raises(
        SetupFailed, match=r"`uv` ended with code 2:\n    no such package\nOne of these helps:"
    ):
        engine.ensure(clone)
    assert scratch_folders(cache) == []


@pytest.mark.parametrize(
    ("said", "usable"),
    [("go1.26.8", True), ("go1.26", True), ("go1.27rc1", True), ("go1.25.9", False), ("devel", False)],
)
def test_go_is_used_from_1_26_on(
    program: Program, monkeypatch: pytest.MonkeyPatch, said: str, usable: bool
) -> None:
    path = program("go", f"echo {said}")
    monkeypatch.setenv("PATH", str(path.parent))
    assert go.installed() == (go.Go(path) if usable else None)


def test_a_fetched_go_keeps_all_it_caches_in_the_build_folder(clone: Path, tmp_path: Path) -> None:
    uv = places.binaries(clone) / "uv"
    uv.write_text('#!/bin/sh\necho "$@" > ' + f"'{tmp_path}/arguments'\n")
    uv.chmod(0o755)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    fetched = go.fetch(scratch, clone)
    assert all(Path(folder).is_relative_to(scratch) for folder in fetched.settings.values())
    assert {"GOPATH", "GOMODCACHE", "GOCACHE", "GOROOT"} == set(fetched.settings)
    assert "--require-hashes" in (tmp_path / "arguments").read_text()


def test_a_program_that_fails_is_an_error_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="`sh` ended with code 7:\n    because"):
        run(["/bin/sh", "-c", "echo because; exit 7"], dict(os.environ), tmp_path / "log")
