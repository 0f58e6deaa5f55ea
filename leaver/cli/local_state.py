"""The engine's state of a newcomer's sandbox, in the project's own folder; no other backend is ever touched."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from leaver.cli.environment import backend_of_project, engine_environment, search_path
from leaver.cli.session import Session
from leaver.errors import DirectoryError

_OWN = "file://./.leaver/"
_PACKED = ("", ".gz", ".zst")


def make_state_folder(session: Session) -> None:
    """Make the state's folder, which the engine wants to find."""
    folder = _folder(session)
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)


def forget(session: Session, client: str) -> bool:
    """Remove the state of an example client whose directories were reset; False when there was none to remove.

    Raises DirectoryError with the engine's own words.
    """
    folder, engine = _folder(session), shutil.which("pulumi", path=search_path(session))
    if folder is None or engine is None:
        return False
    kept = {path.name for path in folder.glob(f".pulumi/stacks/*/{client}.json*")}
    if not kept & {f"{client}.json{packed}" for packed in _PACKED}:
        return False
    words = ["stack", "rm", client, "--force", "--yes", "--preserve-config", "--non-interactive"]
    ran = subprocess.run(
        [engine, *words],
        cwd=session.root,
        env={**session.environ, **engine_environment(session)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode:
        raise DirectoryError(f"{client}: the state cannot be removed: {ran.stderr.strip()}")
    return True


def _folder(session: Session) -> Path | None:
    url = session.environ.get("PULUMI_BACKEND_URL") or backend_of_project(session) or ""
    return session.root / url.removeprefix("file://").partition("?")[0] if url.startswith(_OWN) else None
