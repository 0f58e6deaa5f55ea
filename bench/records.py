"""Load and check 100 clients of 100 people: cold (no cache), and warm (nothing changed since the last run)."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench import estates
from bench.shown import say, spread, table
from bench.tree import CommandFailed

BENCH = "records"
COLD_TARGET = 8000
"""People a second on one core, at least."""
WARM_TARGET = 0.3
"""Seconds, at most."""
_GROUPS = 20

# A fresh process on one core; what is timed is the load, and beside it the process with its imports.
_LOAD = """
import json, os, sys, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from pathlib import Path
from leaver import source
root, cache = Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None
wall, cpu = time.perf_counter(), time.process_time()
estate = source.load(root, cache=cache)
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
people = sum(len(client.people) for client in estate.clients.values())
key, client = next(iter(estate.clients.items()))
assert estate.places[key].people.keys() == client.people.keys()
print(json.dumps({"wall": wall, "cpu": cpu, "process": time.process_time(), "people": people}))
"""


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench records", description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--people", type=int, default=100, help="of each client")
    parser.add_argument("--runs", type=int, default=7)
    chosen = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        root = Path(folder)
        for number in range(chosen.clients):
            estates.write_client(root, f"client-{number:03}", chosen.people, _GROUPS)
        cache = root / "cache"
        cold = [_load(root, None) for _ in range(chosen.runs)]
        filled = _load(root, cache)
        warm = [_load(root, cache) for _ in range(chosen.runs)]
    count = chosen.clients * chosen.people
    if {run["people"] for run in (*cold, filled, *warm)} != {count}:
        raise CommandFailed(f"not every run loaded all {count} people")
    rates = [count / run["cpu"] for run in cold]
    times = [run["wall"] for run in warm]
    say(f"{count} people, {chosen.clients} clients, {chosen.runs} runs each: median (least to most)\n")
    table(
        ["", "wall, s", "processor, s", "people a second of processor time", "target"],
        [
            ["cold", *_times(cold), spread(rates, 0), f"≥ {COLD_TARGET}"],
            ["warm", *_times(warm), "", f"≤ {WARM_TARGET} s"],
            ["cold, and filling the cache", *_times([filled]), "", ""],
        ],
    )
    imports = [run["process"] - run["cpu"] for run in (*cold, *warm)]
    say(f"\nBesides, the process itself and its imports: {spread(imports)} s of processor time.")
    return int(statistics.median(rates) < COLD_TARGET or statistics.median(times) > WARM_TARGET)


def _load(root: Path, cache: Path | None) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, str(root), str(cache or "")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[1])},
        stdout=subprocess.PIPE,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def _times(runs: Sequence[dict[str, float]]) -> list[str]:
    return [spread([run["wall"] for run in runs]), spread([run["cpu"] for run in runs])]
