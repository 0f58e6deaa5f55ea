"""What the toolchain's tests share beside fixtures."""

import json
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from toolchain import places, venv

Program = Callable[[str, str], Path]


def stamp_environment(root: Path, profile: venv.Profile) -> None:
    """Marks the clone's virtual environment as complete."""
    stamp = {"root": str(root), "profile": profile, "digest": venv.digest(profile, root)}
    (places.venv(root) / "leaver-setup.json").write_text(json.dumps(stamp))


def setup_command(root: Path) -> list[str]:
    """The command that sets up a clone in miniature, as the Makefile would its own."""
    code = (
        "import sys, pathlib; from toolchain import __main__ as main, places; "
        f"places.ROOT = pathlib.Path({str(root)!r}); sys.exit(main.main(['setup', 'runtime']))"
    )
    return [sys.executable, "-c", code]


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Returns as soon as the condition holds; fails the test when it does not within the time."""
    pause = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    pytest.fail("it did not happen in time")
