"""Groups, memberships and their lists."""

from __future__ import annotations

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import OrgApi, causes, code


def test_a_group_is_created_read_renamed_and_deleted(box: Endpoint) -> None:
    okta = OrgApi(box)
    group = okta.group("eng")
    created = okta.get(f"/groups/{group}").json()
    assert (created["type"], created["objectClass"]) == ("OKTA_GROUP", ["okta:user_group"])
    answer = okta.put(f"/groups/{group}", json={"profile": {"name": "engineering", "description": "All"}})
    assert answer.json()["profile"] == {"name": "engineering", "description": "All"}
    assert okta.delete(f"/groups/{group}").status_code == 204
    assert (
        okta.get(f"/groups/{group}").json()["errorSummary"]
        == f"Not found: Resource not found: {group} (UserGroup)"
    )
    assert code(okta.delete(f"/groups/{group}")) == (404, "E0000007")


@pytest.mark.parametrize(
    ("name", "cause"),
    [
        ("", "name: The field cannot be left blank"),
        ("finance", "name: An object with this field already exists in the current organization"),
        ("a" * 256, "name: String is too long; max length: 255"),
    ],
)
def test_a_name_that_is_refused(box: Endpoint, name: str, cause: str) -> None:
    okta = OrgApi(box)
    okta.group("finance")
    answer = okta.post("/groups", json={"profile": {"name": name}})
    assert code(answer) == (400, "E0000001")
    assert causes(answer) == [cause]


def test_a_group_keeps_its_own_name_in_an_update(box: Endpoint) -> None:
    okta = OrgApi(box)
    group = okta.group("finance")
    answer = okta.put(f"/groups/{group}", json={"profile": {"name": "finance", "description": "new"}})
    assert answer.status_code == 200


def test_membership_is_idempotent_both_ways(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    for _ in range(2):
        assert okta.put(f"/groups/{group}/users/{user}").status_code == 204
    assert [each["id"] for each in okta.get(f"/groups/{group}/users").json()] == [user]
    for _ in range(2):
        assert okta.delete(f"/groups/{group}/users/{user}").status_code == 204
    assert okta.get(f"/groups/{group}/users").json() == []


def test_membership_of_what_does_not_exist(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    assert code(okta.put(f"/groups/{group}/users/00unope")) == (404, "E0000007")
    assert code(okta.put(f"/groups/00gnope/users/{user}")) == (404, "E0000007")
    assert code(okta.get("/groups/00gnope/users")) == (404, "E0000007")


def test_a_deprovisioned_user_joins_no_group_but_can_be_taken_out(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group, other = okta.user(), okta.group(), okta.group("other")
    okta.put(f"/groups/{group}/users/{user}")
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.put(f"/groups/{other}/users/{user}")) == (400, "E0000001")
    assert okta.delete(f"/groups/{group}/users/{user}").status_code == 204


def test_everybody_is_in_everyone_which_cannot_be_changed(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    everyone = okta.get("/groups", params={"filter": 'type eq "BUILT_IN"'}).json()[0]
    assert everyone["profile"]["name"] == "Everyone"
    assert [each["id"] for each in okta.get(f"/users/{user}/groups").json()] == [everyone["id"]]
    for answer in (
        okta.delete(f"/groups/{everyone['id']}"),
        okta.delete(f"/groups/{everyone['id']}/users/{user}"),
        okta.put(f"/groups/{everyone['id']}", json={"profile": {"name": "x"}}),
    ):
        assert code(answer) == (501, "E0000060")


def test_members_of_an_application_group_are_the_applications_own(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    groups = [{"name": "AD Finance", "type": "APP_GROUP"}]
    made = box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "groups": groups})
    group = made["groups"]["AD Finance"]
    assert code(okta.put(f"/groups/{group}/users/{user}")) == (501, "E0000060")
    assert okta.delete(f"/groups/{group}").status_code == 204


def test_deleting_a_group_ends_its_memberships(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    okta.delete(f"/groups/{group}")
    assert [each["type"] for each in okta.get(f"/users/{user}/groups").json()] == ["BUILT_IN"]


def test_members_are_paged(box: Endpoint) -> None:
    okta = OrgApi(box)
    group = okta.group()
    made = [okta.user(f"user.n{number}") for number in range(5)]
    for user in made:
        okta.put(f"/groups/{group}/users/{user}")
    assert okta.get(f"/groups/{group}/users", params={"limit": 2}).links["next"]["url"].endswith("limit=2")
    assert [each["id"] for each in okta.everything(f"/groups/{group}/users", limit=2)] == made
    assert "next" not in okta.get(f"/groups/{group}/users", params={"limit": 5}).links


def test_groups_are_found_by_q_search_and_filter_and_paged(box: Endpoint) -> None:
    okta = OrgApi(box)
    made = [okta.group(f"team {letter}") for letter in "abcde"]
    assert [each["id"] for each in okta.everything("/groups", q="team", limit=2)] == made
    found = okta.get(
        "/groups", params={"search": 'profile.name eq "TEAM C" or profile.name sw "team d"'}
    ).json()
    assert [each["id"] for each in found] == made[2:4]
    assert okta.get("/groups", params={"filter": 'type eq "APP_GROUP"'}).json() == []


def test_a_membership_change_moves_last_membership_updated_alone(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.later(60)
    okta.put(f"/groups/{group}/users/{user}")
    found = okta.get(f"/groups/{group}").json()
    assert found["lastMembershipUpdated"] == "2026-11-22T14:01:00.000Z"
    assert found["lastUpdated"] == "2026-11-22T14:00:00.000Z"
