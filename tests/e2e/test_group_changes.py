"""Groups that change: by their records, and by hand in the directory."""

from __future__ import annotations

import pytest

from leaver.desired import Effect
from tests.e2e.world import World

PEOPLE = {"dana.reyes": {"groups": ["team"]}, "lee.park": {"groups": ["team"]}}


@pytest.mark.parametrize("directory", ["entra", "okta"])
def test_a_renamed_exact_group_names_the_stranger_who_leaves_it(world: World, directory: str) -> None:
    world.register([directory])
    stranger = {"temp.worker": {"groups": []}}
    groups = {"team": {"directory": directory, "name": "Team"}}
    world.write({**PEOPLE, **stranger}, groups, directories=[directory])
    assert world.apply().outcome == "verified"
    shown = world.live()[directory]
    (group,) = (each.id for each in shown.groups.values() if each.name == "Team")
    world.join(group, world.account("temp.worker", directory).id, directory)

    renamed = {"team": {"directory": directory, "name": "Crew"}}
    world.write({**PEOPLE, **stranger}, renamed, directories=[directory])
    preview = world.preview()
    assert preview.changes is not None
    assert {(each.subject, each.effect, each.what) for each in preview.changes.changes} == {
        ("temp.worker", Effect.REMOVED, "group Crew"),
        ("group Crew", Effect.CHANGED, "name: Team → Crew"),
    }
    assert world.apply().outcome == "verified"
    assert world.members("Crew", directory) == {"dana.reyes", "lee.park"}


def test_a_group_that_somebody_renamed_by_hand_gets_its_name_back(world: World) -> None:
    world.register()
    world.write(PEOPLE, {"team": {"directory": "entra"}})
    assert world.apply().outcome == "verified"
    (group,) = world.live()["entra"].groups
    world.graph("PATCH", f"/v1.0/groups/{group}", {"displayName": "Ours now"})
    preview = world.preview()
    assert preview.changes is not None
    assert [(each.subject, each.what) for each in preview.changes.changes] == [
        ("group Team", "name: Ours now → Team")
    ]
    assert world.apply().outcome == "verified"
    assert world.members("Team") == {"dana.reyes", "lee.park"}


def test_a_group_that_becomes_exact_keeps_its_members(world: World) -> None:
    world.register()
    additive = {"team": {"directory": "entra", "membership": "additive"}}
    world.write({**PEOPLE, "sam.okafor": {"groups": ["team"]}}, additive)
    assert world.apply().outcome == "verified"
    exact = {"team": {"directory": "entra", "membership": "exact"}}
    world.write({**PEOPLE, "sam.okafor": {"groups": []}}, exact)
    preview = world.preview()
    assert preview.changes is not None
    assert [(each.subject, each.effect) for each in preview.changes.changes] == [
        ("sam.okafor", Effect.REMOVED)
    ]
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    assert world.members("Team") == {"dana.reyes", "lee.park"}
    forgotten = world.apply()
    assert (forgotten.error, forgotten.outcome) == ("", "verified")
    assert world.members("Team") == {"dana.reyes", "lee.park"}
    assert world.up("--expect-no-changes").code == 0


def test_what_somebody_took_by_hand_is_named_and_given_again(world: World) -> None:
    world.register()
    role = "User Administrator"
    people = {"dana.reyes": {"groups": ["team"], "roles": [role]}}
    world.write(people, {"team": {"directory": "entra", "membership": "additive"}})
    first = world.apply()
    assert first.outcome == "verified", first.error
    shown, dana = world.live()["entra"], world.account("dana.reyes").id
    (group,) = shown.groups
    world.graph("DELETE", f"/v1.0/groups/{group}/members/{dana}/$ref")
    world.graph("DELETE", f"/v1.0/roleManagement/directory/roleAssignments/{shown.roles[role][dana]}")

    assert {(each.subject, each.what) for each in world.verify().differences} == {
        ("dana.reyes", "group Team"),
        ("dana.reyes", f"role {role}"),
    }
    assert world.apply().outcome == "verified"
    assert world.members("Team") == {"dana.reyes"}
    assert set(world.live()["entra"].roles[role]) == {dana}
    again = world.preview()
    assert set(again.steps) == {"same"}, again
