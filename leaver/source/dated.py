"""When a commit was made, for the timeline of a report. Nothing here raises: a report is made without git, too."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_MERGED = re.compile(r"\(merged ([0-9a-f]{7,64})\)")
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Made:
    """Who wrote a commit, and when."""

    at: datetime
    by: str


def written(root: Path, commit: str) -> Made | None:
    """When the change was written; None where git does not know the commit."""
    return _show(root, commit, "%aI%x00%aN <%aE>")


def merged(root: Path, approved_by: Sequence[str]) -> Made | None:
    """When the change was merged, by the merge that `leaver.source.asked` names among the approvals."""
    for said in approved_by:
        if found := _MERGED.search(said):
            return _show(root, found[1], "%cI%x00%cN <%cE>")
    return None


def _show(root: Path, commit: str, form: str) -> Made | None:
    if not _COMMIT.fullmatch(commit):
        return None
    try:
        done = subprocess.run(
            ["git", "-C", str(root), "show", "-s", f"--format={form}", commit, "--"],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=_SECONDS,
        )
        at, found, by = done.stdout.strip("\n").partition("\0")
        return Made(datetime.fromisoformat(at), by) if found and not done.returncode else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None
