"""After a release, Pulumi finds the world as it wants it, and brings the rest: groups, and no resurrection."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from leaver.cli import cli
from tests.e2e.world import DIRECTORIES, NOW, World

PEOPLE = {
    "dana.reyes": {"name": "Dana Reyes", "groups": ["finance"]},
    "lee.park": {"name": "Lee Park", "groups": ["finance"]},
}


@pytest.mark.parametrize(
    ("directory", "settings", "status", "last"),
    [
        ("entra", {}, "disabled", "disabled"),
        ("okta", {"on departure": "deactivate"}, "DEPROVISIONED", "DEPROVISIONED"),
        ("okta", {"on departure": "deactivate last"}, "SUSPENDED", "DEPROVISIONED"),
    ],
)
def test_an_apply_after_a_release_takes_the_groups_and_gives_no_access_back(
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    directory: str,
    settings: Mapping[str, Any],
    status: str,
    last: str,
) -> None:
    world.register([directory])
    monkeypatch.setitem(DIRECTORIES, directory, {**DIRECTORIES[directory], **settings})
    world.write(PEOPLE, {"finance": {"directory": directory}}, directories=[directory])
    assert world.apply().outcome == "verified"
    monkeypatch.chdir(world.root)
    monkeypatch.setenv("LEAVER_HOME", str(world.home))
    monkeypatch.setenv("LEAVER_NOW", NOW.isoformat())
    released = CliRunner().invoke(cli, ["release", "acme", "dana.reyes", "--yes", "--operator", "Ana Lee"])
    assert released.exit_code == 0, released.output
    assert world.account("dana.reyes", directory).status == status
    later = NOW + timedelta(minutes=1)
    report = world.apply(later)
    assert (report.error, report.outcome) == ("", "verified")
    assert world.account("dana.reyes", directory).status == last
    assert world.members("Finance", directory) == {"lee.park"}
    again = world.preview(later).changes
    assert again is not None
    assert again.changes == ()
