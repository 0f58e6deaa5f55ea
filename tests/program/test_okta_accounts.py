"""Okta's statuses: what to declare for each, so that nothing is reverted, resurrected or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from leaver.desired import desired
from leaver.model import OktaSettings
from leaver.program.compose import compose
from leaver.program.plan import PlannedAccount
from leaver.source.state import OKTA_USER
from tests.estates import DIRECTORIES, NOW, account_id, change_account, client, settled

ID = account_id("dana.reyes", "okta")


def planned(
    status: str,
    record: dict[str, Any],
    attributes: dict[str, Any] | None = None,
    **okta: Any,
) -> PlannedAccount:
    made = client({"dana.reyes": {"title": "Controller"}}, directories=("okta",))
    live, state = settled(made, desired(made, NOW))
    enabled = status not in ("SUSPENDED", "LOCKED_OUT", "DEPROVISIONED")
    live = change_account(live, "okta", ID, status=status, enabled=enabled, attributes=attributes or {})
    changed = client({"dana.reyes": {"title": "Controller", **record}}, directories=("okta",))
    settings = OktaSettings.model_validate({**DIRECTORIES["okta"], **okta})
    directories = {"directories": {"okta": settings}}
    changed = replace(changed, settings=changed.settings.model_copy(update=directories))
    _, plan = compose(changed, NOW, live, state)
    return plan.accounts[0]


@pytest.mark.parametrize(
    ("shown", "declared", "left_alone"),
    [
        ("ACTIVE", "ACTIVE", False),
        ("PASSWORD_EXPIRED", "ACTIVE", False),
        ("PROVISIONED", "ACTIVE", False),
        ("STAGED", "ACTIVE", True),
        ("LOCKED_OUT", "ACTIVE", True),
        ("SUSPENDED", "SUSPENDED", True),
        ("DEPROVISIONED", "DEPROVISIONED", True),
    ],
)
def test_who_should_have_access_is_never_raised_from_a_status_that_ended_it(
    shown: str, declared: str, left_alone: bool
) -> None:
    account = planned(shown, {})
    assert (account.inputs["status"], "status" in account.ignore) == (declared, left_alone)


@pytest.mark.parametrize(
    ("shown", "declared", "left_alone"),
    [
        ("ACTIVE", "SUSPENDED", False),
        ("PASSWORD_EXPIRED", "DEPROVISIONED", False),
        ("PROVISIONED", "DEPROVISIONED", False),
        ("STAGED", "DEPROVISIONED", False),
        ("LOCKED_OUT", "DEPROVISIONED", False),
        ("SUSPENDED", "SUSPENDED", True),
        ("DEPROVISIONED", "DEPROVISIONED", True),
    ],
)
def test_a_disabled_record_suspends_where_okta_lets_it_and_deprovisions_elsewhere(
    shown: str, declared: str, left_alone: bool
) -> None:
    account = planned(shown, {"disabled": True})
    assert (account.inputs["status"], "status" in account.ignore) == (declared, left_alone)


@pytest.mark.parametrize(
    ("shown", "declared", "left_alone"),
    [
        ("ACTIVE", "DEPROVISIONED", False),
        ("SUSPENDED", "DEPROVISIONED", False),
        ("STAGED", "DEPROVISIONED", False),
        ("DEPROVISIONED", "DEPROVISIONED", True),
    ],
)
def test_who_departed_is_deactivated_at_once_where_the_client_says_so(
    shown: str, declared: str, left_alone: bool
) -> None:
    departed = {"departure": {"at": "2026-11-20 17:00"}}
    account = planned(shown, departed, **{"on departure": "deactivate"})
    assert (account.inputs["status"], "status" in account.ignore) == (declared, left_alone)
    assert "title" in account.ignore


@pytest.mark.parametrize(
    ("shown", "declared", "left_alone"),
    [
        ("ACTIVE", "SUSPENDED", False),
        ("SUSPENDED", "SUSPENDED", True),
        ("STAGED", "DEPROVISIONED", False),
        ("DEPROVISIONED", "DEPROVISIONED", True),
    ],
)
def test_the_runbook_deactivates_last(shown: str, declared: str, left_alone: bool) -> None:
    departed = {"departure": {"at": "2026-11-20 17:00"}}
    account = planned(shown, departed, **{"on departure": "deactivate last"})
    assert (account.inputs["status"], "status" in account.ignore) == (declared, left_alone)


def test_only_a_departure_deactivates() -> None:
    account = planned("ACTIVE", {"disabled": True}, **{"on departure": "deactivate"})
    assert account.inputs["status"] == "SUSPENDED"


@pytest.mark.parametrize("shown", ["STAGED", "LOCKED_OUT", "DEPROVISIONED"])
def test_no_profile_change_travels_with_a_deprovisioning_or_on_a_deprovisioned_user(shown: str) -> None:
    account = planned(shown, {"disabled": True, "title": "Former controller"})
    assert {"title", "firstName", "customProfileAttributes"} <= set(account.ignore)


@pytest.mark.parametrize("shown", ["SUSPENDED", "LOCKED_OUT", "DEPROVISIONED"])
def test_reinstate_says_so_in_so_many_words(shown: str) -> None:
    account = planned(shown, {"reinstate": True})
    assert account.inputs["status"] == "ACTIVE"
    assert "status" not in account.ignore


def test_custom_attributes_of_the_profile_are_repeated_because_a_put_would_wipe_them() -> None:
    account = planned("ACTIVE", {}, {"badge": "B-7", "nickName": "Dee", "parking": None})
    assert json.loads(account.inputs["custom_profile_attributes"]) == {"badge": "B-7"}
    assert account.inputs["nick_name"] == "Dee"


def test_a_new_user_gets_first_and_last_name_from_the_display_name() -> None:
    made = client({"ana.de.la.cruz": {"name": "Ana de la Cruz"}}, directories=("okta",))
    live, _ = settled(made, desired(client({}, directories=("okta",)), NOW))
    _, plan = compose(made, NOW, live, settled(made, desired(client({}, directories=("okta",)), NOW))[1])
    inputs = plan.accounts[0].inputs
    assert (inputs["first_name"], inputs["last_name"], inputs["email"], inputs["status"]) == (
        "Ana de la",
        "Cruz",
        "ana.de.la.cruz@acme.example",
        "ACTIVE",
    )


def test_a_suspended_user_in_the_directory_is_not_stale_as_long_as_nothing_is_to_be_done() -> None:
    made = client({"dana.reyes": {}}, directories=("okta",))
    live, state = settled(made, desired(made, NOW))
    live = change_account(live, "okta", ID, status="SUSPENDED", enabled=False)
    _, plan = compose(made, NOW, live, state)
    assert plan.stale == ()
    reinstated = client({"dana.reyes": {"reinstate": True}}, directories=("okta",))
    _, plan = compose(reinstated, NOW, live, state)
    assert plan.stale == ((OKTA_USER, "dana.reyes/okta"),)
