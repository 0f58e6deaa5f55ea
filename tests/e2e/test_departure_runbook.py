"""A whole departure on the real engine: everything beside the account goes, is read back, and stays gone."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from leaver.evidence import Kind, Outcome, open_store
from tests.e2e.world import NOW, World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

GONE = NOW + timedelta(hours=1)
DANA = {"name": "Dana Reyes", "title": "Controller", "groups": ["finance", "sales"]}
LEAVING = {**DANA, "departure": {"at": "2026-11-22 14:30"}}
LEE = {"name": "Lee Park", "groups": ["finance", "sales"]}
GROUPS = {
    "finance": {"directory": "entra"},
    "sales": {"directory": "entra", "existing": True, "membership": "additive"},
}
PHONE = {"phoneNumber": "+1 5555550100", "phoneType": "mobile"}
BOTH = ("entra", "okta")


def new_group(world: World, name: str) -> str:
    made = world.graph(
        "POST",
        "/v1.0/groups",
        {"displayName": name, "mailEnabled": False, "mailNickname": name.lower(), "securityEnabled": True},
    )
    return str(made["id"])


def hired(world: World) -> tuple[str, str]:
    """Dana and Lee work at acme; Dana has a phone for sign-in, and is in a group that no record knows."""
    world.register(BOTH)
    new_group(world, "Sales")
    world.write({"dana.reyes": DANA, "lee.park": LEE}, GROUPS, directories=BOTH)
    first = world.apply()
    assert first.outcome == "verified", first
    dana = world.account("dana.reyes", "entra").id
    world.graph("POST", f"/v1.0/users/{dana}/authentication/phoneMethods", PHONE)
    unmanaged = new_group(world, "Skiing")
    join(world, unmanaged, dana)
    return dana, unmanaged


def join(world: World, group: str, account: str) -> None:
    link = f"{world.endpoint.http}/v1.0/directoryObjects/{account}"
    world.graph("POST", f"/v1.0/groups/{group}/members/$ref", {"@odata.id": link})


def groups_of(world: World, account: str) -> list[str]:
    return [row["displayName"] for row in world.graph("GET", f"/v1.0/users/{account}/memberOf")["value"]]


def phones_of(world: World, account: str) -> list[object]:
    return list(world.graph("GET", f"/v1.0/users/{account}/authentication/phoneMethods")["value"])


def test_everything_goes_stays_gone_and_comes_back_only_to_be_mended(world: World) -> None:
    dana, unmanaged = hired(world)
    assert sorted(groups_of(world, dana)) == ["Finance", "Sales", "Skiing"]
    world.write({"dana.reyes": LEAVING, "lee.park": LEE}, GROUPS, directories=BOTH)

    short = world.pulumi("preview", now=GONE)
    assert re.search(
        r"dana.reyes in entra: \d+ steps? to take of the runbook:\n +write the date", short.output
    )
    assert re.search(r"dana.reyes in okta: \d+ steps? .*:\n +suspend the account\n", short.output), (
        short.output
    )
    shown = world.pulumi("preview", "--diff", now=GONE)
    assert re.search(r'sign-in-methods +: "delete the sign-in methods"', shown.output), shown.output
    assert re.search(r"suspend +: ", shown.output), "Okta's steps are listed, too"

    applied = world.apply(GONE)
    assert applied.outcome == "verified", applied.error or applied
    assert groups_of(world, dana) == []
    assert phones_of(world, dana) == []
    again = world.preview(GONE)
    assert set(again.steps) == {"same"}, again
    assert again.changes is not None
    assert again.changes.changes == ()

    join(world, unmanaged, dana)
    world.graph("POST", f"/v1.0/users/{dana}/authentication/phoneMethods", PHONE)
    looked = world.verify(GONE)
    assert {(each.subject, each.what, each.found) for each in looked.differences} == {
        ("dana.reyes", "runbook, take the account out of all groups", "Skiing"),
        ("dana.reyes", "runbook, delete the sign-in methods", "phone (mobile)"),
    }
    mended = world.apply(GONE)
    assert mended.outcome == "verified", mended.error or mended
    assert (groups_of(world, dana), phones_of(world, dana)) == ([], [])


def test_a_refused_step_is_a_failure_that_is_kept_and_the_next_run_makes_it_good(world: World) -> None:
    dana, _ = hired(world)
    world.write({"dana.reyes": LEAVING, "lee.park": LEE}, GROUPS, directories=BOTH)
    world.endpoint.fault("forbidden", path="*phoneMethods/*", method="DELETE", count=None)
    failed = world.apply(GONE)
    assert failed.outcome == "failed"
    said = r"acme/entra: dana\.reyes: 1 of \d+ steps are not over\. The next update tries again\."
    assert re.search(said, failed.error or ""), failed.error
    assert "delete the sign-in methods: failed: 403" in failed.error
    assert groups_of(world, dana) == [], "one refused step keeps no other one"

    world.endpoint.admin("DELETE", "/faults")
    shown = world.preview(GONE)
    assert shown.changes is not None
    assert [(each.effect.value, each.what) for each in shown.changes.changes] == [
        ("steps", "delete the sign-in methods")
    ]
    assert world.apply(GONE).outcome == "verified"
    assert phones_of(world, dana) == []


def test_every_step_leaves_evidence_and_the_image_of_before_has_the_managed_groups_too(world: World) -> None:
    dana, _ = hired(world)
    world.write({"dana.reyes": LEAVING, "lee.park": LEE}, GROUPS, directories=BOTH)
    assert world.apply(GONE).outcome == "verified"
    with open_store(world.home) as store:
        entries = [each.entry for each in store.read("acme") if each.entry.person == "dana.reyes"]
        assert store.verify("acme").ok
    images = [each for each in entries if each.kind is Kind.BEFORE and each.seen["account"] == dana]
    assert len(images) == 1
    image = images[0]
    names = {group["name"] for group in image.seen["has"]["groups"]["groups"]}
    assert names == {"Finance", "Sales", "Skiing"}
    steps = {(each.directory, each.step): each.outcome for each in entries if each.kind is Kind.STEP}
    assert steps["entra", "sign-in-methods"] is Outcome.DONE
    assert steps["okta", "sessions"] is Outcome.DONE
    assert all(outcome is not None and outcome.good for outcome in steps.values())


def test_a_departure_that_is_called_off_takes_its_announcement_back_and_nothing_else(world: World) -> None:
    dana, _ = hired(world)
    ahead = {**DANA, "departure": {"at": "2026-12-24 17:00"}}
    world.write({"dana.reyes": ahead, "lee.park": LEE}, GROUPS, directories=BOTH)
    assert world.apply().outcome == "verified"
    assert leaves(world, dana) == "2026-12-24T17:00:00Z"
    world.write({"dana.reyes": DANA, "lee.park": LEE}, GROUPS, directories=BOTH)
    assert world.apply().outcome == "verified"
    assert leaves(world, dana) is None
    assert sorted(groups_of(world, dana)) == ["Finance", "Sales", "Skiing"]


def leaves(world: World, account: str) -> object:
    return world.graph("GET", f"/v1.0/users/{account}?$select=employeeLeaveDateTime")["employeeLeaveDateTime"]


def test_a_record_that_only_says_disabled_ends_access_and_takes_nothing(world: World) -> None:
    dana, _ = hired(world)
    world.write({"dana.reyes": {**DANA, "disabled": True}, "lee.park": LEE}, GROUPS, directories=BOTH)
    assert world.apply(GONE).outcome == "verified"
    assert world.account("dana.reyes", "entra").enabled is False
    assert groups_of(world, dana) == ["Skiing"]
    assert len(phones_of(world, dana)) == 1
    assert set(world.preview(GONE + timedelta(hours=1)).steps) == {"same"}
