"""When an Okta account is deactivated: never, with the cut, or as the last thing that the runbook does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from leaver.desired import desired
from leaver.model import Client, Runbook
from leaver.runbook.departed import book_for, left
from tests.estates import NOW, client

PAST = {"departure": {"at": "2026-11-20 17:00"}}


def made(record: dict[str, Any], on_departure: str, steps: dict[str, Any]) -> Client:
    found = client({"dana.reyes": record}, directories=("okta",))
    okta = found.settings.directories["okta"].model_copy(update={"on_departure": on_departure})
    changed = {"directories": {"okta": okta}, "runbook": Runbook.model_validate({"steps": steps})}
    return replace(found, settings=found.settings.model_copy(update=changed))


def names(record: dict[str, Any], on_departure: str = "deactivate last", **steps: Any) -> list[str]:
    settled = made(record, on_departure, {key.replace("_", "-"): value for key, value in steps.items()})
    account = desired(settled, NOW).accounts["dana.reyes", "okta"]
    gone = left(settled, account, NOW)
    return [] if gone is None else [step.name for step in book_for(settled, "okta", gone).steps]


@pytest.mark.parametrize("record", [PAST, {"until": "2026-11-20 17:00"}])
def test_whoever_left_is_deactivated_last_where_the_client_says_so(record: dict[str, Any]) -> None:
    assert "deactivate" in names(record)
    assert "deactivate" not in names(record, "suspend")


def test_the_order_lets_nothing_be_out_of_reach() -> None:
    settled = made(PAST, "deactivate last", {})
    account = desired(settled, NOW).accounts["dana.reyes", "okta"]
    gone = left(settled, account, NOW)
    assert gone is not None
    book = book_for(settled, "okta", gone)
    (step,) = (each for each in book.steps if each.name == "deactivate")
    assert {"factors", "grants", "client-tokens", "sessions"} <= set(step.after)


def test_with_the_cut_or_last_is_the_clients_choice() -> None:
    assert "deactivate" not in names(PAST, "deactivate")
    assert made(PAST, "deactivate", {}).deactivates("okta") == "at once"
    assert made(PAST, "deactivate last", {}).deactivates("okta") == "last"
    assert made(PAST, "suspend", {}).deactivates("okta") == "never"


def test_a_runbook_that_names_the_step_takes_it_whatever_the_directory_says() -> None:
    assert "deactivate" in names(PAST, "suspend", deactivate=True)


@pytest.mark.parametrize("record", [{"disabled": True}, {"departure": {"at": "2027-03-26 17:00"}}, {}])
def test_nobody_else_is_deactivated(record: dict[str, Any]) -> None:
    assert "deactivate" not in names(record)
