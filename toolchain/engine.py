"""Pulumi's engine, built once from the Go module beside this file into a cache that all clones share."""

import hashlib
import platform
import sys
from pathlib import Path

from toolchain import gobuild, launchers, places
from toolchain.console import SetupFailed
from toolchain.processes import ProgramFailed

VERSION = "v3.259.0"
PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
_LINKER = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
_FAILED = """\
setup: Pulumi's engine {version}: could not be got: {fault}
One of these helps:
  - an official pulumi {minimum} or newer with its Python language host on PATH: nothing is built then
  - Go 1.26 or newer on PATH, and a network on which the Go module proxy answers (GOPROXY names another)
  - a network on which the Python package registry and the Go module proxy answer: Go comes from there then
  - an engine built elsewhere for this platform from this very toolchain/: put it at {cached}"""


def cached(root: Path = places.ROOT) -> Path:
    """Where the engine of this clone's toolchain/ lies, or will lie, in the user's cache."""
    return places.cache_home() / "engine" / f"{VERSION}-{fingerprint(root)}" / "pulumi"


def fingerprint(root: Path = places.ROOT) -> str:
    """Changes with everything that makes another engine: modules, linker flags, platform, host script."""
    content = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        content.update((root / "toolchain" / name).read_bytes())
    content.update(f"{_LINKER} {sys.platform} {platform.machine()} {launchers.HOST_SCRIPT}".encode())
    return content.hexdigest()[:12]


def ensure(root: Path = places.ROOT) -> Path:
    """The engine's program, built now if no clone of this user has built it yet.

    Needs the virtual environment when Go has to be fetched. Raises SetupFailed with the remedies.
    """
    program = cached(root)
    recipe = gobuild.Recipe(
        name="the engine",
        package=PACKAGE,
        module=root / "toolchain",
        linker=_LINKER,
        announcement=f"building Pulumi's engine {VERSION}, once for this user (about 5 minutes on two cores)",
        finish=_finish,
    )
    try:
        return gobuild.ensure(program, recipe, root)
    except (ProgramFailed, OSError) as fault:
        raise SetupFailed(
            _FAILED.format(version=VERSION, minimum=VERSION.removeprefix("v"), fault=fault, cached=program)
        ) from fault


def _finish(program: Path) -> None:
    gobuild.check_answer(program, "version", VERSION, "the engine")
    host = program.with_name(launchers.HOST)
    host.write_text(launchers.HOST_SCRIPT)
    host.chmod(0o755)
