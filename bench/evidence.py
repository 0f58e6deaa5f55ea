"""How long evidence takes to write, and to check: in files and in PostgreSQL, in a short chain and in a long one."""

from __future__ import annotations

import argparse
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.shown import mib, say, spread, table
from leaver.evidence import Entry, Evidence, Kind, Outcome, SigningKey, open_store

BENCH = "evidence"
TARGET = 20.0
"""Milliseconds for one entry, the median, at most: it is written after a cut, and must not be felt."""
_BATCH = 20
_START = datetime(2026, 11, 27, 22, tzinfo=UTC)


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench evidence", description=__doc__)
    parser.add_argument("--entries", type=int, default=300, help="how many to write one by one")
    parser.add_argument("--long", type=int, default=100_000, help="the length of the long chain")
    parser.add_argument("--database", help="postgresql://… as well; a database to throw away")
    parser.add_argument("--folder", type=Path, help="on which disk; else that of temporary files")
    chosen = parser.parse_args(argv)
    rows: list[list[str]] = []
    worst = 0.0
    with tempfile.TemporaryDirectory(prefix="leaver-bench-", dir=chosen.folder) as folder:
        home, key = Path(folder), SigningKey.make()
        worst = max(worst, _written(rows, "files, signed", open_store(home / "a", key=key), chosen.entries))
        _written(rows, "files, not signed", open_store(home / "b"), chosen.entries)
        filled = open_store(home / "long", key=key)
        _fill(filled, chosen.long)
        worst = max(worst, _written(rows, f"files, behind {chosen.long:,}", filled, chosen.entries))
        rows.append(_at_once(home / "c", chosen.entries))
        if chosen.database:
            with open_store(home, database=chosen.database, key=key) as store:
                _written(rows, "PostgreSQL, signed", store, chosen.entries)
        table(
            ["store", "ms an entry: median (least to most)", "entries a second", f"ms for {_BATCH} together"],
            rows,
        )
        began = time.perf_counter()
        found = filled.verify("acme")
        seconds = time.perf_counter() - began
        size = (home / "long" / "evidence" / "acme.jsonl").stat().st_size
    say(f"\n`leaver evidence verify` of {found.count:,} signed entries ({mib(size)}): {seconds:.1f} s")
    return int(worst > TARGET or not found.ok)


def _entry(number: int) -> Entry:
    """Of the size of a step's."""
    return Entry(
        kind=Kind.STEP,
        client="acme",
        at=_START + timedelta(milliseconds=number),
        person="dana.reyes",
        directory="entra",
        step="groups",
        outcome=Outcome.DONE,
        agreed=_START,
        asked_by="Ana Lee <ana@msp.example>",
        approved_by=("Bo Chen <bo@msp.example> (merged 1a2b3c4d5e)",),
        commit="c" * 40,
        plan="f" * 64,
        seen={"left": [], "removed": ["Finance", "All staff", "Payroll readers"]},
        request_id="3f7a9c1e-5f7b-4d2a-9a11-2d9f8d1c0b7e",
        directory_date=_START,
    )


def _fill(store: Evidence, length: int) -> None:
    for start in range(0, length, 5_000):
        store.append_all([_entry(number) for number in range(start, min(start + 5_000, length))])


def _written(rows: list[list[str]], name: str, store: Evidence, entries: int) -> float:
    """One by one, then some together; the median milliseconds of one."""
    singles = []
    for number in range(entries):
        began = time.perf_counter()
        store.append(_entry(number))
        singles.append((time.perf_counter() - began) * 1000)
    together = []
    for _ in range(10):
        began = time.perf_counter()
        store.append_all([_entry(number) for number in range(_BATCH)])
        together.append((time.perf_counter() - began) * 1000)
    rate = f"{entries / sum(singles) * 1000:,.0f}"
    rows.append([name, spread(singles), rate, spread(together)])
    return sorted(singles)[len(singles) // 2]


def _at_once(home: Path, entries: int) -> list[str]:
    """Two processes that write to one chain."""
    processes = [multiprocessing.Process(target=_append, args=(home, entries)) for _ in range(2)]
    began = time.perf_counter()
    for each in processes:
        each.start()
    for each in processes:
        each.join()
    rate = 2 * entries / (time.perf_counter() - began)
    return ["files, two processes", "", f"{rate:,.0f} both", ""]


def _append(home: Path, entries: int) -> None:
    store = open_store(home)
    for number in range(entries):
        store.append(_entry(number))
