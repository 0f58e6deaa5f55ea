"""The two projects that previews are measured of, each against a tenant of its own in one sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import estates
from bench.tree import CommandFailed, Usage, measure
from leaver import actions, source
from leaver.actions import Secret
from leaver.actions.attributes import ENTRA_FIELDS
from leaver.fleet.environment import SANDBOX_PASSPHRASE, engine_environment
from leaver.sandbox import server
from leaver.sandbox.endpoint import Endpoint

_SUMMARY = re.compile(r"^ +(?:[^\s\d]+ ?)?(\d+)(?: to)? ([a-z]+)$", re.MULTILINE)
_MENDS = "from leaver.program.tuning import quicken\n\nquicken()\n"
CHECKOUT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Project:
    """A project folder with one stack, and the environment for its engine."""

    root: Path
    stack: str
    env: dict[str, str]
    people: int
    groups: int

    def preview(self, *, expect: str, interval: float | None = None) -> Usage:
        """Measure `pulumi preview`; `expect` (create, unchanged) must be the only operation on resources.

        Raises:
            CommandFailed: the engine failed, or its preview is not of what is to be measured.
        """
        usage, output = self._run("preview", "--non-interactive", interval=interval)
        found = {operation: int(count) for count, operation in _SUMMARY.findall(output)}
        if set(found) != {expect} or found[expect] < self.people + self.groups:
            raise CommandFailed(f"{self.stack}: expected only `{expect}`, got {found or output[-2000:]}")
        return usage

    def up(self, *, checkpoints: bool = False) -> Usage:
        """Deploy; with `checkpoints` the state is written at every step, as Leaver's own runs do, else once."""
        self.env["PULUMI_SKIP_CHECKPOINTS"] = str(not checkpoints).lower()
        return self._run("up", "--yes", "--skip-preview", "--non-interactive")[0]

    def init(self) -> None:
        """Make the stack."""
        self._run("stack", "init", "--non-interactive")

    def _run(self, *words: str, interval: float | None = None) -> tuple[Usage, str]:
        log = self.root / "output.log"
        usage = measure(
            ["pulumi", *words, "--stack", self.stack], self.root, self.env, log, interval=interval
        )
        return usage, log.read_text(encoding="utf-8", errors="replace")


class Workshop:
    """Makes projects in one temporary folder, with one sandbox for all."""

    def __init__(self, folder: Path, endpoint: Endpoint, home: Path) -> None:
        self._folder = folder
        self._endpoint = endpoint
        self._home = home

    def leaver(self, key: str, people: int, groups: int) -> Project:
        """A project with the client `key` and Leaver's program."""
        return self._project(key, key, people, groups)

    def handwritten(self, key: str, people: int, groups: int, *, mended: bool = False) -> Project:
        """A project that declares the same resources as `leaver` would, in a program without Leaver.

        `mended`: with Leaver's mends to the Python SDK all the same.
        """
        project = self._project(key, key, people, groups)
        settings = source.load(project.root).clients[key].settings.directories["entra"]
        credentials = actions.credentials(
            key, "entra", settings, sandbox=True, environ=os.environ, home=self._home
        )
        config = {
            name: value.reveal() if isinstance(value, Secret) else value
            for name, value in credentials.provider_config().items()
        }
        data = {"provider": config, "first_password": "Initial-2026", **_data(key, people, groups)}
        (project.root / "data.json").write_text(json.dumps(data), encoding="utf-8")
        program = (CHECKOUT / "bench" / "handwritten" / "__main__.py").read_text(encoding="utf-8")
        (project.root / "__main__.py").write_text((_MENDS if mended else "") + program, encoding="utf-8")
        return project

    def _project(self, name: str, key: str, people: int, groups: int) -> Project:
        root = self._folder / name
        (root / ".leaver" / "pulumi").mkdir(parents=True)
        (root / SANDBOX_PASSPHRASE).parent.mkdir()
        for copied in ("Pulumi.yaml", "__main__.py", SANDBOX_PASSPHRASE):
            shutil.copy(CHECKOUT / copied, root / copied)
        (root / ".venv").symlink_to(CHECKOUT / ".venv")
        estates.write_client(root, key, people, groups)
        self._endpoint.register(key, "entra", "entra", estates.tenant_of(key), [estates.domain(key)])
        client = source.load(root).clients[key]
        env = engine_environment(root, self._home, client, os.environ)
        env["PULUMI_BACKEND_URL"] = f"file://{root}/.leaver/pulumi?metadata=skip"
        project = Project(root, key, env, people, groups)
        project.init()
        return project


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A temporary folder and a sandbox in a process of its own; both end with the block."""
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        home = Path(folder) / "home"
        endpoint = server.start(home / "sandbox", http_port=0, https_port=0)
        try:
            yield Workshop(Path(folder), endpoint, home)
        finally:
            server.stop(home / "sandbox")


def _data(client: str, people: int, groups: int) -> dict[str, Any]:
    made = list(estates.people(people, groups))
    return {
        "people": {
            person.key: {
                **{ENTRA_FIELDS_BY_WORD[word]: value for word, value in person.attributes.items()},
                "user_principal_name": f"{person.key}@{estates.domain(client)}",
                "mail_nickname": person.key,
                "account_enabled": True,
                "manager": person.manager,
            }
            for person in made
        },
        "groups": {
            key: {
                "name": estates.group_name(key),
                "members": [person.key for person in made if key in person.groups],
            }
            for key in estates.group_keys(groups)
        },
    }


ENTRA_FIELDS_BY_WORD = {
    **{field.replace("_", " "): argument for field, argument in ENTRA_FIELDS.items()},
    "name": "display_name",
}
"""Field of a record, as written → azuread.User argument."""
