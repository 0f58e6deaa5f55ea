"""Preview of one client: Leaver's program against a hand-written one that declares the same accounts and groups."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence

from bench.projects import Project, workshop
from bench.shown import machine, say, table
from bench.tree import Usage

BENCH = "preview"
TARGET = 1.10
"""Leaver's time to the hand-written program's, at most."""


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when the target is missed, in processor time or on the clock."""
    parser = argparse.ArgumentParser(prog="python -m bench preview", description=__doc__)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--groups", type=int, default=20)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument(
        "--mended",
        action="store_true",
        help="give the hand-written program Leaver's mends to the Python SDK too",
    )
    chosen = parser.parse_args(argv)
    with workshop() as made:
        ours = made.leaver("ours", chosen.people, chosen.groups)
        theirs = made.handwritten("theirs", chosen.people, chosen.groups, mended=chosen.mended)
        mends = ", which has Leaver's mends to the SDK too" if chosen.mended else ""
        say(
            f"{chosen.people} people, {chosen.groups} groups; `pulumi preview` in turns: "
            f"Leaver, hand-written{mends}\n"
        )
        ratios = _pairs("first preview, everything is created", ours, theirs, "create", chosen.pairs)
        ours.up()
        theirs.up()
        say(f"\n{machine()}\n")
        ratios += _pairs("deployed, nothing changed", ours, theirs, "unchanged", chosen.pairs)
    return int(max(ratios) > TARGET)


def _pairs(title: str, ours: Project, theirs: Project, expect: str, count: int) -> list[float]:
    """Measure in turns; answers the medians of the ratios of processor time and of time on the clock."""
    # Not measured: the run that finds nothing in the caches of the file system.
    ours.preview(expect=expect)
    theirs.preview(expect=expect)
    pairs = [(ours.preview(expect=expect), theirs.preview(expect=expect)) for _ in range(count)]
    medians = [statistics.median(our.cpu / their.cpu for our, their in pairs)]
    medians.append(statistics.median(our.wall / their.wall for our, their in pairs))
    head = ["Leaver, processor s", "hand-written", "ratio", "Leaver, wall s", "hand-written", "ratio"]
    table([title, *head], [[number, *_cells(*pair)] for number, pair in enumerate(pairs, 1)])
    middle = ["median", "", "", f"**{medians[0]:.2f}**", "", "", f"**{medians[1]:.2f}**"]
    say("| " + " | ".join(middle) + " |")
    return medians


def _cells(our: Usage, their: Usage) -> list[str]:
    return [
        f"{our.cpu:.1f}",
        f"{their.cpu:.1f}",
        f"{our.cpu / their.cpu:.2f}",
        f"{our.wall:.1f}",
        f"{their.wall:.1f}",
        f"{our.wall / their.wall:.2f}",
    ]
