"""What else a leaver has: sessions, consents, tokens, factors, apps, roles, devices, API tokens, the log."""

from __future__ import annotations

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import OrgApi, causes, code

DANA = "dana.reyes@acme.example"


def test_clearing_sessions_leaves_the_oauth_tokens_by_default(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.order("/signin", login=DANA)
    assert okta.delete(f"/users/{user}/sessions").status_code == 204
    assert [each["kind"] for each in okta.sessions()] == ["refresh_token"]
    assert okta.delete(f"/users/{user}/sessions", params={"oauthTokens": "true"}).status_code == 204
    assert okta.sessions() == []


def test_clearing_one_users_sessions_leaves_the_others(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.user("lee.park")
    for login in (DANA, "lee.park@acme.example"):
        okta.order("/signin", login=login)
    okta.delete(f"/users/{user}/sessions", params={"oauthTokens": "true"})
    assert {each["username"] for each in okta.sessions()} == {"lee.park@acme.example"}


def test_a_session_is_listed_as_valid_until_it_expires(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user()
    okta.order("/signin", login=DANA)
    assert [each["valid"] for each in okta.sessions()] == [True, True]
    okta.later(3 * 3600)
    assert {each["kind"]: each["valid"] for each in okta.sessions()} == {
        "session": False,
        "refresh_token": True,
    }


def test_consents_are_listed_and_revoked(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    made = okta.order("/equip", login=DANA, grants=["0oacrm", "0oapay"])["grants"]
    grants = okta.get(f"/users/{user}/grants").json()
    assert [(each["id"], each["clientId"]) for each in grants] == list(
        zip(made, ["0oacrm", "0oapay"], strict=True)
    )
    assert okta.delete(f"/users/{user}/grants/{made[0]}").status_code == 204
    assert code(okta.get(f"/users/{user}/grants/{made[0]}")) == (404, "E0000007")
    assert okta.delete(f"/users/{user}/grants").status_code == 204
    assert okta.get(f"/users/{user}/grants").json() == []


def test_the_tokens_of_a_client_are_listed_and_revoked(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.order("/signin", login=DANA)
    client = okta.get(f"/users/{user}/clients").json()[0]["client_id"]
    tokens = okta.get(f"/users/{user}/clients/{client}/tokens").json()
    assert tokens[0]["scopes"] == ["openid", "offline_access"]
    assert okta.delete(f"/users/{user}/clients/{client}/tokens").status_code == 204
    assert okta.get(f"/users/{user}/clients").json() == []


def test_factors_are_enrolled_listed_and_taken_away(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    factor = okta.post(f"/users/{user}/factors", json={"factorType": "webauthn", "provider": "FIDO"}).json()
    assert okta.get(f"/users/{user}/factors/{factor['id']}").json() == factor
    assert okta.delete(f"/users/{user}/factors/{factor['id']}").status_code == 204
    okta.post(f"/users/{user}/factors", json={"factorType": "push"})
    assert okta.post(f"/users/{user}/lifecycle/reset_factors").status_code == 200
    assert okta.get(f"/users/{user}/factors").json() == []


def test_a_factor_of_a_deactivated_user_stays(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    factor = okta.post(f"/users/{user}/factors", json={"factorType": "push"}).json()["id"]
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.delete(f"/users/{user}/factors/{factor}")) == (403, "E0000038")


def test_a_direct_assignment_is_taken_away_and_a_groups_is_not(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    app = okta.post("/apps", json={"label": "Payroll"}).json()["id"]
    assigned = okta.post(f"/apps/{app}/users", json={"id": user}).json()
    assert (assigned["scope"], assigned["credentials"]) == ("USER", {"userName": DANA})
    assert [each["label"] for each in okta.get(f"/users/{user}/appLinks").json()] == ["Payroll"]
    assert okta.delete(f"/apps/{app}/users/{user}").status_code == 204
    okta.put(f"/groups/{group}/users/{user}")
    okta.put(f"/apps/{app}/groups/{group}")
    answer = okta.delete(f"/apps/{app}/users/{user}")
    assert code(answer) == (403, "E0000046")
    assert "group memberships" in causes(answer)[0]
    okta.delete(f"/groups/{group}/users/{user}")
    assert code(okta.delete(f"/apps/{app}/users/{user}")) == (404, "E0000007")


def test_app_users_are_paged_once_each(box: Endpoint) -> None:
    okta = OrgApi(box)
    group, app = okta.group(), okta.post("/apps", json={"label": "Payroll"}).json()["id"]
    users = [okta.user(f"user.n{number}") for number in range(5)]
    for user in users:
        okta.put(f"/groups/{group}/users/{user}")
    okta.put(f"/apps/{app}/groups/{group}")
    okta.post(f"/apps/{app}/users", json={"id": users[0]})
    found = okta.everything(f"/apps/{app}/users", limit=2)
    assert [each["id"] for each in found] == users
    assert [each["scope"] for each in found] == ["USER", *["GROUP"] * 4]


def test_no_app_is_given_to_a_deactivated_user(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    app = okta.post("/apps", json={"label": "Payroll"}).json()["id"]
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.post(f"/apps/{app}/users", json={"id": user})) == (403, "E0000117")


def test_admin_roles_are_assigned_once_and_taken_away(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    role = okta.post(f"/users/{user}/roles", json={"type": "HELP_DESK_ADMIN"})
    assert (role.status_code, role.json()["label"]) == (201, "Help Desk Administrator")
    assert code(okta.post(f"/users/{user}/roles", json={"type": "HELP_DESK_ADMIN"})) == (409, "E0000090")
    assert code(okta.post(f"/users/{user}/roles", json={"type": "KING"})) == (400, "E0000001")
    assert okta.delete(f"/users/{user}/roles/{role.json()['id']}").status_code == 204
    assert okta.get(f"/users/{user}/roles").json() == []


def test_a_device_is_suspended_deactivated_and_deleted(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    device = okta.order("/equip", login=DANA, devices=[{"displayName": "Laptop", "platform": "MACOS"}])[
        "devices"
    ][0]
    listed = okta.get(f"/users/{user}/devices").json()
    assert [each["device"]["profile"]["displayName"] for each in listed] == ["Laptop"]
    assert okta.get(f"/devices/{device}/users").json()[0]["user"]["id"] == user
    assert code(okta.delete(f"/devices/{device}")) == (403, "E0000152")
    assert okta.post(f"/devices/{device}/lifecycle/suspend").status_code == 204
    assert code(okta.post(f"/devices/{device}/lifecycle/suspend")) == (403, "E0000152")
    assert okta.get(f"/devices/{device}").json()["status"] == "SUSPENDED"
    assert okta.post(f"/devices/{device}/lifecycle/deactivate").status_code == 204
    assert okta.get(f"/users/{user}/devices").json() == []
    assert okta.delete(f"/devices/{device}").status_code == 204


def test_the_api_tokens_of_a_leaver_are_found_and_revoked(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    token = okta.order("/equip", login=DANA, api_tokens=["nightly export"])["api_tokens"][0]
    found = okta.get(f"/api-tokens/{token}").json()
    assert (found["name"], found["userId"]) == ("nightly export", user)
    assert okta.delete(f"/api-tokens/{token}").status_code == 204
    assert code(okta.get(f"/api-tokens/{token}")) == (404, "E0000007")


def test_the_system_log_tells_who_did_what_to_whom(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    okta.post(f"/users/{user}/lifecycle/suspend")
    okta.post(f"/users/{user}/lifecycle/suspend")
    events = okta.everything("/logs", filter=f'target.id eq "{user}"', limit=2)
    assert [each["eventType"] for each in events] == [
        "user.account.update_password",
        "user.lifecycle.create",
        "user.lifecycle.activate",
        "group.user_membership.add",
        "user.lifecycle.suspend",
    ]
    assert {each["actor"]["id"] for each in events} == {okta.get("/users/me").json()["id"]}
    newest = okta.get("/logs", params={"sortOrder": "DESCENDING", "limit": 1}).json()
    assert newest[0]["eventType"] == "user.lifecycle.suspend"


def test_deleting_a_user_takes_all_that_was_his(box: Endpoint) -> None:
    okta = OrgApi(box)
    user, group = okta.user(), okta.group()
    okta.put(f"/groups/{group}/users/{user}")
    okta.order(
        "/equip",
        login=DANA,
        apps=["Payroll"],
        roles=["ORG_ADMIN"],
        grants=["c"],
        factors=[{"factorType": "sms"}],
    )
    okta.order("/signin", login=DANA)
    okta.delete(f"/users/{user}")
    okta.delete(f"/users/{user}")
    assert okta.get(f"/groups/{group}/users").json() == []
    assert okta.sessions() == []
    assert code(okta.get(f"/users/{user}/grants")) == (404, "E0000007")


def test_the_org_tells_its_name(box: Endpoint) -> None:
    assert OrgApi(box).get("/org").json()["subdomain"] == "acme"


def test_everybody_with_a_role_is_listed_once(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    for role in ("HELP_DESK_ADMIN", "ORG_ADMIN"):
        okta.post(f"/users/{user}/roles", json={"type": role})
    okta.user("lee.park")
    owner = okta.get("/users/me").json()["id"]
    first = okta.get("/iam/assignees/users", params={"limit": 1}).json()
    assert [each["id"] for each in first["value"]] == [owner]
    second = okta.get(first["_links"]["next"]["href"]).json()
    assert [each["id"] for each in second["value"]] == [user]
    assert second["_links"] == {}


def test_one_refresh_token_is_revoked_alone(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    tokens = [okta.order("/signin", login=DANA)["refresh_token"] for _ in range(2)]
    path = f"/users/{user}/clients/okta.dashboard/tokens"
    assert okta.delete(f"{path}/{tokens[0]}").status_code == 204
    assert [each["id"] for each in okta.get(path).json()] == tokens[1:]
    assert code(okta.delete(f"{path}/{tokens[0]}")) == (404, "E0000007")
