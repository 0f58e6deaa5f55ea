"""A project of its own on the real engine: a folder, a sandbox, and hands to change both."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from leaver import actions, source
from leaver.actions import Account, LiveDirectory, read_live
from leaver.actions.live import called
from leaver.fleet import ApplyReport, Fleet, PreviewReport, VerifyReport, engine_environment
from leaver.model import Client
from leaver.sandbox.endpoint import Endpoint

PROJECT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 22, 14, 0, 0, tzinfo=UTC)
TENANT = "00000000-0000-4000-8000-00000000ac3e"
DIRECTORIES: Mapping[str, Mapping[str, Any]] = {
    "entra": {"kind": "entra", "tenant": TENANT, "domain": "acme.example"},
    "okta": {"kind": "okta", "org": "acme", "domain": "acme.example"},
}


@dataclass
class Ran:
    """One run of the `pulumi` command."""

    code: int
    output: str


class World:
    """One client, `acme`, in the sandbox."""

    def __init__(self, root: Path, endpoint: Endpoint, home: Path) -> None:
        self.root = root
        self.endpoint = endpoint
        self.home = home
        for name in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(PROJECT / name, root / name)
        (root / ".venv").symlink_to(PROJECT / ".venv")
        (root / ".leaver" / "pulumi").mkdir(parents=True, exist_ok=True)
        (root / "stacks").mkdir()
        shutil.copy(PROJECT / "stacks" / "sandbox-passphrase.txt", root / "stacks")

    def write(
        self,
        people: Mapping[str, Any],
        groups: Mapping[str, Any] | None = None,
        *,
        directories: Sequence[str] = ("entra",),
        **settings: Any,
    ) -> None:
        """Write the records of acme, as an engineer's commit would."""
        folder = self.root / "identities" / "acme"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        chosen = {name: dict(DIRECTORIES[name]) for name in directories}
        files: dict[str, Any] = {
            "client": {"name": "Acme", "zone": "UTC", "sandbox": True, "directories": chosen, **settings},
            "people": {"people": dict(people)},
        }
        if groups:
            files["groups"] = {
                "groups": {key: {"name": key.title(), **record} for key, record in groups.items()}
            }
        for name, content in files.items():
            (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    def register(self, directories: Sequence[str] = ("entra",)) -> None:
        """Make acme's directories in the sandbox, empty."""
        for name in directories:
            settings = DIRECTORIES[name]
            place = settings.get("tenant") or settings["org"]
            self.endpoint.register("acme", name, settings["kind"], place, ["acme.example"])

    @property
    def client(self) -> Client:
        return source.load(self.root).clients["acme"]

    @property
    def env(self) -> dict[str, str]:
        return engine_environment(self.root, self.home, self.client, os.environ)

    def fleet(self) -> Fleet:
        return Fleet(self.root, source.load(self.root), home=self.home, environ=os.environ)

    def preview(self, now: datetime = NOW) -> PreviewReport:
        return self.fleet().preview(["acme"], now)[0]

    def apply(self, now: datetime = NOW) -> ApplyReport:
        fleet = self.fleet()
        return fleet.apply(fleet.preview(["acme"], now), now)[0]

    def verify(self, now: datetime = NOW) -> VerifyReport:
        return self.fleet().verify(["acme"], now)[0]

    def pulumi(self, *words: str, now: datetime = NOW) -> Ran:
        """Plain `pulumi`, as somebody without the `leaver` command would call it."""
        done = subprocess.run(
            ["pulumi", *words, "--non-interactive", "--stack", "acme"],
            cwd=self.root,
            env={**self.env, "LEAVER_NOW": now.isoformat()},
            capture_output=True,
            text=True,
            check=False,
            timeout=110,
        )
        return Ran(done.returncode, done.stdout + done.stderr)

    def up(self, *words: str, now: datetime = NOW) -> Ran:
        return self.pulumi("up", "--yes", "--skip-preview", *words, now=now)

    def init(self) -> None:
        """Make the stack, as `pulumi stack init acme` does."""
        subprocess.run(
            ["pulumi", "stack", "init", "acme", "--non-interactive"],
            cwd=self.root,
            env=self.env,
            check=True,
            capture_output=True,
        )

    def live(self) -> dict[str, LiveDirectory]:
        """What the directories show, read through Leaver's own clients."""
        client = self.client

        async def read() -> dict[str, LiveDirectory]:
            opened = {}
            for name, settings in client.settings.directories.items():
                found = actions.credentials(
                    "acme", name, settings, sandbox=True, environ=os.environ, home=self.home
                )
                opened[name] = actions.connect("acme", name, settings, sandbox=True, credentials=found)
            try:
                return await read_live(client, opened)
            finally:
                for directory in opened.values():
                    await directory.close()

        return asyncio.run(read())

    def account(self, person: str, directory: str = "entra") -> Account:
        """The one account with the person's username."""
        wanted = f"{person}@acme.example"
        (found,) = [item for item in self.live()[directory].accounts.values() if item.username == wanted]
        return found

    def members(self, group: str, directory: str = "entra") -> set[str]:
        """The usernames, without domain, of the group's members."""
        live = self.live()[directory]
        (found,) = [item for item in live.groups.values() if item.name == group]
        return {called(live, id_).partition("@")[0] for id_ in live.members[found.id]}

    def join(self, group: str, account: str, directory: str = "entra") -> None:
        """Put an account into a group by their IDs, as an administrator would by hand."""
        if directory == "entra":
            member = f"{self.endpoint.http}/v1.0/directoryObjects/{account}"
            self.graph("POST", f"/v1.0/groups/{group}/members/$ref", {"@odata.id": member})
            return
        token = self.endpoint.credentials("acme")["okta"]["api_token"]
        httpx.put(
            f"{self.endpoint.http}/api/v1/groups/{group}/users/{account}",
            headers={"Authorization": f"SSWS {token}"},
        ).raise_for_status()

    def posts(self) -> int:
        """How many POSTs of acme the directories have answered."""
        return len(self.endpoint.log(client="acme", method="POST"))

    def graph(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """Call Graph as an administrator of acme would, past Leaver; the answer's JSON, None without one."""
        found = self.endpoint.credentials("acme")["entra"]
        token = httpx.post(
            f"{self.endpoint.http}/{found['tenant']}/oauth2/v2.0/token",
            data={
                "client_id": found["client_id"],
                "client_secret": found["client_secret"],
                "grant_type": "client_credentials",
                "scope": f"{self.endpoint.http}/.default",
            },
        ).json()["access_token"]
        answer = httpx.request(
            method, f"{self.endpoint.http}{path}", json=body, headers={"Authorization": f"Bearer {token}"}
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None
