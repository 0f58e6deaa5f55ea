"""When the virtual environment is made anew, and what is said when it cannot be."""

import importlib.util
import runpy
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from toolchain_harness import stamp_environment

from toolchain import places, venv
from toolchain.console import SetupFailed, duration


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Nothing is run; what would have been is listed here."""
    listed: list[list[str]] = []

    def run(command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        listed.append(list(command))
        if "venv" in command:
            Path(command[-1]).mkdir()

    monkeypatch.setattr(venv, "run", run)
    return listed


def programs(commands: list[list[str]]) -> list[str]:
    return [
        " ".join(Path(command[0]).name if i == 0 else command[i] for i in range(3)) for command in commands
    ]


def test_a_complete_environment_is_left_alone(clone: Path, commands: list[list[str]]) -> None:
    venv.ensure("dev", clone)
    assert commands == []


def test_one_made_for_tests_serves_the_demo_too(clone: Path, commands: list[list[str]]) -> None:
    venv.ensure("runtime", clone)
    assert commands == []


def test_one_made_for_the_demo_gets_what_tests_need(clone: Path, commands: list[list[str]]) -> None:
    stamp_environment(clone, "runtime")
    (places.binaries(clone) / "uv").touch()
    venv.ensure("dev", clone)
    assert programs(commands) == ["uv pip sync"]
    assert commands[0][-2:] == [str(places.lock_file(name, clone)) for name in ("dev", "bootstrap")]
    assert venv.is_ready("dev", clone)


@pytest.mark.parametrize("name", ["dev", "bootstrap"])
def test_another_lock_file_brings_it_up_to_date(clone: Path, commands: list[list[str]], name: str) -> None:
    (places.binaries(clone) / "uv").touch()
    places.lock_file(name, clone).write_text("another==2\n")
    assert not venv.is_ready("runtime", clone)
    venv.ensure("runtime", clone)
    assert programs(commands) == ["uv pip sync"]
    assert str(places.lock_file("dev", clone)) in commands[0]


def test_a_half_made_environment_is_thrown_away(clone: Path, commands: list[list[str]]) -> None:
    (places.venv(clone) / "leaver-setup.json").unlink()
    venv.ensure("runtime", clone)
    assert programs(commands) == [f"{Path(sys.executable).name} -m venv", "python -m pip", "uv pip sync"]
    assert not (places.binaries(clone) / "python").exists()


def test_a_moved_clone_makes_its_environment_anew(clone: Path, commands: list[list[str]]) -> None:
    moved = clone.rename(clone.with_name("moved"))
    venv.ensure("dev", moved)
    assert len(commands) == 3


def test_every_package_is_installed_by_its_hash_and_compiled(clone: Path, commands: list[list[str]]) -> None:
    (places.venv(clone) / "leaver-setup.json").unlink()
    venv.ensure("dev", clone)
    assert all("--require-hashes" in command for command in commands[1:])
    assert "--compile-bytecode" in commands[-1]


def test_an_environment_stays_half_made_when_its_packages_cannot_be_had(
    clone: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = places.binaries(clone) / "uv"
    uv.write_text("#!/bin/sh\necho no network; exit 2\n")
    uv.chmod(0o755)
    places.lock_file("dev", clone).write_text("another==2\n")
    with pytest.raises(SetupFailed) as failure:
        venv.ensure("dev", clone)
    assert str(failure.value) == (
        "setup: dev.lock: the packages could not be installed: `uv` ended with code 2:\n"
        "    no network\n"
        "One of these helps:\n"
        "  - a network on which the Python package registry answers; then run the same command again\n"
        "  - a mirror: set PIP_INDEX_URL and UV_DEFAULT_INDEX to it"
        " (SSL_CERT_FILE: its certificate authority)\n"
        f"  - {sys.executable} is too new or too rare for a pinned package:"
        " make clean, then make PYTHON=/path/to/python3.11 ..."
    )
    assert not venv.is_ready("dev", clone)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_every_remedy(
    clone: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    (places.venv(clone) / "leaver-setup.json").unlink()
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == module else find_spec(name))
    with pytest.raises(SetupFailed) as failure:
        venv.ensure("dev", clone)
    assert str(failure.value) == (
        f"setup: {sys.executable}: has no `{module}` module, so it can make no virtual environment."
        " One of these helps:\n"
        "  - Debian and Ubuntu: apt-get install python3-venv\n"
        "  - name another Python, 3.11 or newer, that has it: make PYTHON=/path/to/python3 ..."
    )


def test_an_old_python_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 4, "final", 0))
    with pytest.raises(SystemExit, match=r"too old, 3\.11 is the oldest that will do\. Install a newer one"):
        runpy.run_path(str(places.ROOT / "toolchain" / "__main__.py"))


def test_without_a_python_make_says_what_to_install(tmp_path: Path) -> None:
    answer = subprocess.run(
        ["/bin/sh", places.ROOT / "toolchain" / "find-python"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert answer.stdout == "false\n"
    assert answer.stderr.startswith("setup: no python3 on PATH. Install Python 3.11 or newer")


def test_settings_for_pip_reach_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("UV_DEFAULT_INDEX", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.acme.example/simple")
    monkeypatch.setenv("PIP_CERT", "/etc/acme.pem")
    assert venv.mirrors() == {
        "UV_DEFAULT_INDEX": "https://packages.acme.example/simple",
        "SSL_CERT_FILE": "/etc/acme.pem",
    }
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.acme.example/simple")
    assert venv.mirrors() == {"SSL_CERT_FILE": "/etc/acme.pem"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.04, "0.0 s"), (59.9, "59.9 s"), (60, "1 min 00 s"), (245.4, "4 min 05 s")]
)
def test_durations_read_well(seconds: float, text: str) -> None:
    assert duration(seconds) == text
