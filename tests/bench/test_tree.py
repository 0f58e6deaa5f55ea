"""A command is measured with all of its descendants."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bench.tree import CommandFailed, measure

pytestmark = pytest.mark.slow

_BUSY = "import time\nwhile time.process_time() < {seconds}: pass"
_HELD = "held = bytearray({size}); held[::4096] = b'x' * len(held[::4096]); {then}"


def test_the_processor_time_of_an_orphan_counts(tmp_path: Path) -> None:
    (tmp_path / "busy.py").write_text(_BUSY.format(seconds=0.4))
    orphaning = f"import subprocess; subprocess.Popen([{sys.executable!r}, 'busy.py'])"
    usage = measure([sys.executable, "-c", orphaning], tmp_path, os.environ, tmp_path / "log")
    assert usage.code == 0
    assert usage.cpu >= 0.4


def test_the_largest_process_and_the_sum_are_told_apart(tmp_path: Path) -> None:
    size = 60 * 2**20
    (tmp_path / "child.py").write_text(_HELD.format(size=size, then="input()"))
    parent = _HELD.format(
        size=size,
        then="import subprocess, time; child = subprocess.Popen("
        f"[{sys.executable!r}, 'child.py'], stdin=subprocess.PIPE); time.sleep(1); child.communicate(b'end')",
    )
    usage = measure([sys.executable, "-c", parent], tmp_path, os.environ, tmp_path / "log", interval=0.02)
    assert size < usage.peak_largest < 2 * size
    assert usage.peak_sum > 2 * size


def test_a_command_that_fails_is_an_error_with_the_end_of_its_output(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match=r"(?s)exit code 3.*no such stack"):
        measure(["sh", "-c", "echo no such stack; exit 3"], tmp_path, os.environ, tmp_path / "log")
