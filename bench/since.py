"""`leaver preview --since` in a repository of 500 clients of 100 people: one changed, and six; cold and warm."""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import estates
from bench.shown import mib, say, spread, table
from bench.tree import CommandFailed, Usage, measure

BENCH = "since"
COLD_TARGET = 4.0
WARM_TARGET = 1.5
"""Seconds, at most, on two cores."""
_GROUPS = 20
_LOOK_EVERY = 0.02
"""Seconds between two looks at the memory."""
_FEW, _MANY = 1, 6
"""Clients changed, two people of each disabled."""


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench since", description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--people", type=int, default=100, help="of each client")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        root = Path(folder) / "project"
        _write(root, chosen.clients, chosen.people)
        _change(root, range(_FEW))
        cold = [_preview(root, _FEW, cold=True) for _ in range(chosen.runs)]
        warm = [_preview(root, _FEW, cold=False) for _ in range(chosen.runs)]
        _change(root, range(_FEW, _MANY))
        many_cold = [_preview(root, _MANY, cold=True) for _ in range(chosen.runs)]
        many_warm = [_preview(root, _MANY, cold=False) for _ in range(chosen.runs)]
    say(
        f"{chosen.clients} clients of {chosen.people} people in git, two people of each changed client disabled; "
        f"{chosen.runs} runs: median (least to most). Cold: none of Leaver's caches, and the records' files not in "
        "memory.\n"
    )
    table(
        ["changed", "", "wall, s", "processor, s", "peak memory", "target"],
        [
            _row("one client", "cold", cold, f"≤ {COLD_TARGET:g} s"),
            _row("one client", "warm", warm, f"≤ {WARM_TARGET:g} s"),
            _row("six clients", "cold", many_cold, ""),
            _row("six clients", "warm", many_warm, ""),
        ],
    )
    missed = _median(cold) > COLD_TARGET or _median(warm) > WARM_TARGET
    return int(missed)


def _row(what: str, how: str, runs: Sequence[Usage], target: str) -> list[str]:
    return [
        what,
        how,
        spread([run.wall for run in runs]),
        spread([run.cpu for run in runs]),
        mib(max(run.peak_sum for run in runs)),
        target,
    ]


def _median(runs: Sequence[Usage]) -> float:
    return statistics.median(run.wall for run in runs)


def _write(root: Path, clients: int, people: int) -> None:
    for number in range(clients):
        estates.write_client(root, _key(number), people, _GROUPS)
    (root / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n", encoding="utf-8")
    (root / ".gitignore").write_text(".leaver/\n", encoding="utf-8")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", "-A")
    _git(root, "-c", "user.name=Bench", "-c", "user.email=bench@msp.example", "commit", "-q", "-m", "records")


def _key(number: int) -> str:
    return f"client-{number:03}"


def _change(root: Path, numbers: range) -> None:
    """Disable the last two people of these clients."""
    for number in numbers:
        path = root / "identities" / _key(number) / "people.yaml"
        records = path.read_text(encoding="utf-8").split("    nda: ")
        for at in (-1, -2):
            records[at] = "    disabled: true\n    nda: ".join(["", records[at]])
        head = "    nda: ".join(records[:-2])
        path.write_text(head + records[-2] + records[-1], encoding="utf-8")


def _preview(root: Path, clients: int, *, cold: bool) -> Usage:
    if cold:
        shutil.rmtree(root / ".leaver", ignore_errors=True)
        _forget(root)
    log = root.parent / "log.txt"
    command = [sys.executable, "-m", "leaver.cli", "preview", "--since", "main", "--format", "markdown"]
    path = str(Path(__file__).resolve().parents[1])
    env = {**os.environ, "PYTHONPATH": path, "LEAVER_HOME": str(root / ".leaver")}
    usage = measure(command, root, env, log, interval=_LOOK_EVERY)
    said = log.read_text(encoding="utf-8")
    if said.count(" leaves with the apply") != 2 * clients:
        raise CommandFailed(f"the plan does not name the {2 * clients} people who leave:\n{said[:2_000]}")
    return usage


def _forget(root: Path) -> None:
    """Have the system drop what it holds of the records and of the repository in memory."""
    for folder in (root / "identities", root / ".git"):
        for path in folder.rglob("*"):
            if path.is_file():
                descriptor = os.open(path, os.O_RDONLY)
                os.fdatasync(descriptor)
                os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
                os.close(descriptor)


def _git(root: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=root, check=True, capture_output=True)
