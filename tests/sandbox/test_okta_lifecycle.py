"""Every lifecycle operation in every status, and what a change of status takes with it."""

from __future__ import annotations

import pytest

from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.okta.rules import STATUSES, VERBS
from tests.sandbox.okta_api import PASSWORD, OrgApi, causes, code

ALREADY_ACTIVE = (403, "E0000016")
NOT_FOUND = (404, "E0000007")
INVALID = (400, "E0000001")
NO_UNLOCK = (403, "E0000032")
WRONG_STATUS = (403, "E0000038")
Outcome = str | tuple[int, str]

# Rows: operation. Columns, in this order: the status before. Cells: the status after, or the refusal.
COLUMNS = (
    "STAGED",
    "PROVISIONED",
    "ACTIVE",
    "RECOVERY",
    "PASSWORD_EXPIRED",
    "LOCKED_OUT",
    "SUSPENDED",
    "DEPROVISIONED",
)
TABLE: dict[str, tuple[Outcome, ...]] = {
    "activate": ("ACTIVE", *[ALREADY_ACTIVE] * 6, "PROVISIONED"),
    "reactivate": (
        WRONG_STATUS,
        "PROVISIONED",
        WRONG_STATUS,
        "RECOVERY",
        WRONG_STATUS,
        WRONG_STATUS,
        WRONG_STATUS,
        WRONG_STATUS,
    ),
    "deactivate": (*["DEPROVISIONED"] * 7, NOT_FOUND),
    "suspend": (INVALID, INVALID, "SUSPENDED", INVALID, INVALID, INVALID, INVALID, INVALID),
    "unsuspend": (*[INVALID] * 6, "ACTIVE", INVALID),
    "unlock": (*[NO_UNLOCK] * 5, "ACTIVE", NO_UNLOCK, NO_UNLOCK),
    "reset_password": (WRONG_STATUS, *["RECOVERY"] * 5, WRONG_STATUS, WRONG_STATUS),
    "expire_password": (WRONG_STATUS, WRONG_STATUS, *["PASSWORD_EXPIRED"] * 4, WRONG_STATUS, WRONG_STATUS),
    "expire_password_with_temp_password": (
        WRONG_STATUS,
        WRONG_STATUS,
        *["PASSWORD_EXPIRED"] * 4,
        WRONG_STATUS,
        WRONG_STATUS,
    ),
    "reset_factors": (*COLUMNS[:7], WRONG_STATUS),
}


def test_the_table_names_every_operation_and_every_status() -> None:
    assert set(TABLE) == set(VERBS)
    assert COLUMNS == STATUSES
    assert all(len(row) == len(COLUMNS) for row in TABLE.values())


@pytest.mark.parametrize("verb", TABLE)
def test_what_an_operation_does_in_each_status(box: Endpoint, verb: str) -> None:
    okta = OrgApi(box)
    seen: list[Outcome] = []
    for status in COLUMNS:
        user = okta.user(f"{status.lower()}.user")
        okta.order("/status", login=f"{status.lower()}.user@acme.example", status=status)
        answer = okta.post(f"/users/{user}/lifecycle/{verb}")
        seen.append(okta.status(user) if answer.status_code == 200 else code(answer))
    assert dict(zip(COLUMNS, seen, strict=True)) == dict(zip(COLUMNS, TABLE[verb], strict=True))


