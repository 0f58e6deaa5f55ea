"""Somebody comes back whose account Entra has deleted: it is restored ahead of the engine, and is theirs again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from leaver.desired import Effect
from leaver.evidence import Entry, Kind, open_store
from leaver.fleet.approval import held_to
from leaver.fleet.restore import restore
from leaver.plan import Plan, compare
from tests.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# The sandbox's clock is the real one: a deletion and a revocation are as old as the test.
BACK = datetime.now(UTC).replace(microsecond=0)
DELETED = BACK - timedelta(hours=1)
GONE = DELETED - timedelta(days=2)
HIRED = GONE - timedelta(days=1)
GROUPS = {"finance": {"directory": "entra"}, "sales": {"directory": "entra"}}
DANA = {"name": "Dana Reyes", "title": "Controller", "groups": ["finance", "sales"]}
LEE = {"name": "Lee Park", "groups": ["finance", "sales"]}
RETURNED = {**DANA, "reinstate": True}


def write(world: World, dana: dict[str, object] | None) -> None:
    people = {"lee.park": LEE} if dana is None else {"dana.reyes": dana, "lee.park": LEE}
    world.write(people, GROUPS, retain="1 day")


@pytest.fixture
def deleted(world: World) -> str:
    """Dana worked here, her record went, `retain` passed, and the engine deleted her account; its ID."""
    world.register()
    write(world, DANA)
    hired = world.apply(HIRED)
    assert hired.outcome == "verified", hired.error or hired
    dana = world.account("dana.reyes").id
    write(world, None)
    gone = world.apply(GONE)
    assert gone.outcome == "verified", gone.error or gone
    over = world.apply(DELETED)
    assert over.outcome == "verified", over.error or over
    assert dana not in world.live()["entra"].accounts
    return dana


def returns(world: World) -> list[Entry]:
    with open_store(world.home) as store:
        return [each.entry for each in store.read("acme") if each.entry.kind is Kind.RETURN]


def is_back(world: World, dana: str) -> None:
    account = world.account("dana.reyes")
    assert (account.id, account.enabled, account.attributes["jobTitle"]) == (dana, True, "Controller")
    assert "dana.reyes" in world.members("Finance")
    assert "dana.reyes" in world.members("Sales")
    again = world.preview(BACK)
    assert again.changes is not None
    assert (set(again.steps), again.changes.changes) == ({"same"}, ())


def test_the_same_account_is_back_with_its_groups_and_a_second_apply_changes_nothing(
    world: World, deleted: str
) -> None:
    before = world.client
    write(world, RETURNED)
    plain = world.up(now=BACK)
    assert plain.code == 0, plain.output
    assert "this run does not restore it: leaver apply acme does, until " in plain.output
    assert deleted not in world.live()["entra"].accounts

    preview = world.preview(BACK)
    assert preview.changes is not None, preview.error
    told = {(each.effect, each.subject, each.what) for each in preview.changes.changes}
    username = "dana.reyes@acme.example"
    assert told == {
        (Effect.RESTORED, "dana.reyes", f"{username}, object {deleted},"),
        (Effect.ADOPTED, "dana.reyes", username),
        (Effect.ENABLED, "dana.reyes", username),
        (Effect.ADDED, "dana.reyes", "group Finance"),
        (Effect.ADDED, "dana.reyes", "group Sales"),
    }
    assert deleted not in world.live()["entra"].accounts
    plan = Plan(BACK, "main", "c", (compare(before, world.client),))
    assert held_to(plan, [preview], {"acme": world.client}, BACK) == [preview]

    back = world.apply(BACK)
    assert back.outcome == "verified", back.error or back
    is_back(world, deleted)
    found = returns(world)
    assert [(each.step, each.outcome and each.outcome.value) for each in found] == [
        ("restore", None),
        ("restore", "done"),
        ("disable", "already"),
    ]
    assert {each.seen["account"] for each in found} == {deleted}


def test_a_run_that_was_killed_after_the_restore_goes_on_from_there(world: World, deleted: str) -> None:
    write(world, RETURNED)
    changes = world.preview(BACK).changes
    assert changes is not None
    assert not restore(
        world.root,
        world.client,
        changes.restores,
        BACK,
        environ={},
        home=world.home,
        clock=lambda: BACK,
    )
    assert not world.account("dana.reyes").enabled
    back = world.apply(BACK)
    assert back.outcome == "verified", back.error or back
    is_back(world, deleted)
    assert [each.step for each in returns(world)] == ["restore", "restore", "disable"]


def test_a_restore_that_is_refused_keeps_nobody_else_s_access_open(world: World, deleted: str) -> None:
    leaves = {**LEE, "departure": {"at": f"{DELETED:%Y-%m-%d %H:%M}"}}
    world.write({"dana.reyes": RETURNED, "lee.park": leaves}, GROUPS, retain="1 day")
    world.endpoint.fault("forbidden", client="acme", method="POST", path="*/restore", count=None)
    report = world.apply(BACK)
    assert report.outcome == "partial"
    assert f"the deleted account {deleted}: restore the deleted account: failed: 403" in report.error
    assert not world.account("lee.park").enabled
    assert report.verification is not None
    assert [
        (each.subject, each.what) for each in report.verification.differences if each.what == "account"
    ] == [("dana.reyes", "account")]
    world.endpoint.admin("DELETE", "/faults")
    again = world.apply(BACK)
    assert again.outcome == "verified", again.error or again
    assert world.account("dana.reyes").id == deleted
