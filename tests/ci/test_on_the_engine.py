"""The steps that change something, on the real engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from leaver.sandbox.embedded import running_sandbox
from tests.ci.runner import Runner
from tests.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    root = tmp_path / "project"
    root.mkdir()
    home = root / ".leaver"
    with running_sandbox(home / "sandbox", lambda: datetime.now(UTC)) as endpoint:
        made = World(root, endpoint, home)
        made.register()
        yield made


def test_what_was_merged_is_applied_and_what_is_due_is_done(world: World, tmp_path: Path) -> None:
    world.write({"lee.park": {"name": "Lee Park"}, "dana.reyes": {"name": "Dana Reyes"}})
    (world.root / ".gitignore").write_text(".leaver/\n.venv\nevidence/\nstacks/\n")
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "first"]):
        subprocess.run(["git", *words], cwd=world.root, check=True)
    job = Runner(world.root, tmp_path / "runner", CLIENT="acme", LEAVER_HOME=str(world.home))

    applied = job.step("apply", "Apply", LEAVER_NOW="2026-11-22T14:00:00+00:00")
    assert applied.code == 0, applied.output
    assert "acme: verified" in applied.output
    assert "<code>leaver apply acme</code>: clean" in applied.summary
    read = job.step("apply", "Read back once more, for the evidence")
    assert read.code == 0, read.output
    assert json.loads((world.root / "evidence/verify.json").read_text())[0]["ok"] is True
    assert (world.root / "evidence/commit.txt").read_text().strip()

    departure = {"at": "2026-11-23 17:00", "kind": "voluntary"}
    world.write({"lee.park": {"name": "Lee Park"}, "dana.reyes": {"name": "Dana", "departure": departure}})
    after = datetime(2026, 11, 23, 17, 0, 30, tzinfo=UTC)
    ahead = (after - datetime.now(UTC)).total_seconds()
    world.endpoint.admin("POST", "/clock", {"offset_seconds": ahead})
    done = job.step("scheduled", "Do what is due", LEAVER_NOW=after.isoformat())
    assert done.code == 0, done.output
    assert world.account("dana.reyes").enabled is False
    assert world.account("lee.park").enabled is True
