"""Preview of one client of 100, 500, 1,000 and 2,000 people: time and memory, to show the growth."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.projects import Project, workshop
from bench.shown import machine, mib, say, table
from bench.tree import Usage

BENCH = "growth"
_SAMPLED_EVERY = 0.1


def main(argv: Sequence[str]) -> int:
    """There is no target: the table shows whether the growth is more than linear."""
    parser = argparse.ArgumentParser(prog="python -m bench growth", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[100, 500, 1000, 2000])
    parser.add_argument("--groups", type=int, default=20)
    chosen = parser.parse_args(argv)
    say(f"`pulumi preview` with Leaver's program, {chosen.groups} groups, one run each\n")
    rows = []
    with workshop() as made:
        for people in chosen.people:
            project = made.leaver(f"client-{people}", people, chosen.groups)
            # Not measured: the run that finds nothing in the caches of the file system.
            project.preview(expect="create")
            first = _preview(project, "create")
            applied = project.up()
            same = _preview(project, "unchanged")
            rows.append([f"{people}", "first", *_cells(first, people)])
            rows.append([f"{people}", "nothing changed", *_cells(same, people)])
            say(f"{people} people: previewed and deployed (up: {applied.cpu:.0f} s processor). {machine()}")
    say("")
    times = ["wall, s", "processor, s", "processor, ms a person"]
    table(["people", "preview", *times, "peak of all processes", "peak of the largest"], rows)
    return 0


def _preview(project: Project, expect: str) -> Usage:
    return project.preview(expect=expect, interval=_SAMPLED_EVERY)


def _cells(usage: Usage, people: int) -> list[str]:
    per_person = f"{usage.cpu / people * 1000:.0f}"
    sizes = [mib(usage.peak_sum), mib(usage.peak_largest)]
    return [f"{usage.wall:.1f}", f"{usage.cpu:.1f}", per_person, *sizes]
