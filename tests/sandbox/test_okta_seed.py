"""Filling, emptying and watching an org through the sandbox's own calls."""

from __future__ import annotations

import pytest

from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from tests.sandbox.okta_api import PASSWORD, OrgApi, code, person

WHERE = {"client": "acme", "directory": "okta"}


@pytest.mark.slow
def test_ten_thousand_users_are_loaded_at_once(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [person(f"user.n{number}")["profile"] for number in range(10_000)]
    members = {"everybody": [each["login"] for each in users], "few": [users[0]["login"]]}
    groups = [{"name": "everybody"}, {"name": "few", "description": "Few"}]
    made = box.admin("POST", "/seed", {**WHERE, "users": users, "groups": groups, "members": members})
    assert len(made["users"]) == 10_000
    listed = okta.get("/users", params={"search": 'profile.lastName eq "N9999"'}).json()
    assert [each["id"] for each in listed] == [made["users"]["user.n9999@acme.example"]]
    page = okta.get(f"/groups/{made['groups']['everybody']}/users").json()
    assert len(page) == 1000
    assert len(okta.get(f"/users/{made['users']['user.n0@acme.example']}/groups").json()) == 3


def test_seeded_users_behave_like_created_ones(box: Endpoint) -> None:
    okta = OrgApi(box)
    users = [
        {"profile": person("dana.reyes")["profile"], "password": PASSWORD},
        {"profile": person("lee.park")["profile"], "status": "STAGED"},
        {"profile": person("sam.okafor")["profile"], "status": "DEPROVISIONED"},
    ]
    made = box.admin("POST", "/seed", {**WHERE, "users": users})["users"]
    assert [okta.status(each) for each in made.values()] == ["ACTIVE", "STAGED", "DEPROVISIONED"]
    dana = made["dana.reyes@acme.example"]
    changed = okta.post(
        f"/users/{dana}/credentials/change_password",
        json={"oldPassword": {"value": PASSWORD}, "newPassword": {"value": "Other-Horse-8"}},
    )
    assert changed.status_code == 200
    assert okta.post(f"/users/{dana}/lifecycle/suspend").status_code == 200


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"users": [{"login": "x"}]}, "email: The field cannot be left blank"),
        ({"users": [person("a.b")["profile"]] * 2}, "login: An object with this field already exists"),
        ({"users": [{"profile": person("a.b")["profile"], "status": "GONE"}]}, "status: Unknown status GONE"),
        ({"members": {"nope": ["a@b.example"]}}, "Resource not found: nope"),
    ],
)
def test_a_seed_that_the_api_would_refuse_changes_nothing(
    box: Endpoint, content: dict[str, object], said: str
) -> None:
    okta = OrgApi(box)
    with pytest.raises(DirectoryError, match=said):
        box.admin("POST", "/seed", {**WHERE, **content})
    assert len(okta.everything("/users")) == 1


def test_sign_ins_and_sessions_through_the_cores_calls(box: Endpoint) -> None:
    okta = OrgApi(box)
    okta.user()
    signed_in = box.admin("POST", "/signin", {**WHERE, "username": "dana.reyes@acme.example"})
    assert signed_in["ok"] is True
    sessions = box.admin("GET", "/sessions", client="acme")["sessions"]
    assert {each["id"] for each in sessions} == {signed_in["session"], signed_in["refresh_token"]}
    assert box.admin("POST", "/signin", {**WHERE, "username": "no@acme.example"}) == {
        "ok": False,
        "reason": "unknown user",
    }


def test_a_reset_leaves_a_new_org_that_the_old_token_still_opens(box: Endpoint) -> None:
    okta = OrgApi(box)
    user = okta.user()
    okta.group()
    okta.order("/equip", login="dana.reyes@acme.example", apps=["Payroll"], devices=[{}], roles=["ORG_ADMIN"])
    okta.order("/signin", login="dana.reyes@acme.example")
    box.admin("POST", "/reset", {"client": "acme"})
    assert code(okta.get(f"/users/{user}")) == (404, "E0000007")
    assert [each["profile"]["name"] for each in okta.get("/groups").json()] == ["Everyone"]
    assert okta.get("/apps").json() == []
    assert okta.get("/devices").json() == []
    assert okta.sessions() == []


def test_emptying_one_org_leaves_the_other(box: Endpoint) -> None:
    OrgApi(box).user()
    other = OrgApi(box, "globex", "globex")
    user = other.user()
    box.admin("POST", "/reset", {"client": "acme"})
    assert other.status(user) == "ACTIVE"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("/transition", {"client": "nobody", "seconds": 1}, "0 Okta orgs fit"),
        ("/transition", {"client": "acme"}, "seconds"),
        ("/status", {"client": "acme", "login": "no@acme.example", "status": "ACTIVE"}, "Resource not found"),
        ("/status", {"client": "acme", "login": "x", "status": "GONE"}, "Use one of STAGED"),
        ("/equip", {"client": "acme", "login": "okta.admin@acme.example", "roles": ["KING"]}, "role type"),
    ],
)
def test_an_order_that_cannot_be_carried_out_says_why(
    box: Endpoint, path: str, body: dict[str, object], said: str
) -> None:
    OrgApi(box)
    with pytest.raises(DirectoryError, match=said):
        box.admin("POST", f"/okta{path}", body)