def test_a_refused_suspension_says_why_in_oktas_words(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user(password=None)
    answer = okta.post(f"/users/{user}/lifecycle/suspend")
    assert code(answer) == INVALID
    assert answer.json()["errorSummary"] == "Api validation failed: suspendUser"
    assert causes(answer) == ["Cannot suspend a user that is not active"]


def test_a_suspended_user_keeps_groups_apps_factors_and_sessions(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    login = "dana.reyes@acme.example"
    app = okta.order("/equip", login=login, apps=["Payroll"], factors=[{"factorType": "push"}])["apps"][0]
    okta.order("/signin", login=login)
    okta.post(f"/users/{user}/lifecycle/suspend")
    assert [each["id"] for each in okta.get(f"/groups/{group}/users").json()] == [user]
    assert okta.get(f"/apps/{app}/users/{user}").json()["scope"] == "USER"
    assert len(okta.get(f"/users/{user}/factors").json()) == 1
    assert {each["kind"] for each in okta.sessions()} == {"session", "refresh_token"}


def test_a_deactivated_user_loses_apps_sessions_and_api_tokens_but_keeps_groups(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    login = "dana.reyes@acme.example"
    made = okta.order("/equip", login=login, apps=["Payroll"], api_tokens=["script"])
    okta.order("/signin", login=login)
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.get(f"/apps/{made['apps'][0]}/users/{user}")) == NOT_FOUND
    assert code(okta.get(f"/api-tokens/{made['api_tokens'][0]}")) == NOT_FOUND
    assert [each["kind"] for each in okta.sessions()] == ["refresh_token"]
    assert [each["id"] for each in okta.get(f"/groups/{group}/users").json()] == [user]
    assert [each["profile"]["name"] for each in okta.get(f"/users/{user}/groups").json()] == [
        "Everyone",
        "finance",
    ]


def test_app_access_through_a_group_ends_with_deactivation(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    app = okta.post("/apps", json={"label": "Payroll"}).json()["id"]
    okta.put(f"/apps/{app}/groups/{group}")
    assert okta.get(f"/apps/{app}/users/{user}").json()["scope"] == "GROUP"
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert okta.get(f"/apps/{app}/users").json() == []


def test_a_reactivated_leaver_must_set_a_new_password(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.post(f"/users/{user}/lifecycle/deactivate")
    answer = okta.post(f"/users/{user}/lifecycle/activate", params={"sendEmail": "false"})
    assert set(answer.json()) == {"activationUrl", "activationToken"}
    assert okta.status(user) == "PROVISIONED"
    assert "password" not in okta.get(f"/users/{user}").json()["credentials"]


def test_an_activation_sends_mail_unless_told_otherwise(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert okta.post(f"/users/{user}/lifecycle/activate").json() == {}
    assert "activationUrl" in okta.post(f"/users/{user}/lifecycle/reactivate").json()


def test_a_slow_deactivation_shows_where_it_goes_until_it_ends(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.order("/transition", seconds=3)
    okta.order("/signin", login="dana.reyes@acme.example")
    okta.post(f"/users/{user}/lifecycle/deactivate")
    during = okta.get(f"/users/{user}").json()
    assert (during["status"], during["transitioningToStatus"]) == ("ACTIVE", "DEPROVISIONED")
    assert okta.delete(f"/users/{user}").status_code == 204
    assert code(okta.post(f"/users/{user}/lifecycle/suspend")) == WRONG_STATUS
    okta.later(3)
    after = okta.get(f"/users/{user}").json()
    assert after["status"] == "DEPROVISIONED"
    assert "transitioningToStatus" not in after
    assert after["statusChanged"] == "2026-11-22T14:00:03.000Z"


def test_a_user_who_is_being_activated_cannot_be_changed(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.order("/transition", seconds=3)
    user = okta.user()
    assert okta.get(f"/users/{user}").json()["transitioningToStatus"] == "ACTIVE"
    for answer in (
        okta.post(f"/users/{user}", json={"profile": {"title": "Controller"}}),
        okta.post(f"/users/{user}/lifecycle/deactivate"),
    ):
        assert code(answer) == (409, "E0000112")
    okta.later(3)
    assert okta.post(f"/users/{user}/lifecycle/suspend").status_code == 200


def test_expire_password_answers_the_user_or_a_temporary_password(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    assert okta.post(f"/users/{user}/lifecycle/expire_password").json()["status"] == "PASSWORD_EXPIRED"
    answer = okta.post(f"/users/{user}/lifecycle/expire_password", params={"tempPassword": "true"})
    temporary = answer.json()["tempPassword"]
    changed = okta.post(
        f"/users/{user}/credentials/change_password",
        json={"oldPassword": {"value": temporary}, "newPassword": {"value": PASSWORD}},
    )
    assert changed.status_code == 200
    assert okta.status(user) == "ACTIVE"


def test_a_wrong_old_password_is_refused(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    answer = okta.post(
        f"/users/{user}/credentials/change_password",
        json={"oldPassword": {"value": "wrong"}, "newPassword": {"value": PASSWORD}},
    )
    assert code(answer) == (403, "E0000014")


def test_reset_password_can_end_the_sessions(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.order("/signin", login="dana.reyes@acme.example")
    okta.post(f"/users/{user}/lifecycle/reset_password")
    assert len(okta.sessions()) == 2
    answer = okta.post(
        f"/users/{user}/lifecycle/reset_password", params={"sendEmail": "false", "revokeSessions": "true"}
    )
    assert "resetPasswordUrl" in answer.json()
    assert [each["kind"] for each in okta.sessions()] == ["refresh_token"]


@pytest.mark.parametrize(
    ("status", "gets_in"), [(each, each in ("ACTIVE", "PASSWORD_EXPIRED")) for each in STATUSES]
)
def test_who_may_sign_in(box: Endpoint, status: str, gets_in: bool) -> None:
    okta = OrgApi(box)
    okta.user()
    okta.order("/status", login="dana.reyes@acme.example", status=status)
    assert okta.order("/signin", login="dana.reyes@acme.example")["ok"] is gets_in
    assert bool(okta.sessions()) is gets_in
