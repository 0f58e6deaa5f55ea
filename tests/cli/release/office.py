"""A project under version control with its sandbox, for the words of the phone: release, hold, cancel."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from click.testing import Result

from leaver.evidence import Entry, open_store
from leaver.sandbox.endpoint import Endpoint

Run = Callable[..., Result]


ROOT = Path(__file__).parents[3]


ANA = "Ana Lee <ana@msp.example>"


PEOPLE = """\
people:
  lee.park:
    name: Lee Park      # the boss
  dana.reyes:
    name: Dana Reyes
    departure:
      at: 2026-11-27 17:00
      kind: contentious
      hold: {until: released, owner: hr@acme.example, expires: 2026-12-01 17:00}   # the call
  sam.okafor:
    name: Sam Okafor
    accounts: [okta]
"""


CLIENT = """\
name: Acme Robotics
zone: America/New_York
sandbox: true
directories:
  entra: {kind: entra, tenant: %s, domain: acme.example}
  okta: {kind: okta, org: %s, domain: acme.example}
"""


TENANTS = {
    "acme": "11111111-1111-4111-8111-111111111111",
    "blue": "22222222-2222-4222-8222-222222222222",
}


class Office:
    """A project, its repository and its sandbox."""

    def __init__(self, root: Path, box: Endpoint) -> None:
        self.root = root
        self.box = box
        for client, tenant in TENANTS.items():
            box.register(client, "entra", "entra", tenant, ["acme.example"])
            box.register(client, "okta", "okta", client, ["acme.example"])
        self.write("acme", PEOPLE)
        self.write("blue", "people:\n  somebody.else: {name: Somebody Else}\n")
        (root / "Pulumi.yaml").write_text("name: leaver\nruntime: python\n")
        (root / ".gitignore").write_text(".leaver/\n")
        for person in ("lee.park", "dana.reyes"):
            self.account("acme", "entra", person)
        for person in ("lee.park", "dana.reyes", "sam.okafor"):
            self.account("acme", "okta", person)

    def write(self, client: str, people: str) -> None:
        folder = self.root / "identities" / client
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "client.yaml").write_text(CLIENT % (TENANTS[client], client))
        (folder / "people.yaml").write_text(people)

    def account(self, client: str, directory: str, person: str) -> None:
        username = f"{person}@acme.example"
        user: dict[str, Any] = {"userPrincipalName": username, "displayName": person, "accountEnabled": True}
        if directory == "okta":
            user = {"login": username, "email": username, "firstName": person, "lastName": "Example"}
        self.box.admin("POST", "/seed", {"client": client, "directory": directory, "users": [user]})

    def gets_in(self, person: str, client: str = "acme") -> list[str]:
        """The directories in which the person can sign in."""
        username = f"{person}@acme.example"
        return [
            name
            for name in ("entra", "okta")
            if self.box.admin("POST", "/signin", {"client": client, "directory": name, "username": username})[
                "ok"
            ]
        ]

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def under_version_control(self) -> None:
        self.git("init", "-q", "-b", "main")
        self.git("config", "user.name", "Ana Lee")
        self.git("config", "user.email", "ana@msp.example")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "first")

    @property
    def people(self) -> str:
        return (self.root / "identities/acme/people.yaml").read_text()

    def added(self) -> list[str]:
        """The lines that the last commit changed."""
        shown = self.git("show", "--format=", "-U0").splitlines()
        return [line for line in shown if line[:1] in "+-" and line[:3] not in ("+++", "---")]


def answer(result: Result) -> Any:
    return json.loads(result.stdout)


def written(office: Office, client: str = "acme") -> list[Entry]:
    with open_store(office.root / ".leaver") as store:
        return [each.entry for each in store.read(client)]
