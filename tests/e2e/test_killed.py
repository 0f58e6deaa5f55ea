"""A run killed in the middle of its creates recovers by itself at the next, and makes nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections import Counter

import pytest

from tests.e2e.world import NOW, World

PEOPLE = {f"person.{n:02}": {"name": f"Person {n:02}", "groups": ["team", "vpn"]} for n in range(12)}
GROUPS = {
    "team": {"directory": "entra"},
    "vpn": {"directory": "entra", "membership": "additive"},
}


def kill_after(world: World, creates: int) -> None:
    """Start `pulumi up` and kill the engine with SIGKILL once the directory has seen so many POSTs."""
    process = subprocess.Popen(
        [
            "pulumi",
            "up",
            "--yes",
            "--skip-preview",
            "--non-interactive",
            "--stack",
            "acme",
            "--parallel",
            "4",
        ],
        cwd=world.root,
        env={**world.env, "LEAVER_NOW": NOW.isoformat()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        if world.posts() >= creates:
            os.kill(process.pid, signal.SIGKILL)
            break
        time.sleep(0.005)
    process.wait(30)


@pytest.mark.parametrize("creates", [1, 2, 4, 7, 10, 13, 15, 18, 22, 25])
def test_a_run_killed_after_some_creates_is_completed_by_the_next_one(world: World, creates: int) -> None:
    world.register()
    world.write(PEOPLE, GROUPS)
    world.init()
    kill_after(world, creates)
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    live = world.live()["entra"]
    usernames = Counter(account.username for account in live.accounts.values())
    assert usernames == Counter(f"{key}@acme.example" for key in PEOPLE)
    assert Counter(group.name for group in live.groups.values()) == Counter(["Team", "Vpn"])
    again = world.preview()
    assert set(again.steps) == {"same"}
