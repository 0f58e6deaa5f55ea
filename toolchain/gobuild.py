"""Programs built from a pinned Go module: once for this user, and there whole or not at all."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from toolchain import go, places
from toolchain.console import step
from toolchain.processes import ProgramFailed, environment, exclusive, run

_SCRATCH = ".building-"


@dataclass(frozen=True)
class Recipe:
    """What to build. `module` is the folder of go.mod; `finish` checks the program and may put files beside it."""

    name: str
    package: str
    module: Path
    linker: str
    announcement: str
    finish: Callable[[Path], None]


def ensure(program: Path, recipe: Recipe, root: Path = places.ROOT) -> Path:
    """The program, built now if no clone of this user has built it yet.

    Needs the virtual environment when Go has to be fetched. Raises ProgramFailed or OSError.
    """
    if program.exists():
        return program
    folder = program.parent.parent
    with exclusive(folder / ".lock", f"another clone is building {recipe.name}: waiting for it"):
        if not program.exists():
            _sweep(folder)
            _build(program, recipe, root)
    return program


def check_answer(program: Path, argument: str, expected: str, name: str) -> None:
    """Raises ProgramFailed when the first line that `program argument` prints is not `expected`."""
    answer = subprocess.run([str(program), argument], capture_output=True, text=True, check=False)
    first, _, _ = answer.stdout.partition("\n")
    if first.strip() != expected:
        said = (answer.stdout + answer.stderr).strip()
        raise ProgramFailed(f"{name} that was built says {said!r}, not {expected}")


def _sweep(folder: Path) -> None:
    """Removes what a killed build left. Only the lock's holder may."""
    for leftover in folder.glob(f"{_SCRATCH}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _build(program: Path, recipe: Recipe, root: Path) -> None:
    with tempfile.TemporaryDirectory(prefix=_SCRATCH, dir=program.parent.parent) as name:
        scratch = Path(name)
        compiler = go.installed() or go.fetch(scratch, root)
        result = scratch / "result"
        result.mkdir()
        command = [str(compiler.path), "build", "-trimpath", "-ldflags", recipe.linker]
        flags = " ".join(("-mod=readonly", "-buildvcs=false", *compiler.flags))
        env = environment(
            CGO_ENABLED="0", GOTOOLCHAIN="local", GOWORK="off", GOFLAGS=flags, **compiler.settings
        )
        with step(recipe.announcement):
            run(
                [*command, "-o", str(result / program.name), recipe.package],
                env,
                scratch / "log",
                cwd=recipe.module,
            )
            recipe.finish(result / program.name)
            # The rename makes the program appear whole or not at all.
            result.rename(program.parent)
