"""`python -m toolchain setup runtime|dev`: what the Makefile runs before everything else."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

if sys.version_info < (3, 11):  # noqa: UP036 - this is where an older Python learns that it is too old
    sys.exit(
        f"setup: Python {sys.version.split()[0]} at {sys.executable}: too old, 3.11 is the oldest that will do. "
        "Install a newer one (Debian and Ubuntu: apt-get install python3 python3-venv), "
        "or name one: make PYTHON=/path/to/python3.12 ..."
    )

from toolchain import engine, launchers, official, places, venv
from toolchain.console import SetupFailed, say
from toolchain.processes import exclusive


def main(arguments: list[str] | None = None) -> int:
    """Sets this clone up; 0 when everything is in place, 1 with one error on standard error when not."""
    parser = argparse.ArgumentParser(prog="toolchain", description=__doc__)
    parser.add_argument("command", choices=["setup"])
    parser.add_argument("profile", choices=["runtime", "dev"])
    parser.add_argument(
        "--without-engine", action="store_true", help="the virtual environment and `leaver` only"
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _stop)
    try:
        _setup(options.profile, places.ROOT, not options.without_engine)
    except SetupFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("setup: stopped; nothing half-made is left, so run the same command again\n")
        return 130
    return 0


def _setup(profile: venv.Profile, root: Path, with_engine: bool) -> None:
    with exclusive(root / ".leaver" / "setup.lock", "another setup of this clone is at work: waiting for it"):
        venv.ensure(profile, root)
        if not with_engine:
            launchers.write_own(root)
            return
        found = official.find()
        if found.usable:
            launchers.write(engine=None, own_host=not found.has_host, root=root)
            if not found.has_host:
                say(f"setup: {found.path} has no Python language host: Leaver's own is used with it")
            return
        if found.path is not None:
            version = found.version or "an unknown version"
            say(f"setup: {found.path} is {version}, older than {engine.VERSION}: Leaver's own engine is used")
        launchers.write(engine=engine.ensure(root), own_host=True, root=root)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
