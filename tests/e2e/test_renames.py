"""A rename is no departure on the real engine: the account stays what it is, and keeps its place in the state."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.desired import Effect
from leaver.errors import EXIT_PROBLEMS
from tests.e2e.world import World

GROUPS = {
    "team": {"directory": "entra"},
    "vpn": {"directory": "entra", "membership": "additive"},
}
OKTA_GROUPS = {"team": {"directory": "okta"}, "vpn": {"directory": "okta", "membership": "additive"}}
LEE = {"name": "Lee Park", "groups": ["team"]}


def dana(**fields: Any) -> dict[str, Any]:
    return {"name": "Dana Reyes", "groups": ["team", "vpn"], "username": "dana.reyes@acme.example", **fields}


@pytest.mark.parametrize("directory", ["entra", "okta"])
def test_a_renamed_person_keeps_the_account_and_the_directory_sees_nothing(
    world: World, directory: str
) -> None:
    world.register([directory])
    groups = GROUPS if directory == "entra" else OKTA_GROUPS
    roles = {"roles": ["User Administrator"]} if directory == "entra" else {}
    world.write({"dana.reyes": dana(**roles), "lee.park": LEE}, groups, directories=[directory])
    made = world.apply()
    assert (made.error, made.outcome) == ("", "verified")
    before = world.account("dana.reyes", directory)
    written = writes(world)

    world.write({"dana.smith": dana(**roles), "lee.park": LEE}, groups, directories=[directory])
    refused = world.preview()
    assert refused.exit_code == EXIT_PROBLEMS
    assert refused.error == (
        f'acme: person "dana.smith": has the username dana.reyes@acme.example in {directory}, as "dana.reyes" did, '
        "whose record is gone. If it is the same person, write `was: dana.reyes` in the record, and the account is "
        "kept; if not, choose another username."
    )

    people = {"dana.smith": dana(was="dana.reyes", **roles), "lee.park": LEE}
    world.write(people, groups, directories=[directory])
    preview = world.preview()
    assert preview.changes is not None
    assert [(each.subject, each.effect, each.what) for each in preview.changes.changes] == [
        ("dana.smith", Effect.RENAMED, "person dana.reyes → dana.smith")
    ]
    assert set(preview.steps) == {"same"}
    up = world.up()
    assert up.code == 0, up.output
    assert "deleted" not in up.output
    assert world.account("dana.reyes", directory) == before
    assert writes(world) == written, "nothing was written to the directory"

    again = world.preview()
    assert again.changes is not None
    assert again.changes.changes == ()
    del people["dana.smith"]["was"]
    world.write(people, groups, directories=[directory])
    last = world.apply()
    assert (last.error, last.outcome) == ("", "verified")
    assert world.account("dana.reyes", directory) == before
    assert writes(world) == written


def writes(world: World) -> list[str]:
    """Every call that has changed something, or tried to; reads in a batch are none."""
    log = world.endpoint.log(client="acme", limit=100_000)
    calls = [f"{entry['method']} {entry['path']}" for entry in log if entry["method"] != "GET"]
    return [call for call in calls if not call.endswith(("/token", "/$batch"))]


def test_a_renamed_person_whose_username_follows_the_key_gets_the_new_one_and_keeps_the_rest(
    world: World,
) -> None:
    world.register()
    world.write({"dana.reyes": {"name": "Dana Reyes", "groups": ["team"]}, "lee.park": LEE}, GROUPS)
    assert world.apply().outcome == "verified"
    before = world.account("dana.reyes")
    world.write(
        {"dana.smith": {"name": "Dana Smith", "was": "dana.reyes", "groups": ["team"]}, "lee.park": LEE},
        GROUPS,
    )
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    after = world.account("dana.smith")
    assert (after.id, after.enabled) == (before.id, True)
    assert world.members("Team") == {"dana.smith", "lee.park"}
    assert len(world.live()["entra"].accounts) == 2
