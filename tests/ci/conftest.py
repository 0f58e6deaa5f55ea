"""A bare remote with a project on its main branch, and clones of it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from leaver.cli import cli

CLIENT = """\
name: {name}
zone: Europe/Berlin
directories:
  entra: {{kind: entra, tenant: 11111111-1111-4111-8111-11111111111{digit}, domain: {key}.example}}
  okta: {{kind: okta, org: {key}, domain: {key}.example}}
"""
PEOPLE = """\
people:
  lee.park: {name: Lee Park}
  dana.reyes: {name: Dana Reyes}
"""
CLIENTS = ("acme", "blue", "cyan")


class Clone:
    """A clone of the bare remote."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def commit(self, message: str = "change") -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def propose(self, number: int) -> str:
        """Commit, and push as pull request `number`, as the forge keeps those."""
        head = self.commit()
        self.git("push", "-q", "origin", f"HEAD:refs/pull/{number}/head")
        return head

    def merge(self) -> str:
        head = self.commit()
        self.git("push", "-q", "origin", "HEAD:main")
        return head


def _as_ana(monkeypatch: pytest.MonkeyPatch, below: Path) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(below))
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "Ana Lee")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "ana@msp.example")


@pytest.fixture(autouse=True)
def _own_git(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _as_ana(monkeypatch, tmp_path)


def _cloned(remote: Path, to: Path) -> Clone:
    subprocess.run(["git", "clone", "-q", remote, to], check=True, capture_output=True)
    return Clone(to)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bare remote as every test finds it: made once, and only ever copied."""
    folder = tmp_path_factory.mktemp("published")
    with pytest.MonkeyPatch.context() as monkeypatch:
        _as_ana(monkeypatch, folder)
        remote = folder / "remote.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
        _publish(_cloned(remote, folder / "first"))
    return remote


def _publish(first: Clone) -> None:
    first.git("checkout", "-q", "-B", "main")
    first.write("Pulumi.yaml", "name: leaver\nruntime: python\nstackConfigDir: stacks\n")
    first.write(".gitignore", ".leaver/\n.venv\n")
    for digit, key in enumerate(CLIENTS):
        first.write(f"identities/{key}/client.yaml", CLIENT.format(name=key.title(), key=key, digit=digit))
        first.write(f"identities/{key}/people.yaml", PEOPLE)
        first.write(f"stacks/Pulumi.{key}.yaml", "config: {}\n")
    first.merge()


@pytest.fixture
def clone(tmp_path: Path, published: Path) -> Callable[[str], Clone]:
    """Clones the bare remote into a folder of the given name."""
    remote = tmp_path / "remote.git"
    shutil.copytree(published, remote)
    return lambda name: _cloned(remote, tmp_path / name)


@pytest.fixture
def main(clone: Callable[[str], Clone], monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone at main: what a job of the forge starts with; the current folder."""
    found = clone("main")
    monkeypatch.chdir(found.root)
    monkeypatch.setenv("LEAVER_HOME", str(found.root / ".leaver"))
    monkeypatch.setenv("LEAVER_NOW", "2026-11-22 14:00 +00:00")
    return found


@pytest.fixture
def branch(clone: Callable[[str], Clone]) -> Clone:
    """A clone in which somebody works on a branch."""
    found = clone("branch")
    found.git("checkout", "-q", "-b", "change")
    return found


@pytest.fixture
def run(main: Clone) -> Callable[..., Result]:
    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(cli, arguments, prog_name="leaver")

    return invoke
