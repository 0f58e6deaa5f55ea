"""What the real azuread plugin does that one would not expect, and the stand-in does too."""

from __future__ import annotations

import threading
from concurrent import futures
from pathlib import Path
from typing import Any

import pytest
from azuread_stage import (
    ADA,
    BOB,
    GROUP,
    LOST,
    MEMBER,
    TRACE,
    USER,
    Result,
    group_id,
    staged,
    user_id,
    with_token,
)
from scripted import CALLER, Exchange, Failed

from leaver.providers.azuread.provider import provider
from leaver.providers.base import planning

pytestmark = pytest.mark.slow


def test_a_user_whose_create_failed_half_way_is_kept_with_his_inputs(results: dict[str, Result]) -> None:
    answer = results["fault.user.create.showInAddressList_403"].answer
    assert isinstance(answer, Failed)
    assert answer.resource_id == f"/users/{user_id(2)}"
    assert answer.properties["userPrincipalName"] == "b@corp.example"


def test_a_group_whose_member_failed_believes_to_have_it(results: dict[str, Result]) -> None:
    answer = results["fault.group.create.member_not_found"].answer
    assert isinstance(answer, Failed)
    assert answer.properties["members"] == LOST["members"]


def test_a_failed_update_keeps_the_old_outputs(results: dict[str, Result]) -> None:
    answer = results["fault.user.update.404_once"].answer
    assert isinstance(answer, Failed)
    assert answer.properties["department"] == ""


def test_an_imported_user_proposes_what_is_set_and_never_a_password(results: dict[str, Result]) -> None:
    answer = results["user.import"].answer
    assert isinstance(answer, tuple)
    assert answer[2] == {
        "__defaults": [],
        "department": "Sales",
        "displayName": "Bob Example",
        "forcePasswordChange": None,
        "jobTitle": "Rep",
        "mailNickname": "bob",
        "managerId": user_id(1),
        "showInAddressList": False,
        "usageLocation": "GB",
        "userPrincipalName": "bob@corp.example",
    }
    assert answer[1]["password"] is None


def test_a_password_in_the_program_would_reset_that_of_an_imported_user(
    results: dict[str, Result], tmp_path: Path
) -> None:
    answer = results["user.import"].answer
    assert isinstance(answer, tuple)
    with staged(tmp_path) as stage:
        changes = stage.engine.diff(USER, answer[1], BOB)
        assert set(changes) == {"password", "forcePasswordChange", "showInAddressList"}
        stage.script.play(with_token(TRACE["provider.configure"]))
        stage.engine.configure(stage.config)
        stage.script.play([])
        stage.engine.update(USER, answer[1], BOB)
        assert stage.script.asked[0][2]["passwordProfile"]["password"] == BOB["password"]


def test_an_imported_group_proposes_its_members_owners_and_nickname(results: dict[str, Result]) -> None:
    answer = results["group.import"].answer
    assert isinstance(answer, tuple)
    assert set(answer[2]) == {
        "__defaults",
        "description",
        "displayName",
        "mailNickname",
        "members",
        "owners",
        "securityEnabled",
    }


def test_dropping_account_enabled_enables_a_disabled_account_again(results: dict[str, Result]) -> None:
    disabled = results["user.update.account_enabled_false"].answer
    assert isinstance(disabled, dict)
    assert disabled["accountEnabled"] is False
    served = provider().resources[USER]
    planned = planning.plan(served, disabled, planning.check(served, ADA, "ada")[0])
    assert planning.diff(served, disabled, planned) == {"accountEnabled": "update"}


def test_memberships_of_one_group_change_one_after_the_other(tmp_path: Path) -> None:
    people = [user_id(number) for number in range(1, 9)]
    with staged(tmp_path) as stage:
        stage.script.play(with_token(TRACE["provider.configure"]))
        stage.engine.configure(stage.config)
        directory = OneGroup()
        stage.script.answer = directory.answer  # type: ignore[method-assign]
        with futures.ThreadPoolExecutor(len(people)) as pool:
            made = list(
                pool.map(
                    lambda person: stage.engine.create(
                        MEMBER, {"groupObjectId": group_id(1), "memberObjectId": person}
                    ),
                    people,
                )
            )
    assert not any(isinstance(answer, Failed) for answer in made)
    assert directory.members == set(people)
    # Each member's four requests lie together: nothing else was asked in between.
    assert [request[:2] for request in directory.asked][:8:4] == [
        ("GET", f"/beta/groups/{group_id(1)}"),
        ("GET", f"/beta/groups/{group_id(1)}"),
    ]
    assert directory.asked[::4] == [directory.asked[0]] * len(people)


class OneGroup:
    """A directory of one group, just enough to add members to it."""

    def __init__(self) -> None:
        self.members: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, body: Any, headers: object) -> Exchange:
        with self.lock:
            self.asked.append((method, path))
            found: object = {"id": group_id(1), "displayName": "eng"}
            if method == "POST":
                self.members.add(body["@odata.id"].rpartition("/")[2])
                return Exchange(method, path, body, 204, {}, None, 0.0)
            if path.endswith(("/owners", "/memberOf")):
                found = {"value": []}
            if "/members" in path:
                wanted = path.rpartition("eq+'")[2].rstrip("'")
                found = {
                    "value": [
                        {"id": member} for member in self.members if wanted in ("", member) or "?" not in path
                    ]
                }
            return Exchange(method, path, None, 200, {}, found, 0.0)


def test_a_groups_own_owners_come_first_the_caller_then_users_then_apps(tmp_path: Path) -> None:
    app, person = "e0000000-0000-4000-8000-000000000001", user_id(1)
    kinds = {app: "servicePrincipal", person: "user"}
    with staged(tmp_path) as stage:
        stage.script.play(with_token(TRACE["provider.configure"]))
        stage.engine.configure(stage.config)
        bodies: list[Any] = []

        def answer(method: str, path: str, body: Any, _headers: object) -> Exchange:
            found: dict[str, Any] = {"id": group_id(1), "displayName": "eng", "value": []}
            if "directoryObjects" in path:
                owner = path.rpartition("/")[2]
                found = {"id": owner, "@odata.type": f"#microsoft.graph.{kinds[owner]}"}
            if method == "POST":
                bodies.append(body)
            return Exchange(method, path, body, 200, {}, found, 0.0)

        stage.script.answer = answer  # type: ignore[method-assign]
        made = stage.engine.create(
            GROUP, {"displayName": "eng", "securityEnabled": True, "owners": [app, CALLER, person]}
        )
    assert not isinstance(made, Failed)
    assert bodies[0]["owners@odata.bind"] == [
        f"https://graph.example/beta/directoryObjects/{owner}" for owner in (CALLER, person, app)
    ]


def test_a_group_without_members_never_lists_them(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.script.play(with_token(TRACE["provider.configure"]))
        stage.engine.configure(stage.config)
        directory = OneGroup()
        stage.script.answer = directory.answer  # type: ignore[method-assign]
        answer = stage.engine.read(
            "azuread:index/groupWithoutMembers:GroupWithoutMembers", f"/groups/{group_id(1)}"
        )
    assert not isinstance(answer, Failed)
    assert "members" not in answer[1]
    path = f"/beta/groups/{group_id(1)}"
    assert [request[1] for request in directory.asked] == [path, f"{path}/owners", f"{path}/memberOf"]
