"""Which benchmarks there are."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence

import bench

Benchmark = Callable[[Sequence[str]], int | None]
"""Takes its options, prints what it measured, answers an exit code."""


def find() -> dict[str, Benchmark]:
    """Every benchmark of this package by its name, sorted."""
    found: dict[str, Benchmark] = {}
    for module in pkgutil.iter_modules(bench.__path__):
        if module.ispkg or module.name == "__main__":
            continue
        loaded = importlib.import_module(f"bench.{module.name}")
        if hasattr(loaded, "BENCH"):
            found[loaded.BENCH] = loaded.main
    return dict(sorted(found.items()))
