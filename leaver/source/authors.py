"""Who wrote the lines that give sensitive access, by `git blame` of what is new since a commit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from leaver import policy
from leaver.errors import LeaverError, Place, UsageError
from leaver.policy.access import people, sensitive_grants
from leaver.source.estate import Estate
from leaver.source.judged import Judged, with_places

_UNCOMMITTED = "0" * 40


def judged_authors(
    estate: Estate, clients: Iterable[str], now: datetime, since: str, branch: str | None = None
) -> list[Judged]:
    """What the authors of lines that are new since the commit `since` break.

    A line that is not committed yet is of the authors of `branch`, where its records were taken from, each of
    them; without one it is its writer's, `user.email` of git's configuration.

    Raises:
        UsageError: `since` or `branch` is no commit that git knows here.
        LeaverError: git is missing or fails.
    """
    if estate.root is None:
        return []
    blame = _Blame(estate.root, since, branch)
    found: list[Judged] = []
    for key in clients:
        client = estate.clients[key]
        places = {
            grant.path: estate.place(key, "people", *grant.path)
            for person, _ in people(client, now)
            if blame.is_new(estate.place(key, "people", person).file)
            for grant in sensitive_grants(client, person, now)
        }
        authors = {path: names for path, place in places.items() if (names := blame.authors(place))}
        found.extend(with_places(estate, policy.on_authors(client, now, authors)))
    return found


class _Blame:
    """The authors of the lines that the work tree at `root` has and the commit `since` did not."""

    def __init__(self, root: Path, since: str, branch: str | None) -> None:
        self._root = root
        for commit in (since, *([branch] if branch else [])):
            named = f"{commit}^{{commit}}"
            if self._git("rev-parse", "--verify", "--quiet", "--end-of-options", named).returncode:
                raise UsageError(
                    f'git knows no commit "{commit}". Name one, such as origin/main, and fetch its history.'
                )
        start = self._git("merge-base", "--", since, "HEAD")
        self._start = start.stdout.strip() or since
        prefix = self._said("rev-parse", "--show-prefix").strip()
        listed = self._said("diff", "--name-only", "-z", "--no-renames", self._start, "--", "identities")
        fresh = self._said("ls-files", "--others", "-z", "--", "identities")
        self._new = {name.removeprefix(prefix) for name in listed.split("\0")}
        self._fresh = set(fresh.split("\0"))
        if branch:
            writers = self._said("log", "--format=%ae", branch, f"^{self._start}", "--")
        else:
            writers = self._git("config", "user.email").stdout
        self._writers = tuple(sorted(set(writers.split("\n")) - {""}))
        self._lines: dict[str, dict[int, tuple[str, ...]]] = {}
        self._of_commits: dict[str, str] = {}

    def is_new(self, file: str) -> bool:
        """Whether anything of the file is new."""
        return file in self._new or file in self._fresh

    def authors(self, place: Place) -> tuple[str, ...]:
        """Who may have written the line; nobody where it is not new, or nobody is known."""
        if place.file in self._fresh:
            return self._writers
        if place.file not in self._lines:
            self._lines[place.file] = self._read(place.file)
        return self._lines[place.file].get(place.line, ())

    def _read(self, file: str) -> dict[int, tuple[str, ...]]:
        # Without a commit that is wanted, only one that is not: so it is the work tree's lines that count.
        said = self._said("blame", "--no-textconv", "--line-porcelain", "-w", f"^{self._start}", "--", file)
        authors: dict[int, tuple[str, ...]] = {}
        commit, line, old = "", 0, False
        for each in said.split("\n")[:-1]:
            word, _, rest = each.partition(" ")
            if each.startswith("\t"):
                if not old:
                    authors[line] = self._writers if commit == _UNCOMMITTED else (self._author(commit),)
                commit, old = "", False
            elif not commit:
                commit, line = word, int(rest.split(" ")[1])
            elif word == "boundary":
                old = True
        return authors

    def _author(self, commit: str) -> str:
        """As the commit has it: what blame itself says goes through .mailmap, a file of whoever is looked at."""
        if commit not in self._of_commits:
            self._of_commits[commit] = self._said("show", "--no-patch", "--format=%ae", commit, "--").strip()
        return self._of_commits[commit]

    def _said(self, *words: str) -> str:
        done = self._git(*words)
        if done.returncode:
            lines: Sequence[str] = done.stderr.strip().splitlines()
            raise LeaverError(
                f"git {words[0]}: {lines[-1] if lines else 'failed'}. Run it by hand in the project."
            )
        return done.stdout

    def _git(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["git", *words],
                cwd=self._root,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except FileNotFoundError:
            raise LeaverError("no git on PATH. Install git.") from None
