"""What the package needs at run time beside its modules is in what is installed."""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_file_of_the_package_that_is_no_module_is_package_data() -> None:
    patterns = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    data = patterns["tool"]["setuptools"]["package-data"]["leaver"]
    tracked = subprocess.run(
        ["git", "ls-files", "leaver"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    others = [Path(name) for name in tracked.stdout.splitlines() if not name.endswith((".py", ".pyi"))]
    assert others
    forgotten = [str(path) for path in others if not any(path.match(f"leaver/{each}") for each in data)]
    assert forgotten == []
