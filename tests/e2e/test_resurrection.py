"""Invariant 3 on the real engine: what somebody ended in the directory stays ended, with plain `pulumi up` too."""

from __future__ import annotations

import httpx
import pytest

from leaver.actions import Account
from tests.e2e.world import DIRECTORIES, World

RECORD = {"name": "Dana Reyes", "title": "Controller"}


def deployed(world: World, directory: str, **fields: object) -> None:
    world.register([directory])
    world.write({"dana.reyes": {**RECORD, **fields}}, directories=[directory])
    assert world.apply().outcome == "verified"


def okta(world: World, method: str, path: str) -> None:
    token = world.endpoint.credentials("acme")["okta"]["api_token"]
    answer = httpx.request(method, f"{world.endpoint.http}{path}", headers={"Authorization": f"SSWS {token}"})
    answer.raise_for_status()


def end_by_hand(world: World, directory: str, how: str) -> None:
    """What an administrator does in the portal on the worst day."""
    account = world.account("dana.reyes", directory)
    if how == "disabled":
        world.graph("PATCH", f"/v1.0/users/{account.id}", {"accountEnabled": False})
    elif how == "LOCKED_OUT":
        world.endpoint.admin(
            "POST", "/okta/status", {"client": "acme", "login": account.username, "status": "LOCKED_OUT"}
        )
    else:
        verb = {"SUSPENDED": "suspend", "DEPROVISIONED": "deactivate"}[how]
        okta(world, "POST", f"/api/v1/users/{account.id}/lifecycle/{verb}")


@pytest.mark.parametrize(
    ("directory", "how"),
    [("entra", "disabled"), ("okta", "SUSPENDED"), ("okta", "LOCKED_OUT"), ("okta", "DEPROVISIONED")],
)
def test_a_change_of_title_from_stale_state_enables_nobody_and_neither_does_a_refresh(
    world: World, directory: str, how: str
) -> None:
    deployed(world, directory)
    end_by_hand(world, directory, how)
    world.write({"dana.reyes": {**RECORD, "title": "Director"}}, directories=[directory])
    stale = world.up()
    assert stale.code == 0, stale.output
    assert f"{how} in the directory, and stays so" in stale.output
    assert world.account("dana.reyes", directory).status == how
    refreshed = world.up("--refresh")
    assert refreshed.code == 0, refreshed.output
    assert world.account("dana.reyes", directory).status == how


@pytest.mark.parametrize(("directory", "how"), [("entra", "disabled"), ("okta", "SUSPENDED")])
def test_reinstate_enables_in_so_many_words(world: World, directory: str, how: str) -> None:
    deployed(world, directory)
    end_by_hand(world, directory, how)
    world.write({"dana.reyes": {**RECORD, "reinstate": True}}, directories=[directory])
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    assert world.account("dana.reyes", directory).enabled


@pytest.mark.parametrize("directory", ["entra", "okta"])
def test_attributes_that_no_record_manages_survive_an_update(world: World, directory: str) -> None:
    deployed(world, directory)
    account = world.account("dana.reyes", directory)
    if directory == "entra":
        world.graph(
            "PATCH", f"/v1.0/users/{account.id}", {"city": "Boston", "otherMails": ["dana@home.example"]}
        )
    else:
        token = world.endpoint.credentials("acme")["okta"]["api_token"]
        httpx.post(
            f"{world.endpoint.http}/api/v1/users/{account.id}",
            headers={"Authorization": f"SSWS {token}"},
            json={"profile": {"city": "Boston", "nickName": "Dee"}},
        ).raise_for_status()
    world.write({"dana.reyes": {**RECORD, "title": "Director"}}, directories=[directory])
    assert world.up().code == 0
    shown = world.account("dana.reyes", directory).attributes
    assert shown["city"] == "Boston"
    assert shown.get("otherMails") == ["dana@home.example"] or shown.get("nickName") == "Dee"
    assert shown.get("jobTitle", shown.get("title")) == "Director"


@pytest.mark.parametrize("directory", ["entra", "okta"])
def test_an_account_that_exists_is_refused_without_adopt_and_taken_over_as_it_is_with_it(
    world: World, directory: str
) -> None:
    world.register([directory])
    settings = DIRECTORIES[directory]
    if directory == "entra":
        world.graph(
            "POST",
            "/v1.0/users",
            {
                "accountEnabled": True,
                "displayName": "D. Reyes",
                "mailNickname": "dana",
                "userPrincipalName": f"dana.reyes@{settings['domain']}",
                "passwordProfile": {"password": "Correct-Horse-7"},
                "faxNumber": "555-0100",
            },
        )
    else:
        token = world.endpoint.credentials("acme")["okta"]["api_token"]
        login = f"dana.reyes@{settings['domain']}"
        profile = {"login": login, "email": login, "firstName": "D.", "lastName": "Reyes", "nickName": "Dee"}
        httpx.post(
            f"{world.endpoint.http}/api/v1/users",
            headers={"Authorization": f"SSWS {token}"},
            json={"profile": profile, "credentials": {"password": {"value": "Correct-Horse-7"}}},
        ).raise_for_status()
    world.write({"dana.reyes": RECORD}, directories=[directory])
    refused = world.preview()
    assert "exists already" in refused.error
    assert "`adopt: true`" in refused.error
    before: Account = world.account("dana.reyes", directory)
    world.write({"dana.reyes": {**RECORD, "adopt": True}}, directories=[directory])
    report = world.apply()
    assert (report.error, report.outcome) == ("", "verified")
    after = world.account("dana.reyes", directory)
    assert after.id == before.id
    kept = "faxNumber" if directory == "entra" else "nickName"
    assert after.attributes[kept] == before.attributes[kept]
    log = world.endpoint.log(client="acme")
    assert not [
        entry for entry in log if "passwordProfile" in str(entry["body"]) and entry["method"] == "PATCH"
    ]
    again = world.preview()
    assert set(again.steps) == {"same"}


@pytest.mark.parametrize("directory", ["entra", "okta"])
def test_an_account_deleted_by_hand_comes_back_only_when_the_record_says_reinstate(
    world: World, directory: str
) -> None:
    deployed(world, directory)
    account = world.account("dana.reyes", directory)
    if directory == "entra":
        world.graph("DELETE", f"/v1.0/users/{account.id}")
    else:
        okta(world, "DELETE", f"/api/v1/users/{account.id}")
        okta(world, "DELETE", f"/api/v1/users/{account.id}")
    assert world.up().code == 0
    world.up("--refresh")
    again = world.up()
    assert again.code == 0, again.output
    assert "gone from the directory, and stays so" in again.output
    assert account.username not in {item.username for item in world.live()[directory].accounts.values()}
    world.write({"dana.reyes": {**RECORD, "reinstate": True}}, directories=[directory])
    back = world.apply()
    assert back.outcome == "verified", back.error or back
    # Entra has it among its deleted items; Okta keeps none.
    assert (world.account("dana.reyes", directory).id == account.id) is (directory == "entra")
    assert world.account("dana.reyes", directory).enabled
