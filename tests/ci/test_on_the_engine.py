"""The steps that change something, on the real engine."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leaver.evidence import open_store
from leaver.sandbox.embedded import running_sandbox
from tests.ci.runner import Runner
from tests.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

LEE = {"name": "Lee Park"}
DANA = {"name": "Dana Reyes"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    root = tmp_path / "project"
    root.mkdir()
    home = root / ".leaver"
    with running_sandbox(home / "sandbox", lambda: datetime.now(UTC)) as endpoint:
        made = World(root, endpoint, home)
        made.register()
        yield made


def git(world: World, *words: str) -> None:
    subprocess.run(["git", *words], cwd=world.root, check=True)


def merged(world: World, people: dict[str, Any], **settings: Any) -> None:
    world.write(people, **settings)
    git(world, "add", "-A")
    git(world, "commit", "-q", "-m", "merged")


@pytest.fixture
def job(world: World, tmp_path: Path) -> Runner:
    """A job for acme, whose records of Lee and Dana are on main."""
    (world.root / ".gitignore").write_text(".leaver/\n.venv\nevidence/\nstacks/\n")
    git(world, "init", "-q", "-b", "main")
    merged(world, {"lee.park": LEE, "dana.reyes": DANA})
    given = {"CLIENT": "acme", "LEAVER_HOME": str(world.home), "LEAVER_NOW": "2026-11-22T14:00:00+00:00"}
    return Runner(world.root, tmp_path / "runner", **given)


def test_what_was_merged_is_applied_and_what_is_due_is_done(world: World, job: Runner) -> None:
    applied = job.step("apply", "Apply", GITHUB_EVENT_NAME="workflow_dispatch", BEFORE="")
    assert applied.code == 0, applied.output
    assert "acme: verified" in applied.output
    assert "<code>leaver apply acme</code>: clean" in applied.summary
    del job.env["LEAVER_NOW"]
    read = job.step("apply", "Read back once more, for the evidence")
    assert read.code == 0, read.output
    assert json.loads((world.root / "evidence/verify.json").read_text())[0]["ok"] is True
    assert (world.root / "evidence/commit.txt").read_text().strip()

    departure = {"at": "2026-11-23 17:00", "kind": "voluntary"}
    world.write({"lee.park": LEE, "dana.reyes": {**DANA, "departure": departure}})
    after = datetime(2026, 11, 23, 17, 0, 30, tzinfo=UTC)
    ahead = (after - datetime.now(UTC)).total_seconds()
    world.endpoint.admin("POST", "/clock", {"offset_seconds": ahead})
    done = job.step("scheduled", "Do what is due", LEAVER_NOW=after.isoformat())
    assert done.code == 0, done.output
    assert world.account("dana.reyes").enabled is False
    assert world.account("lee.park").enabled is True


def test_a_push_is_held_to_its_own_plan_which_the_evidence_names(world: World, job: Runner) -> None:
    push = {"GITHUB_EVENT_NAME": "push", "BEFORE": "HEAD~1"}
    first = job.step("apply", "Apply", **push)
    assert first.code == 0, "without records of before there is no plan, and the apply goes on"
    assert "leaver preview acme --since HEAD~1" in first.summary

    dana = world.account("dana.reyes").id
    world.graph("PATCH", f"/v1.0/users/{dana}", {"displayName": "Somebody"})
    merged(world, {"lee.park": {**LEE, "disabled": True}, "dana.reyes": DANA}, retain="10 days")
    second = job.step("apply", "Apply", **push)
    assert second.code == 0, second.output
    assert world.account("lee.park").enabled is False
    assert world.graph("GET", f"/v1.0/users/{dana}")["displayName"] == "Dana Reyes", (
        "drift is in the plan too"
    )
    plan = json.loads((world.root / "evidence/plan.json").read_text())
    with open_store(world.home) as store:
        assert plan["hash"] in {each.entry.plan for each in store.read("acme")}

    merged(world, {"dana.reyes": {**DANA, "departure": {"at": "2026-11-22 20:00"}}})
    merged(world, {"dana.reyes": {**DANA, "departure": {"at": "2026-11-22 20:00"}}}, zone="Pacific/Auckland")
    refused = job.step("apply", "Apply", **push)
    assert refused.code == 1, refused.output
    assert "the plan was refused, and nothing is applied" in refused.output
    assert world.account("dana.reyes").enabled is True
