"""Users: creation, lookup, lists, replacement and partial update, deletion."""

from __future__ import annotations

import pytest

from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import PASSWORD, OrgApi, causes, code, person

TAKEN = "login: An object with this field already exists in the current organization"


@pytest.mark.parametrize(
    ("password", "query", "status"),
    [
        (PASSWORD, {}, "ACTIVE"),
        (None, {}, "PROVISIONED"),
        (PASSWORD, {"activate": "false"}, "STAGED"),
        (None, {"activate": "false"}, "STAGED"),
        (PASSWORD, {"nextLogin": "changePassword"}, "PASSWORD_EXPIRED"),
    ],
)
def test_the_status_of_a_new_user(
    box: Endpoint, password: str | None, query: dict[str, str], status: str
) -> None:
    okta = OrgApi(box)
    answer = okta.post("/users", params=query, json=person("dana.reyes", password=password))
    assert answer.status_code == 200
    assert answer.json()["status"] == status
    assert okta.status(answer.json()["id"]) == status


def test_an_empty_password_object_sets_no_password(box: Endpoint) -> None:
    okta = OrgApi(box)
    body = {**person("dana.reyes", password=None), "credentials": {"password": {}}}
    created = okta.post("/users", json=body).json()
    assert created["status"] == "PROVISIONED"
    assert created["credentials"] == {"provider": {"type": "OKTA", "name": "OKTA"}}


