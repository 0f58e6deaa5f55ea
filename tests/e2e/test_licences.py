"""Direct licences on the real engine: given with the account, taken with the departure, mended, and got back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from leaver.desired import Effect
from leaver.fleet import ApplyReport, PreviewReport
from leaver.sandbox.graph.licences import SKUS
from tests.e2e.test_reinstate import proposed
from tests.e2e.world import NOW, World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

E3, MAIL, BUSINESS = SKUS["SPE_E3"], SKUS["EXCHANGESTANDARD"], SKUS["O365_BUSINESS_PREMIUM"]
CATALOGUE = {
    "m365-e3": {"sku": "SPE_E3"},
    "mail": {"sku": MAIL},
    "entra-p2": {"sku": "AAD_PREMIUM_P2"},
}
DANA = {"name": "Dana Reyes", "usage location": "US", "licences": ["m365-e3", "entra-p2"]}
LEE = {"name": "Lee Park", "usage location": "GB", "licences": ["m365-e3"]}
LEAVING = {**DANA, "departure": {"at": "2026-11-22 14:30"}}
GONE = NOW + timedelta(hours=1)


def write(world: World, dana: dict[str, Any] | None, lee: dict[str, Any] = LEE, **settings: Any) -> None:
    people = {"lee.park": lee, **({"dana.reyes": dana} if dana else {})}
    world.write(people, **{"licences": CATALOGUE, **settings})


def applied(world: World, at: Any = NOW) -> ApplyReport:
    done = world.apply(at)
    assert done.outcome == "verified", done.error or done.verification
    return done


def hired(world: World) -> None:
    world.register()
    write(world, DANA)
    applied(world)


def licences(world: World, person: str) -> set[str]:
    """The part numbers of what the person was given directly."""
    path = f"/v1.0/users/{person}@acme.example?$select=licenseAssignmentStates"
    states = world.graph("GET", path)["licenseAssignmentStates"]
    names = {sku: name for name, sku in SKUS.items()}
    return {names[each["skuId"]] for each in states if each["assignedByGroup"] is None}


def assign(world: World, person: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()) -> None:
    """As an administrator would by hand."""
    body = {"addLicenses": [{"skuId": each} for each in add], "removeLicenses": list(remove)}
    world.graph("POST", f"/v1.0/users/{person}@acme.example/assignLicense", body)


def changes(world: World) -> int:
    """How many changes of licences acme's directory was asked for, batched ones too."""
    return len(world.endpoint.log(client="acme", path="*assignLicense"))


def told(report: PreviewReport | ApplyReport) -> set[tuple[str, Effect, str]]:
    assert report.changes is not None
    return {
        (each.subject, each.effect, each.what)
        for each in report.changes.changes
        if each.what.startswith("licence ")
    }


def test_whoever_is_hired_has_the_licences_and_a_second_apply_changes_nothing(world: World) -> None:
    world.register()
    write(world, DANA)
    assert told(applied(world)) == {
        ("dana.reyes", Effect.ADDED, "licence entra-p2"),
        ("dana.reyes", Effect.ADDED, "licence m365-e3"),
        ("lee.park", Effect.ADDED, "licence m365-e3"),
    }
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assert licences(world, "lee.park") == {"SPE_E3"}
    assert set(world.preview().steps) == {"same"}
    before = changes(world)
    assert "unchanged" in world.up().output
    assert changes(world) == before


def test_whoever_leaves_loses_them_after_the_runbook_and_gets_them_back_with_reinstate(world: World) -> None:
    hired(world)
    write(world, LEAVING)
    assert told(applied(world, GONE)) == {
        ("dana.reyes", Effect.REMOVED, "licence entra-p2"),
        ("dana.reyes", Effect.REMOVED, "licence m365-e3"),
    }
    assert licences(world, "dana.reyes") == set()
    assert licences(world, "lee.park") == {"SPE_E3"}
    assert set(world.preview(GONE).steps) == {"same"}
    assert world.verify(GONE).ok

    said = proposed(world)
    assert said["licences"] == ["entra-p2", "m365-e3"]
    assert not any("licence" in each for each in said["by_hand"])
    applied(world, GONE)
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assert set(world.preview(GONE).steps) == {"same"}


