from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leaver.actions import connect, credentials
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint

from .contract import DirectoryContract, FaultContract, Subject
from .script import ENTRA, OKTA, TENANT

MANY = 1_030
OUT = ("SUSPENDED", "DEPROVISIONED", "LOCKED_OUT")
STARTED = time.monotonic()


def ticking() -> datetime:
    return datetime(2026, 11, 22, 14, tzinfo=UTC) + timedelta(seconds=time.monotonic() - STARTED)


def name(number: int) -> str:
    return f"person.{number}@acme.example"


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    home: Path = tmp_path_factory.mktemp("home") / "sandbox"
    with running_sandbox(home, ticking) as found:
        yield found


def opened(box: Endpoint, directory: str, settings: Any) -> Any:
    held = credentials("acme", directory, settings, sandbox=True, environ={}, home=box.home.parent)
    return lambda policy: connect("acme", directory, settings, sandbox=True, credentials=held, policy=policy)


def ids_of(box: Endpoint, directory: str, settings: Any) -> dict[str, str]:
    found = Subject(directory, opened(box, directory, settings), []).do(lambda each: each.accounts())
    return {account.username: id for id, account in found.items()}


@pytest.fixture(scope="module")
def entra(box: Endpoint) -> Subject:
    box.register("acme", "entra", "entra", TENANT, ["acme.example"])
    users = [
        {
            "userPrincipalName": name(number),
            "displayName": f"Person {number}",
            "accountEnabled": number >= len(OUT),
            "manager": name(MANY - 1),
        }
        for number in range(MANY)
    ]
    groups = [
        {"displayName": f"Group {number}", "members": [name(each) for each in range(number)]}
        for number in range(25)
    ]
    groups.append({"displayName": "Everyone", "members": [name(each) for each in range(MANY)]})
    box.admin("POST", "/seed", {"client": "acme", "directory": "entra", "users": users, "groups": groups})
    ids = ids_of(box, "entra", ENTRA)
    return Subject(
        "entra",
        opened(box, "entra", ENTRA),
        spare=[ids[name(number)] for number in range(100, 200)],
        users=MANY,
        disabled={ids[name(number)]: "disabled" for number in range(len(OUT))},
        groups={each["displayName"]: {ids[member] for member in each["members"]} for each in groups},
        box=box,
    )


@pytest.fixture(scope="module")
def okta(box: Endpoint) -> Subject:
    box.register("acme", "okta", "okta", "acme", ["acme.example"])
    users = [
        {
            "profile": {
                "login": name(number),
                "email": name(number),
                "firstName": "Person",
                "lastName": str(number),
            },
            "status": OUT[number] if number < len(OUT) else "ACTIVE",
        }
        for number in range(MANY)
    ]
    members = {f"Group {number}": [name(each) for each in range(3, 3 + number)] for number in range(25)}
    members["All"] = [name(each) for each in range(3, MANY)]
    body = {"users": users, "groups": [{"name": each} for each in members], "members": members}
    box.admin("POST", "/seed", {"client": "acme", "directory": "okta", **body})
    ids = ids_of(box, "okta", OKTA)
    return Subject(
        "okta",
        opened(box, "okta", OKTA),
        spare=[ids[name(number)] for number in range(100, 200)],
        users=MANY,
        disabled={ids[name(number)]: status for number, status in enumerate(OUT)},
        groups={group: {ids[login] for login in logins} for group, logins in members.items()},
        box=box,
    )


class OnTheSandbox(DirectoryContract, FaultContract):
    @pytest.fixture(autouse=True)
    def good_day(self, subject: Subject) -> Iterator[None]:
        yield
        assert subject.box is not None
        subject.box.admin("DELETE", "/faults")


class TestEntraOnTheSandbox(OnTheSandbox):
    @pytest.fixture
    def subject(self, entra: Subject) -> Subject:
        return entra

    def test_who_reports_to_whom(self, subject: Subject) -> None:
        found = subject.do(lambda directory: directory.accounts())
        by_name = {account.username: account for account in found.values()}
        assert {account.manager for account in found.values()} == {by_name[name(MANY - 1)].id}


class TestOktaOnTheSandbox(OnTheSandbox):
    @pytest.fixture
    def subject(self, okta: Subject) -> Subject:
        return okta
