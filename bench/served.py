"""A made-up project with its sandbox, and `leaver run` on it in a process of its own."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil

from bench.tree import CommandFailed
from leaver import actions, source
from leaver.fleet.environment import SANDBOX_PASSPHRASE
from leaver.sandbox import server
from leaver.sandbox.endpoint import Endpoint

CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass
class Project:
    """Clients of one directory each, every second one in Okta, and their people."""

    root: Path
    box: Endpoint
    clients: Sequence[str]
    people: int

    @property
    def home(self) -> Path:
        return self.root / ".leaver"

    def write(self, at: datetime | None, only: str | None = None) -> None:
        """Write the records; `at`: when everybody departs, or `only` the person of that key."""
        for number, client in enumerate(self.clients):
            folder = self.root / "identities" / client
            folder.mkdir(parents=True, exist_ok=True)
            kind, place = _directory(number, client)
            own = f"tenant: {place}" if kind == "entra" else f"org: {place}"
            (folder / "client.yaml").write_text(
                f"name: {client.title()}\nzone: UTC\nsandbox: true\ndirectories:\n"
                f"  {kind}: {{kind: {kind}, {own}, domain: {client}.example}}\n",
                encoding="utf-8",
            )
            departs = f"    departure: {{at: {at:%Y-%m-%d %H:%M:%S}}}\n" if at else ""
            (folder / "people.yaml").write_text(
                "people:\n"
                + "".join(
                    f"  {person}:\n    given name: Person\n    family name: N\n    adopt: true\n"
                    + (departs if only in (None, person) else "")
                    for person in self.keys
                ),
                encoding="utf-8",
            )

    @property
    def keys(self) -> list[str]:
        return [f"person.{number:04}" for number in range(self.people)]

    def fill(self) -> None:
        """Register the directories, and make everybody's account, enabled."""
        for number, client in enumerate(self.clients):
            kind, place = _directory(number, client)
            self.box.register(client, kind, kind, place, [f"{client}.example"])
            names = [f"{person}@{client}.example" for person in self.keys]
            users: list[Mapping[str, Any]] = (
                [
                    {
                        "id": account_id(name),
                        "userPrincipalName": name,
                        "displayName": name,
                        "accountEnabled": True,
                    }
                    for name in names
                ]
                if kind == "entra"
                else [
                    {"login": name, "email": name, "firstName": "Person", "lastName": "N"} for name in names
                ]
            )
            self.box.admin("POST", "/seed", {"client": client, "directory": kind, "users": users})

    def still_enabled(self) -> int:
        """How many people's accounts the directories themselves show enabled."""
        return asyncio.run(self._enabled())

    async def _enabled(self) -> int:
        count = 0
        for client in source.load(self.root).clients.values():
            for name, settings in client.settings.directories.items():
                found = actions.credentials(
                    client.key, name, settings, sandbox=True, environ=os.environ, home=self.home
                )
                directory = actions.connect(client.key, name, settings, sandbox=True, credentials=found)
                try:
                    accounts = await directory.accounts()
                finally:
                    await directory.close()
                # An Okta organisation also has the administrator whose token Leaver uses.
                usernames = {client.username(person, name) for person in client.people}
                count += sum(each.enabled for each in accounts.values() if each.username in usernames)
        return count


def account_id(username: str) -> str:
    """The ID of an account in an Entra directory here."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, username))


def _directory(number: int, client: str) -> tuple[str, str]:
    return ("okta", client) if number % 2 else ("entra", str(uuid.uuid5(uuid.NAMESPACE_DNS, client)))


@contextmanager
def project(clients: int, people: int) -> Iterator[Project]:
    """A project in a folder of its own that ends with the block, sandbox included."""
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        root = Path(folder) / "project"
        (root / ".leaver" / "pulumi").mkdir(parents=True)
        (root / "stacks").mkdir()
        for name in ("Pulumi.yaml", "__main__.py", SANDBOX_PASSPHRASE):
            shutil.copy(CHECKOUT / name, root / name)
        (root / ".venv").symlink_to(CHECKOUT / ".venv")
        box = server.start(root / ".leaver" / "sandbox", http_port=0, https_port=0)
        try:
            made = Project(root, box, [f"client-{number:03}" for number in range(clients)], people)
            made.write(None)
            made.fill()
            yield made
        finally:
            server.stop(root / ".leaver" / "sandbox")


@dataclass
class Served:
    """One `leaver run`, and where it logs."""

    process: subprocess.Popen[bytes]
    log: Path
    _left: list[psutil.Process] = field(default_factory=list)

    def lines(self, event: str) -> list[dict[str, Any]]:
        """What it has logged of one kind so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if f'"event": "{event}"' in line]

    def wait(self, condition: Callable[[], bool], seconds: float) -> None:
        """Wait for something in the log. Raises CommandFailed."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise CommandFailed(f"leaver run: did not get so far: {self.log.read_text()[-1500:]}")
            time.sleep(0.2)

    def kill(self) -> None:
        """kill -9: only the service; a child that works on a client goes on, as after a crash."""
        self._left += psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        """End the service and everything that it started."""
        if self.process.poll() is None:
            self.kill()
        for each in self._left:
            with suppress(psutil.NoSuchProcess):
                self._left += [child for child in each.children(recursive=True) if child not in self._left]
        for each in self._left:
            with suppress(psutil.NoSuchProcess):
                each.kill()
        psutil.wait_procs(self._left, timeout=10)


def serve(made: Project, log: Path) -> Served:
    """Start `leaver run`; its lines are added to `log`."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "leaver.cli",
                "--project",
                str(made.root),
                "run",
                "--here",
                "--log",
                "json",
            ],
            cwd=CHECKOUT,
            env={**os.environ, "LEAVER_HOME": str(made.home)},
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    return Served(process, log)


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what a benchmark measures is the clock's
