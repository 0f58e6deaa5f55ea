"""The first apply of one client: the state written at every step, as Leaver does, and once at the end."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from bench.projects import workshop
from bench.shown import machine, say, table

BENCH = "apply"


def main(argv: Sequence[str]) -> int:
    """There is no target: the table shows what it costs that a killed run can be recovered."""
    parser = argparse.ArgumentParser(prog="python -m bench apply", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[100, 200, 400])
    parser.add_argument("--groups", type=int, default=20)
    chosen = parser.parse_args(argv)
    say(f"`pulumi up` with Leaver's program on the file backend, {chosen.groups} groups, one run each\n")
    rows = []
    with workshop() as made:
        for people in chosen.people:
            kept = made.leaver(f"kept-{people}", people, chosen.groups).up(checkpoints=True)
            once = made.leaver(f"once-{people}", people, chosen.groups).up()
            rows.append([people, *(f"{each:.1f}" for each in (kept.wall, kept.cpu, once.wall, once.cpu))])
            say(f"{people} people: {machine()}")
    say("")
    table(["people", "every step: wall, s", "processor, s", "once: wall, s", "processor, s"], rows)
    return 0
