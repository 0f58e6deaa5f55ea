"""`python -m toolchain.actionlint`: checks the workflows with actionlint, which it builds once for this user.

Only `make lint` needs it; nobody else ever meets it.
"""

import hashlib
import platform
import subprocess
import sys
from pathlib import Path

from toolchain import gobuild, places
from toolchain.console import SetupFailed, say
from toolchain.processes import ProgramFailed

VERSION = "v1.7.12"
PACKAGE = "github.com/rhysd/actionlint/cmd/actionlint"
# A program that was built outside of its own module does not know its version.
_LINKER = f"-s -w -X github.com/rhysd/actionlint.version={VERSION.removeprefix('v')}"
_FAILED = """\
lint: actionlint {version}: could not be got: {fault}
One of these helps:
  - Go 1.26 or newer on PATH, and a network on which the Go module proxy answers (GOPROXY names another)
  - a network on which the Python package registry and the Go module proxy answer: Go comes from there then
  - an actionlint built elsewhere for this platform from this very toolchain/actionlint/: put it at {cached}"""


def module(root: Path = places.ROOT) -> Path:
    """The folder of the Go module that pins it: its own, so that another pin builds no other engine."""
    return root / "toolchain" / "actionlint"


def cached(root: Path = places.ROOT) -> Path:
    """Where it lies, or will lie, in the user's cache."""
    content = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        content.update((module(root) / name).read_bytes())
    content.update(f"{_LINKER} {sys.platform} {platform.machine()}".encode())
    return places.cache_home() / "actionlint" / f"{VERSION}-{content.hexdigest()[:12]}" / "actionlint"


def ensure(root: Path = places.ROOT) -> Path:
    """The program, built now if no clone of this user has built it yet. Raises SetupFailed with the remedies."""
    program = cached(root)
    recipe = gobuild.Recipe(
        name="actionlint",
        package=PACKAGE,
        module=module(root),
        linker=_LINKER,
        announcement=f"building actionlint {VERSION}, once for this user (about 20 seconds on two cores)",
        finish=lambda built: gobuild.check_answer(
            built, "-version", VERSION.removeprefix("v"), "the actionlint"
        ),
    )
    try:
        return gobuild.ensure(program, recipe, root)
    except (ProgramFailed, OSError) as fault:
        raise SetupFailed(_FAILED.format(version=VERSION, fault=fault, cached=program)) from fault


def main() -> int:
    """Checks every workflow; 0 when actionlint finds nothing."""
    try:
        program = ensure()
    except SetupFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    files = sorted((places.ROOT / ".github" / "workflows").glob("*.yml"))
    # What shellcheck and pyflakes find would depend on what the machine happens to have.
    command = [str(program), "-shellcheck=", "-pyflakes=", *map(str, files)]
    code = subprocess.run(command, cwd=places.ROOT, check=False).returncode
    say(f"Checked {len(files)} workflows: {'no problems' if code == 0 else 'problems'}.")
    return 1 if code else 0


if __name__ == "__main__":
    sys.exit(main())
