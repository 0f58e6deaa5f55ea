"""Somebody comes back: what the proposed record asks for is what they had, and nothing beyond it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leaver.cli import cli
from tests.e2e.test_departure_runbook import BOTH, GONE, GROUPS, groups_of, join, new_group, phones_of
from tests.e2e.world import World

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ADMINISTRATOR = "User Administrator"
DANA = {
    "name": "Dana Reyes",
    "usage location": "US",
    "groups": ["finance", "sales"],
    "roles": [ADMINISTRATOR],
}
# Whoever holds a role last does not lose it.
LEE = {"name": "Lee Park", "groups": ["finance", "sales"], "roles": [ADMINISTRATOR]}
LEAVING = {**DANA, "departure": {"at": "2026-11-22 14:30"}}
PATH = Path("identities/acme/people.yaml")
BRANCH = "leaver/reinstate-acme-dana.reyes"


def git(world: World, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(world.root), *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def hired(world: World) -> str:
    """Dana works at acme, with a group that no record manages and a licence of her own; her account's ID."""
    world.register(BOTH)
    new_group(world, "Sales")
    world.write({"dana.reyes": DANA, "lee.park": LEE}, GROUPS, directories=BOTH)
    first = world.apply()
    assert first.outcome == "verified", first.error or first
    dana = world.account("dana.reyes", "entra").id
    join(world, new_group(world, "Skiing"), dana)
    sku = world.graph("GET", "/v1.0/subscribedSkus")["value"][0]
    licence = {"addLicenses": [{"skuId": sku["skuId"], "disabledPlans": []}], "removeLicenses": []}
    world.graph("POST", f"/v1.0/users/{dana}/assignLicense", licence)
    return dana


def departed(world: World) -> None:
    world.write({"dana.reyes": LEAVING, "lee.park": LEE}, GROUPS, directories=BOTH)
    gone = world.apply(GONE)
    assert gone.outcome == "verified", gone.error or gone


def roles_of(world: World, account: str) -> set[str]:
    return {role for role, holders in world.live()["entra"].roles.items() if account in holders}


def proposed(world: World) -> dict[str, Any]:
    """What `leaver reinstate` proposes, and the records as they are once that is merged."""
    if not (world.root / ".git").exists():
        git(world, "init", "-q", "-b", "main")
        git(world, "config", "user.name", "Kim")
        git(world, "config", "user.email", "kim@msp.example")
    git(world, "add", "identities")
    git(world, "commit", "-q", "-m", "The records")
    words = ["--project", str(world.root), "reinstate", "acme", "dana.reyes", "--json"]
    environ = {"LEAVER_HOME": str(world.home), "LEAVER_NOW": GONE.isoformat()}
    result = CliRunner().invoke(cli, words, env={**os.environ, **environ}, prog_name="leaver")
    assert result.exit_code == 0, result.output
    git(world, "merge", "-q", BRANCH)
    told: dict[str, Any] = json.loads(result.output)
    return told


def test_who_left_by_mistake_has_exactly_the_groups_and_roles_again(world: World) -> None:
    dana = hired(world)
    departed(world)
    assert (groups_of(world, dana), roles_of(world, dana)) == ([], set())

    told = proposed(world)
    part = world.graph("GET", "/v1.0/subscribedSkus")["value"][0]["skuPartNumber"]
    assert "entra: group Skiing, which no record manages" in told["by_hand"]
    assert f"entra: licences: {part}" in told["by_hand"]

    back = world.apply(GONE)
    assert back.outcome == "verified", back.error or back
    account = world.account("dana.reyes", "entra")
    assert (account.id, account.enabled) == (dana, True)
    assert sorted(groups_of(world, dana)) == ["Finance", "Sales", ADMINISTRATOR]
    assert roles_of(world, dana) == {ADMINISTRATOR}
    assert world.account("dana.reyes", "okta").enabled
    assert phones_of(world, dana) == []
    assert set(world.preview(GONE).steps) == {"same"}


def test_somebody_whose_record_is_gone_comes_back_with_the_last_one_there_was(world: World) -> None:
    dana = hired(world)
    git(world, "init", "-q", "-b", "main")
    git(world, "config", "user.name", "Kim")
    git(world, "config", "user.email", "kim@msp.example")
    git(world, "add", "identities")
    git(world, "commit", "-q", "-m", "They work here")
    world.write({"lee.park": LEE}, GROUPS, directories=BOTH)
    gone = world.apply(GONE)
    assert gone.outcome == "verified", gone.error or gone
    assert groups_of(world, dana) == []

    told = proposed(world)
    assert told["former"] is not None
    back = world.apply(GONE)
    assert back.outcome == "verified", back.error or back
    account = world.account("dana.reyes", "entra")
    assert (account.id, account.enabled) == (dana, True)
    assert sorted(groups_of(world, dana)) == ["Finance", "Sales", ADMINISTRATOR]
    assert roles_of(world, dana) == {ADMINISTRATOR}


def test_an_account_that_was_restored_by_hand_first_is_the_one_that_comes_back(world: World) -> None:
    dana = hired(world)
    departed(world)
    world.graph("DELETE", f"/v1.0/users/{dana}")
    assert world.apply(GONE).outcome == "verified"
    world.graph("POST", f"/v1.0/directory/deletedItems/{dana}/restore")

    proposed(world)
    back = world.apply(GONE)
    assert back.outcome == "verified", back.error or back
    account = world.account("dana.reyes", "entra")
    assert (account.id, account.enabled) == (dana, True)
    assert sorted(groups_of(world, dana)) == ["Finance", "Sales", ADMINISTRATOR]
