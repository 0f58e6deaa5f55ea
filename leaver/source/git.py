"""Running git: in one work tree, without questions, hooks' surroundings or an end that never comes."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from leaver.errors import LeaverError

LOCAL_SECONDS = 20.0
NETWORK_SECONDS = 30.0
NO_END = 124
"""The exit code, as of timeout(1), of a git that had not ended when its time was up."""


class GitFailed(LeaverError):
    """git could not do what was asked; the message has its own words, and the command to run by hand."""


class TookTooLong(GitFailed):
    """git had not ended when its time was up: what was asked is not known."""


class Git:
    """git in the work tree at `top`."""

    def __init__(self, top: Path, environ: Mapping[str, str]) -> None:
        self._top = top
        # git sets these for its hooks, and they would lead to another repository or index.
        foreign = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")
        self._environ = {
            **{name: value for name, value in environ.items() if name not in foreign},
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_SSH_COMMAND": environ.get("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
            "LC_ALL": "C",
        }

    def text(self, *words: str) -> str:
        """What git answers; nothing when it fails."""
        done = self.run(*words, check=False)
        return done.stdout.strip() if done.returncode == 0 else ""

    def run(
        self,
        *words: str,
        stdin: str = "",
        extra: Mapping[str, str] | None = None,
        seconds: float = LOCAL_SECONDS,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """One run of git. Raises GitFailed with `check` when it fails."""
        done = self._call(words, stdin.encode(), extra or {}, seconds)
        text = subprocess.CompletedProcess(
            done.args,
            done.returncode,
            done.stdout.decode(errors="replace"),
            done.stderr.decode(errors="replace"),
        )
        if check and text.returncode:
            raise GitFailed(f"git {words[0]}: {said(text)}. See git status, then run this again.")
        return text

    def bytes_of(self, *words: str, stdin: bytes = b"") -> bytes:
        """What git answers, as it is. Raises GitFailed."""
        done = self._call(words, stdin, {}, LOCAL_SECONDS)
        if done.returncode:
            raise GitFailed(
                f"git {words[0]}: {done.stderr.decode(errors='replace').strip()}. See git status."
            )
        return done.stdout

    def _call(
        self, words: Sequence[str], stdin: bytes, extra: Mapping[str, str], seconds: float
    ) -> subprocess.CompletedProcess[bytes]:
        try:
            return subprocess.run(
                ["git", *words],
                cwd=self._top,
                env={**self._environ, **extra},
                input=stdin,
                capture_output=True,
                check=False,
                timeout=seconds,
            )
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(words, NO_END, b"", f"no end after {seconds:g} s".encode())


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What git says of a failure, in one line."""
    lines = [line.strip() for line in (*done.stderr.splitlines(), *done.stdout.splitlines()) if line.strip()]
    telling = [line for line in lines if line.startswith(("fatal:", "error:", "!", "remote:"))] or lines
    return " ".join(telling[0].split()).rstrip(".") if telling else f"ended with {done.returncode}"