def test_an_answer_never_holds_a_password(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    assert okta.get(f"/users/{user}").json()["credentials"]["password"] == {}
    assert PASSWORD not in okta.get(f"/users/{user}").text


def test_a_login_is_taken_whatever_its_case(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user()
    answer = okta.post("/users", json=person("DANA.REYES"))
    assert code(answer) == (400, "E0000001")
    assert answer.json()["errorSummary"] == "Api validation failed: login"
    assert causes(answer) == [TAKEN]


def test_a_deprovisioned_user_still_holds_the_login_until_deleted(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    assert okta.delete(f"/users/{user}").status_code == 204
    assert okta.status(user) == "DEPROVISIONED"
    assert causes(okta.post("/users", json=person("dana.reyes"))) == [TAKEN]
    assert okta.delete(f"/users/{user}").status_code == 204
    assert code(okta.get(f"/users/{user}")) == (404, "E0000007")
    assert code(okta.delete(f"/users/{user}")) == (404, "E0000007")
    assert okta.user() != user


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        ({"login": None}, ["login: The field cannot be left blank"]),
        (
            {"firstName": "", "lastName": " "},
            ["firstName: The field cannot be left blank", "lastName: The field cannot be left blank"],
        ),
        ({"login": "dana"}, ["login: Username must be in the form of an email address"]),
        ({"email": "dana"}, ["email: Does not match required pattern"]),
        ({"badge": "B-7"}, ["badge: Property is not defined in the user profile"]),
        ({"title": 7}, ["title: Property type mismatch: string expected"]),
        ({"firstName": "a" * 51}, ["firstName: String is too long; max length: 50"]),
    ],
)
def test_a_profile_that_is_refused(box: Endpoint, profile: dict[str, object], expected: list[str]) -> None:
    okta = OrgApi(box)
    answer = okta.post("/users", json=person("dana.reyes", **profile))
    assert code(answer) == (400, "E0000001")
    assert causes(answer) == expected


def test_a_password_that_is_too_weak(box: Endpoint) -> None:
    okta = OrgApi(box)
    answer = okta.post("/users", json=person("dana.reyes", password="short"))
    assert code(answer) == (400, "E0000001")
    assert causes(answer)[0].startswith("password: Password requirements were not met.")


def test_a_custom_attribute_is_known_once_the_schema_has_it(box: Endpoint) -> None:
    okta = OrgApi(box)
    properties = {
        "badge": {"title": "Badge", "type": "string"},
        "floors": {"title": "Floors", "type": "array"},
    }
    answer = okta.post(
        "/meta/schemas/user/default", json={"definitions": {"custom": {"properties": properties}}}
    )
    assert set(answer.json()["definitions"]["custom"]["properties"]) == {"badge", "floors"}
    user = okta.user(badge="B-7", floors=["1", "2"])
    assert okta.get(f"/users/{user}").json()["profile"]["floors"] == ["1", "2"]
    found = okta.get("/users", params={"search": 'profile.floors eq "2" and profile.badge sw "b"'}).json()
    assert [each["id"] for each in found] == [user]


def test_a_user_is_found_by_id_login_shortname_and_me(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    for name in (user, "dana.reyes@acme.example", "Dana.Reyes@ACME.example", "dana.reyes"):
        assert okta.get(f"/users/{name}").json()["id"] == user
    assert okta.get("/users/me").json()["profile"]["login"] == "okta.admin@acme.example"


def test_an_ambiguous_shortname_finds_nobody(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user()
    okta.user(login="dana.reyes@other.example")
    answer = okta.get("/users/dana.reyes")
    assert code(answer) == (404, "E0000007")
    assert answer.json()["errorSummary"] == "Not found: Resource not found: dana.reyes (User)"


def test_put_replaces_the_profile_and_post_changes_only_what_it_names(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user(title="Controller", department="Finance")
    okta.post(f"/users/{user}", json={"profile": {"title": "CFO"}})
    profile = okta.get(f"/users/{user}").json()["profile"]
    assert (profile["title"], profile["department"]) == ("CFO", "Finance")
    okta.put(f"/users/{user}", json={"profile": {**person("dana.reyes")["profile"], "title": "CEO"}})
    profile = okta.get(f"/users/{user}").json()["profile"]
    assert profile["title"] == "CEO"
    assert "department" not in profile


def test_a_null_in_a_partial_update_clears_the_attribute(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user(title="Controller")
    okta.post(f"/users/{user}", json={"profile": {"title": None}})
    assert "title" not in okta.get(f"/users/{user}").json()["profile"]


def test_put_without_a_required_attribute_is_refused(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    answer = okta.put(f"/users/{user}", json={"profile": {"login": "dana.reyes@acme.example"}})
    assert code(answer) == (400, "E0000001")
    assert okta.get(f"/users/{user}").json()["profile"]["lastName"] == "Reyes"


def test_credentials_alone_leave_the_profile(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user(title="Controller", password=None)
    changed = okta.put(f"/users/{user}", json={"credentials": {"password": {"value": PASSWORD}}}).json()
    assert changed["profile"]["title"] == "Controller"
    assert changed["credentials"]["password"] == {}
    assert changed["passwordChanged"] is not None


def test_a_profile_change_leaves_the_status(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.post(f"/users/{user}/lifecycle/suspend")
    okta.put(f"/users/{user}", json={"profile": person("dana.reyes", title="CFO")["profile"]})
    assert okta.status(user) == "SUSPENDED"


def test_a_deprovisioned_user_is_not_found_to_updates(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.post(f"/users/{user}/lifecycle/deactivate")
    assert code(okta.post(f"/users/{user}", json={"profile": {"title": "x"}})) == (404, "E0000007")
    assert code(okta.put(f"/users/{user}", json={"profile": {}})) == (404, "E0000007")
    assert okta.get(f"/users/{user}").status_code == 200


def test_the_login_of_another_user_cannot_be_taken_by_an_update(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user("lee.park")
    user = okta.user()
    answer = okta.post(f"/users/{user}", json={"profile": {"login": "lee.park@acme.example"}})
    assert causes(answer) == [TAKEN]
    assert okta.post(f"/users/{user}", json={"profile": {"login": "d.reyes@acme.example"}}).status_code == 200
    assert okta.get("/users/d.reyes@acme.example").json()["id"] == user


def test_deprovisioned_users_are_listed_only_by_filter_or_search(box: Endpoint) -> None:
    okta = OrgApi(box)
    gone, stays = okta.user("gone.leaver"), okta.user("lee.park")
    okta.post(f"/users/{gone}/lifecycle/deactivate")
    listed = {each["id"] for each in okta.everything("/users")}
    assert stays in listed
    assert gone not in listed
    for query in ({"filter": 'status eq "DEPROVISIONED"'}, {"search": 'status eq "DEPROVISIONED"'}):
        assert [each["id"] for each in okta.everything("/users", **query)] == [gone]
    assert okta.everything("/users", q="gone") == []


def test_lists_are_paged_by_link_headers(box: Endpoint) -> None:
    okta = OrgApi(box)
    made = [okta.user(f"user.n{number}") for number in range(5)]
    first = okta.get("/users", params={"limit": 2, "search": 'profile.firstName eq "user"'})
    assert len(first.json()) == 2
    assert set(first.links) == {"self", "next"}
    everybody = okta.everything("/users", limit=2, search='profile.firstName eq "user"')
    assert [each["id"] for each in everybody] == made


def test_a_sorted_search_is_paged_too(box: Endpoint) -> None:
    okta = OrgApi(box)
    for name in ("a.one", "b.two", "c.three", "d.four", "e.five"):
        okta.user(name)
    found = okta.everything(
        "/users", limit=2, search="profile.lastName pr", sortBy="profile.lastName", sortOrder="desc"
    )
    last_names = [each["profile"]["lastName"] for each in found]
    assert last_names == ["Two", "Three", "One", "Four", "Five", "Administrator"]


def test_a_page_holds_two_hundred_at_most(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [person(f"user.n{number}")["profile"] for number in range(250)]
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", "users": users})
    assert len(okta.get("/users").json()) == 200
    assert len(okta.get("/users", params={"limit": 1000}).json()) == 200
    assert len(okta.everything("/users")) == 251


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_a_limit_that_is_no_count_is_refused(box: Endpoint, limit: str) -> None:
    assert code(OrgApi(box).get("/users", params={"limit": limit})) == (400, "E0000029")


def test_search_and_filter_exclude_each_other(box: Endpoint) -> None:
    query = {"search": 'status eq "ACTIVE"', "filter": 'status eq "ACTIVE"'}
    assert code(OrgApi(box).get("/users", params=query)) == (400, "E0000033")


def test_q_matches_the_beginning_of_names_and_mail(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user("dana.reyes")
    okta.user("lee.park")
    for text in ("Dan", "rey", "dana.reyes@"):
        assert [each["profile"]["firstName"] for each in okta.get("/users", params={"q": text}).json()] == [
            "Dana"
        ]
    assert okta.get("/users", params={"q": "%"}).json() == []


def test_initial_groups_are_joined_at_creation(box: Endpoint) -> None:
    okta = OrgApi(box)
    group = okta.group()
    user = okta.post("/users", json={**person("dana.reyes"), "groupIds": [group]}).json()["id"]
    assert [each["id"] for each in okta.get(f"/groups/{group}/users").json()] == [user]
    answer = okta.post("/users", json={**person("lee.park"), "groupIds": ["00gnope"]})
    assert code(answer) == (404, "E0000007")
    assert code(okta.get("/users/lee.park@acme.example")) == (404, "E0000007")


def test_the_caller_cannot_delete_himself(box: Endpoint) -> None:
    assert code(OrgApi(box).delete("/users/me")) == (403, "E0000006")
