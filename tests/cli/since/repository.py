"""The project in git, and edits of its records."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

Run = Callable[..., Result]


PEOPLE = "identities/acme/people.yaml"


DEPARTURE = "departure: {at: 2026-11-27 17:00, kind: involuntary}"


class Repository:
    """The project in git; edits of its files."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def first(self) -> None:
        """Make the repository, with all that is there in its first commit."""
        self.git("init", "-q", "-b", "main", "--template=")
        self.git("config", "user.email", "ana@msp.example")
        self.git("config", "user.name", "Ana")
        (self.root / ".gitignore").write_text(".leaver/\n.pulumi/\n*.out\n")
        self.commit()

    def git(self, *words: str) -> str:
        done = subprocess.run(["git", *words], cwd=self.root, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")

    def edit(self, name: str, old: str, new: str) -> None:
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) >= 1, old
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    def leaves(self) -> None:
        self.leaves_in("acme")

    def leaves_in(self, client: str) -> None:
        people = f"identities/{client}/people.yaml"
        self.edit(people, "  tomasz.wilk:\n", f"  tomasz.wilk:\n    {DEPARTURE}\n")


def call_all_off(repository: Repository, client: str) -> None:
    path = repository.root / "identities" / client / "people.yaml"
    path.write_text(re.sub(r"^    departure:.*\n(?:      .*\n)*", "", path.read_text(), flags=re.MULTILINE))


def delete(repository: Repository, count: int) -> None:
    """Delete the last `count` people of acme whom nobody else's record names."""
    path = repository.root / PEOPLE
    text = path.read_text()
    people = re.findall(r"^  ([a-z][a-z.-]+):$", text, re.MULTILINE)
    free = [each for each in people if len(re.findall(rf"\b{re.escape(each)}\b", text)) == 1]
    for key in free[:count]:
        text = re.sub(rf"^  {re.escape(key)}:\n(?:    .*\n|\n(?=    ))+", "", text, flags=re.MULTILINE)
    path.write_text(text)


def disable(repository: Repository) -> None:
    repository.edit(PEOPLE, "  tomasz.wilk:\n", "  tomasz.wilk:\n    disabled: true\n")
