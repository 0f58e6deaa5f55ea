"""From a pull request's plan to the directory: what was approved is done, and nothing beside it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli
from tests.e2e.world import World

PEOPLE = {
    "dana.reyes": {"name": "Dana Reyes", "groups": ["team"], "title": "Controller"},
    "sam.okafor": {"name": "Sam Okafor", "groups": ["team"], "title": "Engineer"},
}
GROUPS = {"team": {"directory": "entra"}}


@pytest.fixture
def merged(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Two people, in the directory as on main; and on this branch Dana is disabled."""
    world.register()
    world.write(PEOPLE, GROUPS)
    assert world.apply().outcome == "verified"
    (world.root / ".gitignore").write_text(".leaver/\n.venv\nplan.json\n")
    for words in (
        ("init", "-q", "-b", "main"),
        ("add", "-A"),
        ("-c", "user.name=Ana", "-c", "user.email=ana@msp.example", "commit", "-q", "-m", "records"),
    ):
        subprocess.run(["git", *words], cwd=world.root, check=True, capture_output=True)
    world.write({**PEOPLE, "dana.reyes": {**PEOPLE["dana.reyes"], "disabled": True}}, GROUPS)
    monkeypatch.chdir(world.root)
    monkeypatch.setenv("LEAVER_HOME", str(world.home))
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:00 +00:00")
    return world


def leaver(*words: str) -> Result:
    return CliRunner().invoke(cli, words, prog_name="leaver")


def plan(*words: str) -> None:
    made = leaver("preview", "--since", "main", *words, "--format", "json", "--output", "plan.json")
    assert made.exit_code == 0, made.output


def leaves_the_group(world: World, person: str) -> None:
    """Somebody takes a person out of the group in the directory, past Leaver."""
    [group] = [each for each in world.live()["entra"].groups.values() if each.name == "Team"]
    world.graph("DELETE", f"/v1.0/groups/{group.id}/members/{world.account(person).id}/$ref")


def test_what_was_approved_without_credentials_is_applied_and_read_back(
    merged: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with monkeypatch.context() as nothing:
        nothing.setenv("LEAVER_HOME", str(tmp_path / "elsewhere"))
        before = len(merged.endpoint.log(client="acme"))
        plan()
        assert len(merged.endpoint.log(client="acme")) == before
    result = leaver("apply", "--approved", "plan.json", "--yes")
    assert result.exit_code == 0, result.output
    assert "acme: verified" in result.stdout
    assert not merged.account("dana.reyes").enabled
    assert merged.members("Team") == {"sam.okafor"}


def test_a_directory_that_is_not_as_it_was_needs_an_approval_of_its_own(merged: World) -> None:
    leaves_the_group(merged, "sam.okafor")
    sam = merged.account("sam.okafor").id
    merged.graph("PATCH", f"/v1.0/users/{sam}", {"jobTitle": "King"})
    plan()
    refused = leaver("apply", "--approved", "plan.json", "--yes")
    assert refused.exit_code == 1
    assert "\n    sam.okafor in entra: added group Team\n" in refused.stderr
    assert "\n    sam.okafor in entra: changed job title: King → Engineer\n" in refused.stderr
    assert merged.account("dana.reyes").enabled
    assert merged.members("Team") == {"dana.reyes"}
    told = leaver("preview", "--since", "main", "--with-engine")
    assert (
        "  the engine would also do:\n"
        "    sam.okafor in entra: added group Team: the record did not change: the directory differs from it\n"
    ) in told.stdout
    plan("--with-engine")
    result = leaver("apply", "--approved", "plan.json", "--yes")
    assert result.exit_code == 0, result.output
    assert merged.members("Team") == {"sam.okafor"}
    assert merged.account("sam.okafor").attributes["jobTitle"] == "Engineer"
