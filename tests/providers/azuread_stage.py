"""The azuread stand-in on a scripted directory, and how to bring about each recorded operation."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import trustme
from scripted import Clock, Engine, Exchange, Failed, Script, plugged, recorded, serving, settled, token

from leaver.providers.azuread.graph import POLICY
from leaver.providers.azuread.provider import connect, provider
from leaver.providers.base.http import Http

TRACE = recorded(Path(__file__).parent.parent / "fixtures" / "traces" / "azuread.jsonl")
TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "33333333-3333-4333-8333-333333333333"
USER = "azuread:index/user:User"
GROUP = "azuread:index/group:Group"
MEMBER = "azuread:index/groupMember:GroupMember"
ROLE = "azuread:index/directoryRole:DirectoryRole"
ASSIGNMENT = "azuread:index/directoryRoleAssignment:DirectoryRoleAssignment"
APP_ROLE = "azuread:index/appRoleAssignment:AppRoleAssignment"


def user_id(number: int) -> str:
    return f"a0000000-0000-4000-8000-{number:012}"


def group_id(number: int) -> str:
    return f"b0000000-0000-4000-8000-{number:012}"


ADA = {
    "userPrincipalName": "ada@corp.example",
    "displayName": "Ada Example",
    "givenName": "Ada",
    "surname": "Example",
    "department": "Engineering",
    "jobTitle": "Director",
    "employeeHireDate": "2026-01-05T00:00:00Z",
    "employeeId": "E1001",
    "employeeType": "Employee",
    "costCenter": "CC-10",
    "division": "R&D",
    "usageLocation": "GB",
    "password": "Init-Passw0rd-1",
}
BOB = {
    "userPrincipalName": "bob@corp.example",
    "displayName": "Bob Example",
    "department": "Sales",
    "jobTitle": "Rep",
    "usageLocation": "GB",
    "password": "Init-Passw0rd-1",
    "managerId": user_id(1),
}
ENG = {
    "displayName": "eng",
    "description": "Engineering",
    "securityEnabled": True,
    "members": [user_id(1), user_id(2)],
}
OPS = {"displayName": "ops", "securityEnabled": True}


def small(name: str) -> dict[str, object]:
    return {
        "userPrincipalName": f"{name}@corp.example",
        "displayName": name,
        "password": "Init-Passw0rd-1",
    }


@dataclass
class Stage:
    """The stand-in connected to a script, and what earlier operations left: (inputs, outputs) by name."""

    engine: Engine
    script: Script
    clock: Clock
    config: dict[str, object]
    kept: dict[str, tuple[dict[str, Any], dict[str, Any]]]

    def create(self, kind: str, name: str, inputs: dict[str, Any], **options: Any) -> object:
        answer = self.engine.create(kind, inputs, **options)
        if not isinstance(answer, Failed):
            self.kept[name] = (inputs, answer)
        return answer

    def change(self, kind: str, name: str, drop: str = "", **changes: object) -> object:
        inputs, olds = self.kept[name]
        inputs = {key: value for key, value in {**inputs, **changes}.items() if key != drop}
        answer = self.engine.update(kind, olds, inputs)
        if not isinstance(answer, Failed):
            self.kept[name] = (inputs, answer)
        return answer

    def refresh(self, kind: str, name: str) -> object:
        inputs, olds = self.kept[name]
        return self.engine.read(kind, str(olds["id"]), olds, inputs)

    def delete(self, kind: str, name: str) -> object:
        return self.engine.delete(kind, self.kept[name][1])

    def several(self, *steps: Callable[[], object]) -> object:
        return [step() for step in steps]


def membership(group: int, user: int) -> dict[str, Any]:
    return {"groupObjectId": group_id(group), "memberObjectId": user_id(user)}


def existing(stage: Stage, kind: str, resource_id: str, name: str) -> object:
    """Read without a state, as an import does, and keep what is found."""
    answer = stage.engine.read(kind, resource_id)
    if not isinstance(answer, Failed) and answer[0]:
        inputs = {key: value for key, value in answer[2].items() if value is not None}
        stage.kept[name] = (inputs, answer[1])
    return answer


ROLE_TEMPLATE = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
ROLE_ASSIGNMENT = {"principalObjectId": user_id(1), "roleId": ROLE_TEMPLATE}
APP = "e0000000-0000-4000-8000-00000000aaaa"
APP_ASSIGNMENT = {
    "appRoleId": "00000000-0000-0000-0000-000000000000",
    "principalObjectId": user_id(1),
    "resourceObjectId": APP,
}
LOST = {"displayName": "g", "securityEnabled": True, "members": ["a0000000-0000-4000-8000-00000000dead"]}

OPERATIONS: dict[str, Callable[[Stage], object]] = {
    "provider.configure": lambda s: s.engine.configure(s.config),
    "user.create": lambda s: s.create(USER, "ada", ADA),
    "user.create.with_manager": lambda s: s.create(USER, "bob", BOB),
    "user.read.refresh": lambda s: s.refresh(USER, "ada"),
    "user.read.refresh.with_manager": lambda s: s.refresh(USER, "bob"),
    "user.read.drift": lambda s: s.refresh(USER, "ada"),
    "user.update.account_enabled_false": lambda s: s.change(USER, "ada", accountEnabled=False),
    "user.update.rename": lambda s: s.change(
        USER, "ada", displayName="Ada Renamed", userPrincipalName="ada.renamed@corp.example"
    ),
    "user.update.password": lambda s: s.change(
        USER, "ada", password="Next-Passw0rd-2", forcePasswordChange=True
    ),
    "user.update.remove_department": lambda s: s.change(USER, "ada", drop="department"),
    "user.update.remove_manager": lambda s: s.change(USER, "bob", drop="managerId"),
    "user.update.set_manager": lambda s: s.change(USER, "bob", managerId=user_id(1)),
    "user.update.show_in_address_list": lambda s: s.change(USER, "bob", showInAddressList=False),
    "user.import": lambda s: s.engine.read(USER, f"/users/{user_id(2)}"),
    "user.import.bad_id": lambda s: s.engine.read(USER, "/users/not-found-0000"),
    "user.import.not_found": lambda s: s.engine.read(USER, "/users/a0000000-0000-4000-8000-0000000fffff"),
    "getUser.by_upn": lambda s: s.engine.invoke(
        "azuread:index/getUser:getUser", {"userPrincipalName": "bob@corp.example"}
    ),
    "getUser.by_object_id": lambda s: s.engine.invoke(
        "azuread:index/getUser:getUser", {"objectId": user_id(2)}
    ),
    "getUser.not_found": lambda s: s.engine.invoke(
        "azuread:index/getUser:getUser", {"userPrincipalName": "nobody@corp.example"}
    ),
    "group.create.inline_members": lambda s: s.create(GROUP, "eng", ENG),
    "group.create.no_members": lambda s: s.create(GROUP, "ops", OPS),
    "group.read.refresh": lambda s: s.refresh(GROUP, "eng"),
    "group.update.remove_inline_member": lambda s: s.change(GROUP, "eng", members=[user_id(2)]),
    "group.update.add_inline_member": lambda s: s.change(GROUP, "eng", members=[user_id(2), user_id(1)]),
    "group.update.rename": lambda s: s.change(GROUP, "eng", displayName="engineering"),
    "group.update.members_empty": lambda s: s.change(GROUP, "eng", members=[]),
    "group.update.members_back": lambda s: s.change(GROUP, "eng", members=[user_id(2), user_id(1)]),
    "group.import": lambda s: s.engine.read(GROUP, f"/groups/{group_id(1)}"),
    "group.create.prevent_dup": lambda s: s.engine.create(GROUP, {**OPS, "preventDuplicateNames": True}),
    "groupMember.create": lambda s: s.create(MEMBER, "ops-ada", membership(2, 1)),
    "groupMember.create.already_exists": lambda s: s.engine.create(MEMBER, membership(2, 1)),
    "groupMember.read.refresh": lambda s: s.refresh(MEMBER, "ops-ada"),
    "groupMember.import": lambda s: s.engine.read(MEMBER, f"{group_id(2)}/member/{user_id(1)}"),
    "groupMember.delete": lambda s: s.delete(MEMBER, "ops-ada"),
    "groupMember.read.missing": lambda s: s.refresh(MEMBER, "ops-ada"),
    "groupMember.delete.missing": lambda s: s.delete(MEMBER, "ops-ada"),
    "group.delete": lambda s: s.delete(GROUP, "ops"),
    "group.delete.missing": lambda s: s.delete(GROUP, "ops"),
    "group.read.missing": lambda s: s.refresh(GROUP, "ops"),
    "user.delete": lambda s: s.delete(USER, "bob"),
    "user.delete.missing": lambda s: s.delete(USER, "bob"),
    "user.read.missing": lambda s: s.refresh(USER, "bob"),
    "directoryRole.create": lambda s: s.create(ROLE, "role", {"displayName": "Directory Readers"}),
    "directoryRole.create.already_active": lambda s: s.engine.create(
        ROLE, {"displayName": "Directory Readers"}
    ),
    "directoryRole.read": lambda s: s.refresh(ROLE, "role"),
    "directoryRoleAssignment.create": lambda s: s.create(ASSIGNMENT, "assignment", ROLE_ASSIGNMENT),
    "directoryRoleAssignment.read": lambda s: s.refresh(ASSIGNMENT, "assignment"),
    "directoryRoleAssignment.import": lambda s: s.engine.read(
        ASSIGNMENT, "/roleManagement/directory/roleAssignments/d0000000-0000-4000-8000-000000000001"
    ),
    "directoryRoleAssignment.delete": lambda s: s.delete(ASSIGNMENT, "assignment"),
    "directoryRoleAssignment.delete.missing": lambda s: s.delete(ASSIGNMENT, "assignment"),
    "appRoleAssignment.create": lambda s: s.create(APP_ROLE, "app", APP_ASSIGNMENT),
    "appRoleAssignment.read": lambda s: s.refresh(APP_ROLE, "app"),
    "appRoleAssignment.import": lambda s: s.engine.read(APP_ROLE, str(s.kept["app"][1]["id"])),
    "appRoleAssignment.delete": lambda s: s.delete(APP_ROLE, "app"),
    "appRoleAssignment.delete.missing": lambda s: s.delete(APP_ROLE, "app"),
    "group.read.paged": lambda s: existing(s, GROUP, f"/groups/{group_id(2)}", "paged"),
    "fault.post_user_429_retry_after_4": lambda s: s.create(USER, "a", small("a")),
    "fault.read_429_no_header_x3": lambda s: s.refresh(USER, "a"),
    "fault.read_429_httpdate": lambda s: s.refresh(USER, "a"),
    "fault.token_not_refetched_read": lambda s: s.refresh(USER, "a"),
    "fault.user.create.hidden_3s": lambda s: s.create(USER, "a", small("a")),
    "fault.group.create.hidden_3s": lambda s: s.engine.create(
        GROUP, {"displayName": "g", "securityEnabled": True}
    ),
    "fault.user.create.503_once": lambda s: s.create(USER, "a", small("a")),
    "fault.user.create.503_after_effect": lambda s: s.engine.create(USER, small("a")),
    "fault.user.create.503_with_create_timeout_30": lambda s: s.engine.create(USER, small("b"), timeout=30),
    "fault.user.create.400_invalid_property_values_x2": lambda s: s.create(USER, "a", small("a")),
    "fault.group.create.member_not_found": lambda s: s.engine.create(GROUP, LOST),
    "fault.user.create.timeout_12s": lambda s: s.engine.create(USER, small("a"), timeout=12),
    "fault.user.read.403_once": lambda s: s.refresh(USER, "a"),
    "fault.user.read.424_once": lambda s: s.refresh(USER, "a"),
    "fault.user.update.404_once": lambda s: s.change(USER, "a", department="X404"),
    "fault.user.create.conflict": lambda s: s.engine.create(USER, small("a")),
    "fault.user.create.403": lambda s: s.engine.create(USER, small("b")),
    "fault.user.create.showInAddressList_403": lambda s: s.engine.create(USER, small("b")),
    "fault.gm.create.parallel": lambda s: s.several(
        *(partial(s.create, MEMBER, f"member-{user}", membership(1, user)) for user in (3, 2, 1))
    ),
    "fault.gm.delete.parallel": lambda s: s.several(
        *(partial(s.delete, MEMBER, f"member-{user}") for user in (3, 2, 1))
    ),
}


@dataclass(frozen=True)
class Result:
    """What one operation asked for, how long it slept between, and how it ended."""

    asked: list[tuple[str, str, str]]
    headers: list[dict[str, str]]
    naps: list[float]
    answer: object


@contextmanager
def staged(folder: Path) -> Iterator[Stage]:
    """The stand-in behind gRPC, and the servers it is configured for."""
    authority, script, clock = trustme.CA(), Script(), Clock()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))

    def configure(config: dict[str, object], cancelled: Any) -> object:
        http = Http("azuread", "6.11.1", POLICY, ca=folder / "ca.pem", sleep=clock.sleep, clock=clock)
        return connect(config, cancelled, {}, http)

    with ExitStack() as stack:
        tls = stack.enter_context(serving(script, authority))
        login, graph = stack.enter_context(serving(script)), stack.enter_context(serving(script))
        script.hosts = {
            "https://arm.example": f"https://127.0.0.1:{tls}",
            "https://login.example": f"http://127.0.0.1:{login}",
            "https://graph.example": f"http://127.0.0.1:{graph}",
        }
        engine = stack.enter_context(plugged(dataclasses.replace(provider(), configure=configure), clock))
        config = {
            "metadataHost": f"127.0.0.1:{tls}",
            "tenantId": TENANT,
            "clientId": CLIENT,
            "clientSecret": "x",
            "useCli": "false",
            "useMsi": "false",
        }
        yield Stage(engine, script, clock, config, {})


def with_token(exchanges: list[Exchange]) -> list[Exchange]:
    """The recording's token is redacted: put one that can be read."""
    return [
        dataclasses.replace(item, answer={**item.answer, "access_token": token()})
        if item.path.endswith("/token")
        else item
        for item in exchanges
    ]


def replay(folder: Path) -> dict[str, Result]:
    """Every operation in the recording's order; the files of the run are in `folder`."""
    done: dict[str, Result] = {}
    with staged(folder) as stage:
        for name, operation in OPERATIONS.items():
            stage.script.play(with_token(TRACE[name]))
            stage.clock.naps.clear()
            answer = operation(stage)
            asked = [settled(*request) for request in stage.script.asked]
            done[name] = Result(asked, stage.script.headers, list(stage.clock.naps), answer)
    return done
