"""A clone in miniature, a user's cache of its own, and programs that only pretend."""

import os
import sys
from pathlib import Path

import pytest
from toolchain_harness import Program, stamp_environment

from toolchain import engine, places


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's cache, empty; XDG_CACHE_HOME leads to it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "leaver"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """Writes a shell program, `program("pulumi", "echo v3.259.0")`, into a folder of its own per call."""
    made = 0

    def write(name: str, script: str) -> Path:
        nonlocal made
        made += 1
        path = tmp_path / f"programs-{made}" / name
        path.parent.mkdir()
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def clone(tmp_path: Path, cache: Path) -> Path:
    """The folder of a clone whose virtual environment is in place; its Python is this one."""
    root = tmp_path / "a clone"
    (root / "toolchain").mkdir(parents=True)
    for name in ("go.mod", "go.sum"):
        (root / "toolchain" / name).write_text(f"contents of {name}\n")
    (root / "requirements").mkdir()
    for name in ("runtime", "dev", "bootstrap", "go"):
        places.lock_file(name, root).write_text(f"{name}==1\n")
    (root / "Pulumi.yaml").write_text((places.ROOT / "Pulumi.yaml").read_text())
    places.binaries(root).mkdir(parents=True)
    (places.venv(root) / "lib" / "python3.11" / "site-packages").mkdir(parents=True)
    (places.binaries(root) / "python").symlink_to(sys.executable)
    stamp_environment(root, "dev")
    return root


@pytest.fixture
def fake_go(program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `go` that builds an engine which only knows its version; alone on PATH with the shell's tools.

    Each build adds a line to the file `builds`. While a file `hold` exists, a build waits half-way.
    """
    notes = tmp_path / "go-notes"
    notes.mkdir()
    monkeypatch.setenv("FAKE_GO", str(notes))
    script = f"""
if [ "$1" = env ]; then echo go1.26.8; exit; fi
echo build >> "$FAKE_GO/builds"
while [ "$1" != -o ]; do shift; done
echo half > "$2"
while [ -e "$FAKE_GO/hold" ]; do sleep 0.02; done
if [ -e "$FAKE_GO/fail" ]; then echo 'dial tcp: no route to host'; exit 1; fi
printf '#!/bin/sh\\necho {engine.VERSION}\\n' > "$2"
chmod +x "$2"
"""
    monkeypatch.setenv("PATH", f"{program('go', script).parent}{os.pathsep}/usr/bin{os.pathsep}/bin")
    return notes