def test_a_licence_that_somebody_took_away_is_named_and_given_again_and_a_strange_one_stays(
    world: World,
) -> None:
    hired(world)
    assign(world, "dana.reyes", remove=(E3,))
    assign(world, "lee.park", add=(SKUS["AAD_PREMIUM_P2"],))
    found = world.verify()
    assert [str(each) for each in found.differences] == [
        "dana.reyes in entra: licence m365-e3: wanted assigned, found not assigned"
    ]
    assert told(applied(world)) == {("dana.reyes", Effect.ADDED, "licence m365-e3")}
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assert licences(world, "lee.park") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assert world.verify().ok


def test_one_licence_for_another_that_excludes_it_is_one_change(world: World) -> None:
    hired(world)
    write(world, DANA, {**LEE, "licences": ["mail"]})
    assert told(applied(world)) == {
        ("lee.park", Effect.ADDED, "licence mail"),
        ("lee.park", Effect.REMOVED, "licence m365-e3"),
    }
    assert licences(world, "lee.park") == {"EXCHANGESTANDARD"}
    write(
        world, DANA, {**LEE, "licences": ["mail"]}, licences={**CATALOGUE, "mail": {"sku": "ENTERPRISEPACK"}}
    )
    assert told(applied(world)) == {("lee.park", Effect.ADDED, "licence mail")}
    assert licences(world, "lee.park") == {"ENTERPRISEPACK"}
    assert set(world.preview().steps) == {"same"}


def test_a_licence_under_another_key_and_a_person_under_another_are_kept(world: World) -> None:
    hired(world)
    renamed = {"e3": {"sku": E3}, **{key: each for key, each in CATALOGUE.items() if key != "m365-e3"}}
    before = changes(world)
    people = {
        "dana.stone": {
            **DANA,
            "was": "dana.reyes",
            "username": "dana.reyes@acme.example",
            "licences": ["e3"],
        },
        "lee.park": {**LEE, "licences": ["e3"]},
    }
    world.write(people, licences=renamed)
    assert told(applied(world)) == {("dana.stone", Effect.REMOVED, "licence entra-p2")}
    assert licences(world, "dana.reyes") == licences(world, "lee.park") == {"SPE_E3"}
    assert changes(world) == before + 1


def test_without_a_free_unit_the_rest_is_done_and_the_report_says_what_to_buy(world: World) -> None:
    world.register()
    world.endpoint.admin(
        "POST", "/seed", {"client": "acme", "directory": "entra", "units": {"SPE_E3": 1, "AAD_PREMIUM_P2": 5}}
    )
    write(world, DANA)
    preview = world.preview()
    assert preview.changes is not None
    assert "licence m365-e3: 2 to be given in entra, and 1 is free: buy more, or take some away first" in (
        preview.changes.notices
    )
    failed = world.apply()
    assert failed.outcome == "failed"
    assert "no unit of SPE_E3 is free (1 bought). Buy one, or take one away" in failed.error
    assert licences(world, "dana.reyes") | licences(world, "lee.park") == {"SPE_E3", "AAD_PREMIUM_P2"}
    world.endpoint.admin("POST", "/seed", {"client": "acme", "directory": "entra", "units": {"SPE_E3": 2}})
    applied(world)
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assert licences(world, "lee.park") == {"SPE_E3"}


def test_a_disabled_record_loses_its_licences_and_has_them_again_with_reinstate(world: World) -> None:
    hired(world)
    write(world, {**DANA, "disabled": True})
    applied(world)
    assert licences(world, "dana.reyes") == set()
    write(world, DANA)
    applied(world)
    assert licences(world, "dana.reyes") == set()
    write(world, {**DANA, "reinstate": True})
    applied(world)
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}


def test_what_the_runbook_keeps_stays_with_whoever_left(world: World) -> None:
    world.register()
    keeping = {"runbook": {"steps": {"licences": {"keep": ["SPE_E3"]}}}}
    write(world, DANA, **keeping)
    applied(world)
    write(world, LEAVING, **keeping)
    applied(world, GONE)
    assert licences(world, "dana.reyes") == {"SPE_E3"}
    assert set(world.preview(GONE).steps) == {"same"}
    assert world.verify(GONE).ok


def test_plain_pulumi_gives_and_refreshes_too(world: World) -> None:
    world.register()
    write(world, DANA)
    world.init()
    done = world.up()
    assert done.code == 0, done.output
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
    assign(world, "dana.reyes", remove=(E3,))
    mended = world.up("--refresh")
    assert mended.code == 0, mended.output
    assert licences(world, "dana.reyes") == {"SPE_E3", "AAD_PREMIUM_P2"}
