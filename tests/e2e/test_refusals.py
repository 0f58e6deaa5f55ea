"""What stops a run, and that it stops only the client whose fault it is."""

from __future__ import annotations

from dataclasses import replace

from leaver.desired import ChangeReport
from leaver.errors import EXIT_DIRECTORY, EXIT_PROBLEMS
from tests.e2e.world import NOW, World

PEOPLE = {f"person.{n}": {"groups": ["team"]} for n in range(6)}
GROUPS = {"team": {"directory": "entra"}}
LIMITS = {"limits": {"removals": 2, "percent": 100}}


def test_a_mass_departure_by_mistake_is_refused_in_preview_with_plain_pulumi_too(world: World) -> None:
    world.register()
    world.write(PEOPLE, GROUPS, **LIMITS)
    assert world.apply().outcome == "verified"
    world.write({key: PEOPLE[key] for key in ("person.0", "person.1")}, GROUPS, **LIMITS)
    refused = world.preview()
    assert refused.exit_code == EXIT_PROBLEMS
    assert "4 of 6 people would lose their access" in refused.error
    assert "write below `overrides:` in identities/acme/overrides.yaml" in refused.error
    assert refused.changes is not None, "what would have been done is shown nevertheless"
    plain = world.up()
    assert plain.code != 0
    assert "4 of 6 people would lose their access" in plain.output
    assert all(account.enabled for account in world.live()["entra"].accounts.values())


def test_invariant_6_an_apply_changes_nothing_that_its_preview_did_not_name(world: World) -> None:
    world.register()
    world.write(PEOPLE, GROUPS, **LIMITS)
    assert world.apply().outcome == "verified"
    fleet = world.fleet()
    (approved,) = fleet.preview(["acme"], NOW)
    world.write({**PEOPLE, "person.0": {"groups": ["team"], "disabled": True}}, GROUPS, **LIMITS)
    assert isinstance(approved.changes, ChangeReport)
    stale = replace(approved, steps={"update": 1})
    (report,) = world.fleet().apply([stale], NOW)
    assert (report.outcome, report.exit_code) == ("failed", EXIT_PROBLEMS)
    assert "person.0 in entra: disabled person.0@acme.example" in report.error
    assert world.account("person.0").enabled


def test_a_directory_that_does_not_answer_is_told_and_nothing_changes(world: World) -> None:
    world.register()
    world.write(PEOPLE, GROUPS)
    world.endpoint.fault("forbidden", method="GET", path="/beta/users", count=100)
    refused = world.preview()
    world.endpoint.admin("DELETE", "/faults")
    assert refused.exit_code == EXIT_DIRECTORY
    assert "User.Read.All" in refused.error
    assert world.apply().outcome == "verified"


def test_a_run_that_the_directory_belies_is_partial(world: World) -> None:
    world.register(["okta"])
    people = {"dana.reyes": {"groups": ["team"]}, "lee.park": {"groups": ["team"]}}
    groups = {"team": {"directory": "okta"}}
    world.write(people, groups, directories=["okta"])
    assert world.apply().outcome == "verified"
    world.write({**people, "dana.reyes": {"groups": []}}, groups, directories=["okta"])
    world.endpoint.fault("forbidden", method="DELETE", path="/api/v1/groups/*/users/*", count=1)
    report = world.apply()
    assert report.outcome == "partial"
    assert report.verification is not None
    assert [str(difference) for difference in report.verification.differences] == [
        "dana.reyes in okta: group Team: wanted not a member, found a member"
    ]
    mended = world.apply()
    assert mended.outcome == "verified"
