"""How figures are shown: as Markdown, so that docs/performance.md can take them as they are."""

from __future__ import annotations

import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable, Sequence

import psutil


def say(text: str) -> None:
    """Print a line at once: benchmarks take minutes."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table."""
    for row in (head, ["---"] * len(head), *rows):
        say("| " + " | ".join(str(cell) for cell in row) + " |")


def machine() -> str:
    """The day, the size of the machine, and how busy it is besides."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{time.strftime('%Y-%m-%d %H:%M')}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def spread(figures: Sequence[float], digits: int = 2) -> str:
    """The median, and between what the figures lie."""
    middle = statistics.median(figures)
    return f"{middle:.{digits}f} ({min(figures):.{digits}f} to {max(figures):.{digits}f})"


def mib(size: int) -> str:
    """Bytes, for people."""
    return f"{size / 2**20:.0f} MiB"
