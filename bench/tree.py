"""Run a command, and measure its whole tree of processes: plugins, language host, program.

The command runs under a small process of its own that adopts orphans (PR_SET_CHILD_SUBREAPER), so that the
processor time of plugins which their engine did not wait for is counted too.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_ORPHANS_END_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command and all its descendants took; times in seconds, sizes in bytes of resident memory."""

    code: int
    wall: float
    """Until the command itself ended."""
    cpu: float
    """User and system time of all processes."""
    peak_sum: int = 0
    """The most that all processes held together; pages that they share count for each of them. 0: not sampled."""
    peak_largest: int = 0
    """The most that one process held. 0: not sampled."""


class CommandFailed(Exception):
    """A measured command did not end well; the message holds the end of its output."""


def measure(
    command: Sequence[str], cwd: Path, env: Mapping[str, str], log: Path, *, interval: float | None = None
) -> Usage:
    """Run `command` with its output in `log`; `interval` is the time between two looks at the memory.

    Raises:
        CommandFailed: its exit code is not 0.
    """
    runner = [sys.executable, "-m", "bench.tree", str(cwd), str(log), str(interval or 0), *command]
    with subprocess.Popen(
        runner, cwd=Path(__file__).resolve().parents[1], env=dict(env), stdout=subprocess.PIPE
    ) as process:
        try:
            answer, _ = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
    if process.returncode:
        raise CommandFailed(f"{' '.join(command)}: the measuring process ended with {process.returncode}")
    usage = Usage(**json.loads(answer))
    if usage.code:
        last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-15:]
        raise CommandFailed("\n".join([f"{' '.join(command)}: exit code {usage.code}", *last]))
    return usage


def main(argv: Sequence[str]) -> int:
    """The measuring process: folder, log, interval, then the command; prints the usage as JSON."""
    folder, log, interval, *command = argv
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    sampler = _Sampler(float(interval))
    with Path(log).open("wb") as output:
        started = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        sampler.start()
        code = child.wait()
        wall = time.perf_counter() - started
        _reap()
    peak_sum, peak_largest = sampler.stop()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    usage = Usage(code, wall, used.ru_utime + used.ru_stime, peak_sum, peak_largest)
    sys.stdout.write(json.dumps(asdict(usage)))
    return 0


def _reap() -> None:
    """Wait for the orphans that the command left, and end those that stay."""
    deadline = time.monotonic() + _ORPHANS_END_WITHIN
    while True:
        try:
            ended, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        if ended:
            continue
        if time.monotonic() > deadline:
            for orphan in psutil.Process().children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    orphan.kill()
        time.sleep(0.02)


class _Sampler:
    """Looks at the memory of this process's descendants every so often."""

    def __init__(self, interval: float) -> None:
        self._interval = interval
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._peaks = (0, 0)

    def start(self) -> None:
        if self._interval:
            self._thread.start()

    def stop(self) -> tuple[int, int]:
        """The largest sum, and the largest single process."""
        self._ended.set()
        if self._interval:
            self._thread.join()
        return self._peaks

    def _watch(self) -> None:
        this = psutil.Process()
        while not self._ended.wait(self._interval):
            sizes = [0]
            for process in this.children(recursive=True):
                with contextlib.suppress(psutil.Error):
                    sizes.append(process.memory_info().rss)
            self._peaks = (max(self._peaks[0], sum(sizes)), max(self._peaks[1], *sizes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
