"""Runs other programs: quiet while they work, and nothing of theirs left when setup is stopped."""

import fcntl
import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from toolchain.console import say

HEARTBEAT = 30.0
TAIL_LINES = 12


class ProgramFailed(Exception):
    """A program ended with an error; the message holds the last lines of what it said."""


def environment(**changes: str) -> dict[str, str]:
    """The environment for installers: byte code is written, and no other virtual environment leaks in."""
    env = {k: v for k, v in os.environ.items() if k not in {"PYTHONDONTWRITEBYTECODE", "VIRTUAL_ENV"}}
    return env | changes


def run(command: Sequence[str], env: Mapping[str, str], log: Path, cwd: Path | None = None) -> None:
    """Runs a command with its output in the file `log`, and says every half minute that it still works.

    Raises ProgramFailed with the end of the log. Kills the command when this process is stopped meanwhile.
    """
    with log.open("wb") as output, _child(command, env, output.fileno(), cwd) as child:
        waited = 0.0
        while True:
            try:
                code = child.wait(HEARTBEAT)
                break
            except subprocess.TimeoutExpired:
                waited += HEARTBEAT
                say(f"setup:   ... still at it after {waited:.0f} s")
    if code != 0:
        lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
        raise ProgramFailed(
            f"`{Path(command[0]).name}` ended with code {code}:\n" + _indent(lines[-TAIL_LINES:])
        )


@contextmanager
def _child(
    command: Sequence[str], env: Mapping[str, str], output: int, cwd: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen(
        command, env=dict(env), stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()


@contextmanager
def exclusive(lock: Path, waiting: str) -> Iterator[None]:
    """Holds a lock file against other setups; the kernel frees it when its holder dies, however it dies."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"setup: {waiting}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _indent(lines: Sequence[str]) -> str:
    return "\n".join(f"    {line}" for line in lines) or "    (it said nothing)"
