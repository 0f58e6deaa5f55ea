"""What the runbook reads of a leaver: rules, roles by groups, applications, pages; in Okta's shapes and words."""

from __future__ import annotations

from typing import Any

import pytest

from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import OrgApi, causes, code
from tests.sandbox.test_okta_sdk import run

# The SDK's own use of aiohttp.
pytestmark = pytest.mark.filterwarnings("ignore:ssl_context is deprecated:DeprecationWarning")
DANA = "dana.reyes@acme.example"


def seed(box: Endpoint, **content: Any) -> dict[str, Any]:
    made: dict[str, Any] = box.admin("POST", "/seed", {"client": "acme", "directory": "okta", **content})
    return made


def test_the_applications_of_a_user_come_with_how_they_came(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    labels = {label: okta.post("/apps", json={"label": label}).json()["id"] for label in ("A", "B", "C")}
    okta.post(f"/apps/{labels['A']}/users", json={"id": user})
    okta.put(f"/apps/{labels['B']}/groups/{group}")
    found = okta.everything("/apps", filter=f'user.id eq "{user}"', expand=f"user/{user}", limit=1)
    assert [(each["label"], each["_embedded"]["user"]["scope"]) for each in found] == [
        ("A", "USER"),
        ("B", "GROUP"),
    ]
    assert "_embedded" not in okta.everything("/apps", filter=f'user.id eq "{user}"')[0]
    assert len(okta.everything("/apps", filter='status eq "ACTIVE"')) == 3


def test_filters_of_applications_that_are_none_are_refused(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    assert code(okta.get("/apps", params={"filter": "user.id sw 7"})) == (400, "E0000031")
    expanded = okta.get("/apps", params={"expand": f"user/{user}"})
    assert code(expanded) == (400, "E0000001")
    assert causes(expanded) == ["expand=user/{id} needs a filter by the same user.id"]


def test_a_role_by_a_group_shows_the_group_and_ends_with_the_membership(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    made = okta.post(f"/groups/{group}/roles", json={"type": "HELP_DESK_ADMIN"})
    assert (made.status_code, made.json()["assignmentType"]) == (201, "GROUP")
    okta.put(f"/groups/{group}/users/{user}")
    (role,) = okta.get(f"/users/{user}/roles").json()
    assert role["_links"]["assignee"]["href"].endswith(f"/api/v1/groups/{group}")
    assert code(okta.delete(f"/users/{user}/roles/{role['id']}")) == (404, "E0000007")
    okta.delete(f"/groups/{group}/users/{user}")
    assert okta.get(f"/users/{user}/roles").json() == []
    assert okta.delete(f"/groups/{group}/roles/{role['id']}").status_code == 204


def test_whoever_leaves_a_group_of_a_rule_is_excepted_and_the_log_says_so(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    seed(box, rules=[{"name": "All of finance", "groups": ["finance"], "members": [DANA]}])
    (rule,) = okta.get("/groups/rules", params={"search": "FINANCE"}).json()
    assert rule["actions"]["assignUserToGroups"]["groupIds"] == [group]
    assert okta.delete(f"/groups/{group}/users/{user}").status_code == 204
    assert okta.get(f"/groups/rules/{rule['id']}").json()["conditions"]["people"]["users"]["exclude"] == [
        user
    ]
    assert okta.get(f"/groups/{group}/users").json() == []
    events = [each["eventType"] for each in okta.everything("/logs", filter=f'target.id eq "{user}"')]
    assert events[-2:] == ["group.user_membership.rule.add_exclusion", "group.user_membership.remove"]


def test_a_rule_without_room_puts_its_members_back_and_one_that_is_off_does_not(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    others = [f"00uother{number:03}" for number in range(100)]
    seed(box, rules=[{"name": "Full", "groups": ["finance"], "members": [DANA], "excepted": others}])
    okta.delete(f"/groups/{group}/users/{user}")
    assert [each["id"] for each in okta.get(f"/groups/{group}/users").json()] == [user]
    rule = okta.get("/groups/rules").json()[0]["id"]
    assert okta.post(f"/groups/rules/{rule}/lifecycle/deactivate").status_code == 204
    okta.delete(f"/groups/{group}/users/{user}")
    assert okta.get(f"/groups/{group}/users").json() == []
    assert code(okta.get("/groups/rules/0prnone")) == (404, "E0000007")


def test_the_group_of_an_application_names_its_source(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    made = seed(
        box,
        groups=[{"name": "AD Finance", "type": "APP_GROUP"}],
        members={"AD Finance": [DANA]},
        apps=[{"label": "Active Directory", "name": "active_directory", "features": ["PROFILE_MASTERING"]}],
        sources={"AD Finance": "Active Directory"},
    )
    group = okta.get(f"/groups/{made['groups']['AD Finance']}").json()
    app = okta.get(f"/apps/{group['source']['id']}").json()
    assert (app["label"], app["features"]) == ("Active Directory", ["PROFILE_MASTERING"])
    assert code(okta.delete(f"/groups/{group['id']}/users/{user}")) == (501, "E0000060")


@pytest.mark.parametrize("path", ["/users/{}/grants", "/users/{}/clients/0oacrm/tokens", "/api-tokens"])
def test_lists_come_twenty_at_a_time(box: Endpoint, path: str) -> None:
    okta = OrgApi(box)
    user = okta.user()
    tokens = [f"token {number}" for number in range(24)]
    okta.order("/equip", login=DANA, grants=["0oacrm"] * 25, tokens={"0oacrm": 25}, api_tokens=tokens)
    first = okta.get(path.format(user))
    assert len(first.json()) == 20
    assert "next" in first.links
    rows = okta.everything(path.format(user))
    assert len({each["id"] for each in rows}) == len(rows) == 25


def test_the_factors_of_okta_verify_go_together(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    verify = [{"factorType": each} for each in ("push", "token:software:totp", "signed_nonce")]
    made = okta.order(
        "/equip",
        login=DANA,
        factors=[*verify, {"factorType": "token:software:totp", "provider": "GOOGLE"}],
    )["factors"]
    assert okta.delete(f"/users/{user}/factors/{made[0]}").status_code == 204
    assert [each["provider"] for each in okta.get(f"/users/{user}/factors").json()] == ["GOOGLE"]


def test_of_a_deactivated_user_okta_knows_no_factors(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.post(f"/users/{user}/factors", json={"factorType": "sms"})
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.get(f"/users/{user}/factors")) == (404, "E0000007")


def test_the_api_token_of_a_suspended_user_opens_nothing_until_they_are_back(box: Endpoint) -> None:
    okta = OrgApi(box)
    owner = okta.get("/users/me").json()
    okta.order("/status", login=owner["profile"]["login"], status="SUSPENDED")
    assert code(okta.get("/users/me")) == (401, "E0000011")
    okta.order("/status", login=owner["profile"]["login"], status="ACTIVE")
    assert okta.get("/users/me").status_code == 200


def test_a_user_of_another_directory_names_it(box: Endpoint) -> None:
    okta = OrgApi(box)
    profile = {"login": DANA, "email": DANA, "firstName": "Dana", "lastName": "Reyes"}
    made = seed(box, users=[{"profile": profile, "provider": "ACTIVE_DIRECTORY corp.example"}])
    shown = okta.get(f"/users/{made['users'][DANA]}").json()
    assert shown["credentials"]["provider"] == {"type": "ACTIVE_DIRECTORY", "name": "corp.example"}
    changed = okta.user("lee.park")
    body = {"credentials": {"provider": {"type": "LDAP", "name": "ldap.example"}}}
    okta.post(f"/users/{changed}", json=body)
    assert okta.get(f"/users/{changed}").json()["credentials"]["provider"]["name"] == "ldap.example"


def test_belongings_are_given_once_and_to_several_people(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [okta.user(name) for name in ("dana.reyes", "lee.park")]
    logins = [DANA, "lee.park@acme.example"]
    given = seed(box, belongings=logins)["belongings"]
    all_of_it = {
        "factors": 3,
        "devices": 2,
        "roles": 2,
        "apps": 5,
        "grants": 5,
        "tokens": 4,
        "api_tokens": 1,
        "groups": 8,
        "sessions": 2,
    }
    assert given == dict.fromkeys(logins, all_of_it)
    for user in users:
        assert len(okta.get(f"/users/{user}/groups").json()) == 9
        assert len(okta.get(f"/users/{user}/roles").json()) == 3
    assert seed(box, belongings=[DANA])["belongings"] == {DANA: {"sessions": 0}}
    with pytest.raises(DirectoryError, match=r"nobody@acme\.example \(User\)"):
        seed(box, belongings=["nobody@acme.example"])


@pytest.mark.slow
def test_the_sdk_reads_rules_roles_and_applications(box: Endpoint) -> None:
    from okta.models import GroupRule

    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    seed(
        box,
        apps=[{"label": "Wiki", "groups": ["finance"]}],
        group_roles={"finance": ["REPORT_ADMIN"]},
        rules=[{"name": "All of finance", "groups": ["finance"], "members": [DANA]}],
    )

    async def work(client: Any) -> None:
        rules, _, error = await client.list_group_rules()
        assert error is None
        assert isinstance(rules[0], GroupRule)
        assert rules[0].actions.assign_user_to_groups.group_ids == [group]
        roles, _, error = await client.list_assigned_roles_for_user(user)
        assert (error, roles[0].actual_instance.assignment_type.value) == (None, "GROUP")
        apps, _, error = await client.list_applications(filter=f'user.id eq "{user}"')
        assert (error, [each.label for each in apps]) == (None, ["Wiki"])

    run(box, work, token=okta.token)
