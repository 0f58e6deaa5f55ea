"""`make test-fast` stays fast: what takes too long in it fails, and is made faster or marked `slow`."""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest

MOST = 2.0
"""Seconds of processor time of one test, its processes included: twice what any of them needs on a busy machine."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    before = _used()
    yield
    used = _used() - before
    if used > MOST and item.config.getoption("--hypothesis-profile", None) == "quick":
        pytest.fail(
            f"takes {used:.1f} s of processor time, more than the {MOST:.0f} s of a test in `make test-fast`. "
            "Make it faster, or mark it slow (pyproject.toml says what is).",
            pytrace=False,
        )


def _used() -> float:
    return sum(os.times()[:4])
