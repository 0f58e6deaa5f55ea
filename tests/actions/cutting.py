"""A client in the embedded sandbox, and people of it to cut."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from leaver.actions import (
    CutReport,
    Directory,
    DirectoryCut,
    ReleaseReport,
    Target,
    Trouble,
    connect,
    credentials,
    cut,
    release,
)
from leaver.actions.call import Policy
from leaver.model import Client, ClientSettings, Person
from leaver.sandbox.endpoint import Endpoint

TENANTS = {
    "acme": "11111111-1111-4111-8111-111111111111",
    "blue": "22222222-2222-4222-8222-222222222222",
}
HASTY = Policy(connect=1.0, read=1.0, call=0.6, settling=0.4, longest_wait=0.3, pause=0.01)
STARTED = time.monotonic()
_NUMBERS = itertools.count(1)


def ticking() -> datetime:
    return datetime(2026, 11, 22, 14, tzinfo=UTC) + timedelta(seconds=time.monotonic() - STARTED)


def settings(client: str, **okta: Any) -> ClientSettings:
    return ClientSettings.model_validate(
        {
            "name": client.title(),
            "sandbox": True,
            "directories": {
                "entra": {"kind": "entra", "tenant": TENANTS[client], "domain": "acme.example"},
                "okta": {"kind": "okta", "org": client, "domain": "acme.example", **okta},
            },
        }
    )


@dataclass
class Cutting:
    """Cuts people in the sandbox, and asks the sandbox itself what became of them."""

    box: Endpoint
    policy: Policy = HASTY
    patience: float = 0.0
    troubles: list[Trouble] = field(default_factory=list)

    def client(self, *people: str, key: str = "acme", record: Any = None, **okta: Any) -> Client:
        """A client whose records are `people`."""
        person = Person.model_validate(record or {})
        return Client(key, settings(key, **okta), {}, dict.fromkeys(people, person))

    def person(self, *clients: str, entra: bool = True, okta: bool = True, status: str = "ACTIVE") -> str:
        """Somebody new, signed in everywhere; their key."""
        key = f"person.{next(_NUMBERS)}"
        username = f"{key}@acme.example"
        for client in clients or ("acme",):
            if entra:
                user = {"userPrincipalName": username, "displayName": key, "accountEnabled": True}
                self.box.admin("POST", "/seed", {"client": client, "directory": "entra", "users": [user]})
            if okta:
                profile = {"login": username, "email": username, "firstName": key, "lastName": "Example"}
                user = {"profile": profile, "status": status}
                self.box.admin("POST", "/seed", {"client": client, "directory": "okta", "users": [user]})
            for directory in ("entra",) * entra + ("okta",) * (okta and status == "ACTIVE"):
                assert self.sign_in(username, client, directory)
        return key

    def sign_in(self, username: str, client: str = "acme", directory: str = "entra") -> bool:
        body = {"client": client, "directory": directory, "username": username}
        return bool(self.box.admin("POST", "/signin", body)["ok"])

    def sessions(self, person: str, client: str = "acme", directory: str | None = None) -> int:
        """How many live sessions and tokens the person has at the client."""
        found = self.box.admin("GET", "/sessions", client=client, directory=directory)["sessions"]
        return sum(each["valid"] for each in found if each["username"] == f"{person}@acme.example")

    def is_out(self, person: str, client: str = "acme") -> bool:
        """Whether neither an old session nor a new sign-in gets the person in, anywhere at the client."""
        username = f"{person}@acme.example"
        return not self.sessions(person, client) and not any(
            self.sign_in(username, client, directory) for directory in ("entra", "okta")
        )

    def fault(self, kind: str, directory: str = "entra", **fields: Any) -> None:
        self.box.fault(kind, client="acme", directory=directory, **fields)

    def open(self, client: Client, name: str) -> Directory:
        found = client.settings.directories[name]
        held = credentials(client.key, name, found, sandbox=True, environ={}, home=self.box.home.parent)
        return connect(client.key, name, found, sandbox=True, credentials=held, policy=self.policy)

    def cut(self, client: Client, person: str, only: tuple[str, ...] = ("entra", "okta")) -> CutReport:
        async def run() -> CutReport:
            opened = {name: self.open(client, name) for name in client.accounts(person) if name in only}
            try:
                return await cut(
                    client,
                    person,
                    opened,
                    clock=ticking,
                    patience=self.patience,
                    tell=self.troubles.append,
                )
            finally:
                for each in opened.values():
                    await each.close()

        return asyncio.run(run())

    def release(
        self,
        first: Target,
        others: Callable[[], list[Target]] = list,
        open_directory: Callable[[Client, str], Directory] | None = None,
        tried: Callable[[], None] = lambda: None,
    ) -> ReleaseReport:
        return asyncio.run(
            release(
                first,
                others,
                open_directory or self.open,
                clock=ticking,
                patience=self.patience,
                tell=self.troubles.append,
                tried=tried,
            )
        )


def by_directory(report: CutReport) -> dict[str, DirectoryCut]:
    return {each.directory: each for each in report.cuts}
