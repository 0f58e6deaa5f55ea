"""The project that `leaver demo` works in: a copy of the examples, and the change that a pull request makes."""

from __future__ import annotations

import difflib
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leaver.errors import LeaverError

CLIENTS = ("acme", "brightwater", "kestrel")
_COPIED = ("Pulumi.yaml", "__main__.py")
_RECORD = r"^  {key}:\n(?:    .*\n)*"


class DemoImpossible(LeaverError):
    """The example clients that the demo changes are not as they were."""


def copy_project(root: Path, target: Path, clients: Sequence[str] = CLIENTS) -> None:
    """Make a fresh project at `target` with example clients of the project at `root`.

    Raises DemoImpossible when an example client is gone.
    """
    shutil.rmtree(target, ignore_errors=True)
    (target / "identities").mkdir(parents=True)
    for client in clients:
        if not (root / "identities" / client).is_dir():
            raise DemoImpossible(
                f"demo: identities/{client} is gone. Run the demo in a fresh clone, or restore the example."
            )
        shutil.copytree(root / "identities" / client, target / "identities" / client)
    for name in _COPIED:
        shutil.copy(root / name, target / name)
    (target / "stacks").mkdir()
    for client in clients:
        settings = root / "stacks" / f"Pulumi.{client}.yaml"
        if settings.is_file():
            shutil.copy(settings, target / "stacks")
    shutil.copy(root / "stacks" / "sandbox-passphrase.txt", target / "stacks")
    (target / ".leaver" / "pulumi").mkdir(parents=True)
    # Its programs and packages are those of the project itself.
    (target / ".venv").symlink_to(root / ".venv", target_is_directory=True)


def make_repository(root: Path, environ: Mapping[str, str]) -> None:
    """Make the copy at `root` a repository of its own, with its records committed."""
    git(root, environ, "init", "--quiet")
    git(root, environ, "add", "identities")
    git(root, environ, "commit", "-q", "-m", "The records", by=("Leaver", "demo@msp.example"))


def open_change(root: Path, environ: Mapping[str, str]) -> None:
    """From now on the edits of the project at `root` are those of a pull request."""
    git(root, environ, "checkout", "-q", "-b", "change")


def merge_change(root: Path, environ: Mapping[str, str]) -> None:
    """Commit what was edited since `open_change`, and merge it as somebody else."""
    git(root, environ, "commit", "-q", "-a", "-m", "The change", by=("Service Desk", "desk@msp.example"))
    git(root, environ, "checkout", "-q", "-")
    words = ("merge", "-q", "--no-ff", "-m", "Merge the change", "change")
    git(root, environ, *words, by=("Kestrel's approver", "approver@kestrel.example"))


def git(
    root: Path, environ: Mapping[str, str], *words: str, by: tuple[str, str] = ("Leaver", "demo@msp.example")
) -> None:
    """Run git in the project at `root`, as `by` (name and address)."""
    who = ("-c", f"user.name={by[0]}", "-c", f"user.email={by[1]}", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "-C", str(root), *who, *words], env=dict(environ), check=True)


@dataclass(frozen=True)
class Edit:
    """One edit: what the pull request says, and what becomes of the record `key` in `file`."""

    says: str
    file: str
    key: str
    change: Callable[[str], str]

    def difference(self, root: Path) -> list[str]:
        """Make the edit in the project at `root`; answers the lines of the record's difference.

        Raises DemoImpossible when there is no such record.
        """
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        found = re.search(_RECORD.format(key=re.escape(self.key)), text, re.MULTILINE)
        if found is None:
            raise DemoImpossible(
                f'demo: the example person "{self.key}" is gone. Run the demo in a fresh clone.'
            )
        record = self.change(found[0])
        path.write_text(text[: found.start()] + record + text[found.end() :], encoding="utf-8")
        compared = difflib.ndiff(found[0].splitlines(), record.splitlines())
        return [line.rstrip() for line in compared if not line.startswith("?")]


def _disabled(record: str) -> str:
    return f"{record}    disabled: true\n"


def _deleted(_record: str) -> str:
    return ""


def _joined(record: str) -> str:
    return record + _JOINER


def _moved(record: str) -> str:
    for name, value in _MOVE.items():
        record = re.sub(rf"^    {name}: .*$", f"    {name}: {value}", record, flags=re.MULTILINE)
    return record


_JOINER = """\
  nils.aaltonen:
    name: Nils Aaltonen
    title: Support Specialist
    department: Support
    cost center: CC-500
    employee type: employee
    usage location: US
    manager: ruth.adeyemi
    groups: [everyone, support]
"""
_MOVE = {
    "title": "Support Engineer, Perception",
    "department": "Support",
    "cost center": "CC-500",
    "manager": "ruth.adeyemi",
    "groups": "[everyone, support, vpn]",
}
_ACME, _KESTREL = "identities/acme/people.yaml", "identities/kestrel/people/sydney.yaml"
EDITS = (
    Edit("Sunita Karki is disabled", _KESTREL, "sunita.karki", _disabled),
    Edit("Malia Kahananui's record is deleted", _ACME, "malia.kahananui", _deleted),
    Edit("Nils Aaltonen joins", _ACME, "jun.seo", _joined),
    Edit("Leila Farrokhi moves from Engineering to Support", _ACME, "leila.farrokhi", _moved),
)
CHANGED = ("kestrel", "acme")
"""The clients that the edits touch."""
AGAIN = ("kestrel",)
"""Where a second apply shows that nothing is left: the leaver's client, with both kinds of directory."""
SIGN_INS = (
    ("kestrel", "entra", "sunita.karki@kestrel.example"),
    ("kestrel", "okta", "sunita.karki@kestrel.example"),
    ("acme", "entra", "malia.kahananui@acme.example"),
    ("kestrel", "entra", "bronte.hargreaves@kestrel.example"),
    ("kestrel", "okta", "bronte.hargreaves@kestrel.example"),
)
"""Client, directory and username of the accounts that the edits end."""
