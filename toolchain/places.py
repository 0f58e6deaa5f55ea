"""Where things are: the clone, its virtual environment, and the cache that all clones of a user share."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def cache_home(env: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Path:
    """The per-user cache folder `leaver`, by the platform's rule (XDG Base Directory on Linux)."""
    if configured := env.get("XDG_CACHE_HOME"):
        return Path(configured) / "leaver"
    home = Path(env["HOME"]) if env.get("HOME") else Path.home()
    return home / ("Library/Caches" if platform == "darwin" else ".cache") / "leaver"


def venv(root: Path = ROOT) -> Path:
    """The clone's virtual environment."""
    return root / ".venv"


def binaries(root: Path = ROOT) -> Path:
    """The folder that goes first on PATH in everything the Makefile runs."""
    return venv(root) / "bin"


def lock_file(name: str, root: Path = ROOT) -> Path:
    """A file of pinned and hashed Python packages: `runtime`, `dev`, `bootstrap` or `go`."""
    return root / "requirements" / f"{name}.lock"
