"""Limits on the real engine: what is lost is in the state before it is taken, and an override works once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from leaver.errors import EXIT_PROBLEMS
from leaver.source.state import LEDGER_TYPE, parse
from tests.e2e.world import NOW, World

PEOPLE: dict[str, dict[str, Any]] = {f"person.{n}": {"groups": ["team"]} for n in range(10)}
GROUPS = {"team": {"directory": "entra"}}


def first(count: int, **fields: Any) -> dict[str, dict[str, Any]]:
    return {key: {**record, **fields} for key, record in list(PEOPLE.items())[:count]}


def deployed(world: World) -> None:
    world.register()
    world.write(PEOPLE, GROUPS)
    made = world.apply()
    assert (made.error, made.outcome) == ("", "verified")


def remembered(world: World) -> set[str]:
    """The people of whom the stack remembers a loss."""
    state = parse(json.loads(world.pulumi("stack", "export").output))
    return {loss.person for loss in state.ledger.taken}


@pytest.mark.slow
def test_the_printed_line_allows_it_once(world: World) -> None:
    deployed(world)
    world.write(first(4), GROUPS)
    refused = world.preview()
    assert refused.exit_code == EXIT_PROBLEMS
    line = (
        refused.error.splitlines()[-1].partition("overrides.yaml: ")[2].replace("…", "The night shift ends")
    )
    overrides = f"overrides:\n  {line}\n"

    def allow() -> None:
        (world.root / "identities/acme/overrides.yaml").write_text(overrides, encoding="utf-8")

    allow()
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    assert not world.account("person.9").enabled
    assert remembered(world) == set(), "what an override allows uses nothing of the day"
    assert set(world.preview().steps) == {"same"}

    world.write(first(10, reinstate=True), GROUPS)
    allow()
    assert world.apply().outcome == "verified"
    assert world.account("person.9").enabled
    world.write(first(4), GROUPS)
    allow()
    again = world.preview()
    assert again.exit_code == EXIT_PROBLEMS
    assert (
        "overrides.yaml: overrides[0]: was used 2026-11-22 14:00 UTC, and is void. Remove it" in again.error
    )
    assert world.up().code != 0
    assert world.account("person.9").enabled


@pytest.mark.slow
def test_small_steps_of_plain_pulumi_add_up_to_a_day(world: World) -> None:
    deployed(world)
    # The directory's own clock goes on: what is read back must not be older than what was done.
    start = NOW - timedelta(hours=30)
    for hours, left in ((0, 8), (1, 6)):
        world.write(first(left), GROUPS)
        done = world.up(now=start + timedelta(hours=hours))
        assert done.code == 0, done.output
    assert remembered(world) == {f"person.{n}" for n in (6, 7, 8, 9)}
    world.write(first(5), GROUPS)
    refused = world.up(now=start + timedelta(hours=2))
    assert refused.code != 0
    said = " ".join(refused.output.split())
    assert "5 of 10 people would lose their access within 24 hours" in said
    assert world.account("person.5").enabled
    later = world.up(now=start + timedelta(hours=26))
    assert later.code == 0, later.output
    assert not world.account("person.5").enabled


def test_a_loss_is_in_the_state_before_it_is_taken(world: World) -> None:
    deployed(world)
    world.write(first(9), GROUPS)
    world.endpoint.fault("forbidden", method="PATCH", path="/v1.0/users/*", count=100)
    failed = world.up()
    world.endpoint.admin("DELETE", "/faults")
    assert failed.code != 0
    assert world.account("person.9").enabled
    exported = world.pulumi("stack", "export").output
    assert LEDGER_TYPE in exported
    assert remembered(world) == {"person.9"}
    assert world.apply().outcome == "verified"
    assert set(world.preview().steps) == {"same"}
