"""The `pulumi` that a machine has of its own: used as it is when it is new enough."""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from toolchain import engine, launchers
from toolchain.processes import environment


@dataclass(frozen=True)
class Found:
    """The first `pulumi` on PATH that is not ours.

    path: the program; None when there is none.
    version: as it says it itself, such as `v3.262.0`; empty when it does not answer.
    usable: new enough.
    has_host: it comes with the official language host for Python.
    """

    path: Path | None = None
    version: str = ""
    usable: bool = False
    has_host: bool = False


def find(path: str | None = None) -> Found:
    """Looks along `path` (by default PATH); skips what Leaver's own setup put there."""
    folders = [Path(part) for part in (path or os.environ.get("PATH", "")).split(os.pathsep) if part]
    program = _first(folders, "pulumi")
    if program is None:
        return Found()
    version = _ask_version(program)
    usable = is_new_enough(version)
    return Found(program, version, usable, usable and _has_host(program, folders))


def is_new_enough(version: str, minimum: str = engine.VERSION) -> bool:
    """Compares two versions such as `v3.259.0`; a pre-release comes before its release."""
    found, wanted = _parse(version), _parse(minimum)
    return found is not None and wanted is not None and found >= wanted


def _parse(version: str) -> tuple[int, int, int, bool] | None:
    match = re.fullmatch(r"v?(\d+)\.(\d+)\.(\d+)(-[^+]*)?(\+.*)?", version.strip())
    if match is None:
        return None
    return int(match[1]), int(match[2]), int(match[3]), match[4] is None


def _first(folders: list[Path], name: str) -> Path | None:
    for folder in folders:
        candidate = folder / name
        if os.access(candidate, os.X_OK) and candidate.is_file() and not launchers.is_ours(candidate):
            return candidate
    return None


def _has_host(program: Path, folders: list[Path]) -> bool:
    beside = [program.parent, program.resolve().parent]
    if _first([*beside, *folders], launchers.HOST):
        return True
    plugins = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
    return any(plugins.glob(f"language-python-v*/{launchers.HOST}"))


def _ask_version(program: Path) -> str:
    try:
        answer = subprocess.run(
            [str(program), "version"],
            env=environment(PULUMI_SKIP_UPDATE_CHECK="true"),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
