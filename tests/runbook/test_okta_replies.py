"""What each Okta step makes of Okta's answers: tables of replies, no network."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from leaver.runbook.okta import STEPS
from tests.runbook.okta_replies import (
    APP,
    BY_GROUP,
    CASE,
    EVERYONE,
    GROUP,
    ME,
    OF_AN_APP,
    STEP,
    USER,
    acts,
    left,
    seen,
)


@pytest.mark.parametrize(
    ("status", "is_left", "call"),
    [
        ("ACTIVE", True, "suspend"),
        ("STAGED", True, "deactivate"),
        ("PROVISIONED", True, "deactivate"),
        ("RECOVERY", True, "deactivate"),
        ("PASSWORD_EXPIRED", True, "deactivate"),
        ("LOCKED_OUT", True, "deactivate"),
        ("SUSPENDED", False, None),
        ("DEPROVISIONED", False, None),
    ],
)
def test_the_status_decides_how_sign_in_ends(status: str, is_left: bool, call: str | None) -> None:
    user = {**USER, "status": status}
    assert bool(left("suspend", user=user)) is is_left
    assert acts("suspend", user=user) == (
        [f"POST /api/v1/users/{ME}/lifecycle/{call}"] if call is not None else []
    )


@pytest.mark.parametrize(
    ("step", "items", "calls"),
    [
        (
            "sessions",
            [(ME, f"the sessions of {CASE.username}, which Okta does not list", "")],
            [f"DELETE /api/v1/users/{ME}/sessions?oauthTokens=true&forgetDevices=true"],
        ),
        ("api-tokens", [("00T1", "API token export", "")], ["DELETE /api/v1/api-tokens/00T1"]),
        (
            "client-tokens",
            [("0oa9", "1 token of CRM", "")],
            [f"DELETE /api/v1/users/{ME}/clients/0oa9/tokens"],
        ),
        ("grants", [("oag1", "openid to CRM", "")], [f"DELETE /api/v1/users/{ME}/grants"]),
        (
            "admin-roles",
            [
                ("ra1", "role Report Administrator", ""),
                ("ra2", "role Help Desk Administrator by group Finance", ""),
            ],
            [f"DELETE /api/v1/users/{ME}/roles/ra1", f"DELETE /api/v1/groups/00g1/users/{ME}"],
        ),
        (
            "groups",
            [
                ("00g1", "group Finance", ""),
                (
                    "00g2",
                    "group AD",
                    "the application Active Directory sets its members: take the account out there.",
                ),
            ],
            [f"DELETE /api/v1/groups/00g1/users/{ME}"],
        ),
        ("apps", [("0oa2", "Ledger", "")], [f"DELETE /api/v1/apps/0oa2/users/{ME}"]),
        ("factors", [("opf1", "push by OKTA", "")], [f"DELETE /api/v1/users/{ME}/factors/opf1"]),
        ("devices", [("guo1", "Laptop (MACOS)", "")], ["POST /api/v1/devices/guo1/lifecycle/deactivate"]),
        (
            "deactivate",
            [(ME, f"{CASE.username} is ACTIVE", "")],
            [f"POST /api/v1/users/{ME}/lifecycle/deactivate"],
        ),
        (
            "delete",
            [(ME, f"{CASE.username} is ACTIVE", "")],
            [f"POST /api/v1/users/{ME}/lifecycle/deactivate", f"DELETE /api/v1/users/{ME}"],
        ),
    ],
)
def test_what_is_left_and_the_calls_that_mend_it(
    step: str, items: list[tuple[str, str, str]], calls: list[str]
) -> None:
    assert left(step) == items
    assert acts(step) == calls


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("client-tokens", {"tokens:0oa9": []}),
        ("client-tokens", {"tokens:0oa9": 404}),
        ("client-tokens", {"tokens:0oa9": [{"id": "oar1", "status": "REVOKED"}]}),
        ("client-tokens", {"clients": []}),
        ("grants", {"grants": [{"id": "oag1", "status": "REVOKED", "clientId": "0oa9", "scopeId": "x"}]}),
        ("factors", {"factors": [{"id": "f", "factorType": "sms", "status": "NOT_SETUP"}]}),
        (
            "factors",
            {"factors": [{"id": "f", "factorType": "email", "profile": {"email": CASE.username.upper()}}]},
        ),
        ("admin-roles", {"roles": []}),
        ("groups", {"groups": [EVERYONE]}),
        ("apps", {"apps": [{**APP, "_embedded": {"user": {"scope": "GROUP"}}}]}),
        ("apps", {"apps": [{"id": "0oa2", "label": "L"}], "assignment:0oa2": 404}),
        ("devices", {"devices": [{"device": {"id": "guo1", "status": "DEACTIVATED"}}]}),
        ("api-tokens", {"api-tokens": [{"id": "00T2", "userId": "00u2"}]}),
        ("delete", {"user": 404}),
    ],
)
def test_nothing_is_left_of(step: str, answers: dict[str, Any]) -> None:
    assert left(step, **answers) == []
    assert acts(step, **answers) == []


def test_another_address_than_their_own_is_a_factor_to_take_away() -> None:
    row = {
        "id": "f",
        "factorType": "email",
        "provider": "OKTA",
        "profile": {"email": "dana@elsewhere.example"},
    }
    assert left("factors", factors=[row]) == [("f", "email by OKTA", "")]


def test_a_phone_number_ceases_to_recover_the_account_too() -> None:
    row = {"id": "f", "factorType": "sms", "provider": "OKTA"}
    assert acts("factors", factors=[row]) == [
        f"DELETE /api/v1/users/{ME}/factors/f?removeRecoveryEnrollment=true"
    ]


def test_two_roles_of_one_group_need_one_call() -> None:
    second = {**BY_GROUP, "id": "ra3", "label": "Read-Only Administrator"}
    assert acts("admin-roles", roles=[BY_GROUP, second]) == [f"DELETE /api/v1/groups/00g1/users/{ME}"]


@pytest.mark.parametrize(
    ("role", "groups", "item"),
    [
        (
            {**BY_GROUP, "_links": {}},
            [GROUP],
            (
                "ra2",
                "role Help Desk Administrator",
                "A group gives it, and Okta does not say which: look in the console.",
            ),
        ),
        (BY_GROUP, [], ("ra2", "role Help Desk Administrator by a group", "")),
        (
            BY_GROUP,
            [{**GROUP, "type": "BUILT_IN"}],
            (
                "ra2",
                "role Help Desk Administrator by group Finance",
                "Everybody is in this group: take the role from the group.",
            ),
        ),
        (
            BY_GROUP,
            [{**GROUP, "type": "APP_GROUP"}],
            (
                "ra2",
                "role Help Desk Administrator by group Finance",
                "An application sets its members: take the account out of the group there.",
            ),
        ),
    ],
)
def test_a_role_by_a_group(role: Any, groups: Any, item: tuple[str, str, str]) -> None:
    assert left("admin-roles", roles=[role], groups=groups) == [item]


def test_a_group_of_an_application_that_nobody_may_read_is_still_told() -> None:
    for status in (403, 404):
        (item,) = left("groups", groups=[OF_AN_APP], **{"app:0oa1": status})
        assert item[2] == "an application sets its members: take the account out there."


def test_rules_that_cannot_be_read_are_a_note_and_no_failure() -> None:
    assert STEP["groups"].notes(CASE, seen(group_rules=403)) == (
        "Group rules cannot be read, so nobody knows whether one puts the account back.",
    )
    assert left("groups", group_rules=403)[0] == ("00g1", "group Finance", "")


def test_the_token_that_leaver_may_be_signed_in_with_stays() -> None:
    answers = {"caller": {"id": ME}}
    why = "Leaver signs in with a token of this account: give Leaver another one first."
    assert left("api-tokens", **answers) == [("00T1", "API token export", why)]
    assert acts("api-tokens", **answers) == []


def test_a_service_application_is_nobody() -> None:
    assert acts("api-tokens", caller=404) == ["DELETE /api/v1/api-tokens/00T1"]


@pytest.mark.parametrize("step", [step.name for step in STEPS if step.name != "delete"])
def test_an_account_that_is_gone_is_skipped(step: str) -> None:
    answers = seen(user=404, grants=404, clients=404, factors=404, roles=404, groups=404, devices=404)
    assert STEP[step].skip(CASE, answers) == "the account does not exist any more"
    assert list(STEP[step].look(CASE, answers)) == []
    assert not STEP[step].notes(CASE, answers)


def test_every_step_says_what_it_needs_and_waits_only_for_steps_that_exist() -> None:
    names = [step.name for step in STEPS]
    assert len(set(names)) == len(names)
    for step in STEPS:
        assert {"okta.users.read"} <= {permission.name for permission in step.needs}
        assert set(step.after) <= set(names)
        assert all(permission.purpose for permission in step.needs)


def test_the_moment_of_deletion() -> None:
    step = STEP["delete"]
    assert step.skip(CASE, seen()) == "nothing says until when the account is kept"
    for hours, skipped in ((1, True), (0, False), (-1, False)):
        case = replace(CASE, retained_until=CASE.now + timedelta(hours=hours))
        assert (step.skip(case, seen()) is not None) is skipped
