"""Only a lock whose maker is gone for certain is taken away."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from leaver.fleet.locks import all_holders_dead


def message(*holders: tuple[str, int]) -> str:
    lines = [
        f"  file:///state/locks/{n}.json: created by root@{host} (pid {pid}) at noon"
        for n, (host, pid) in enumerate(holders)
    ]
    return f"the stack is currently locked by {len(holders)} lock(s). Either wait …\n" + "\n".join(lines)


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_a_lock_of_a_process_that_is_gone_is_dead() -> None:
    assert all_holders_dead(message((socket.gethostname(), dead_pid())))


def test_a_lock_of_a_living_process_is_not() -> None:
    assert not all_holders_dead(message((socket.gethostname(), os.getpid())))


def test_a_lock_of_another_machine_is_not_ours_to_judge() -> None:
    assert not all_holders_dead(message(("elsewhere", dead_pid())))


def test_one_living_holder_among_dead_ones_keeps_the_lock() -> None:
    here = socket.gethostname()
    assert not all_holders_dead(message((here, dead_pid()), (here, os.getpid())))


def test_another_failure_is_no_lock() -> None:
    assert not all_holders_dead("the directory answered 503")
