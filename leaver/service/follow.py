"""Where the records come from: the repository's main branch, or the work tree as it stands."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from leaver.errors import DirectoryError
from leaver.service.log import plain

BRANCH = "main"
_TIMEOUT = 50
_KEPT = 3
_OWN = (".venv", ".leaver")
_WATCHED = ("identities", "stacks", "Pulumi.yaml")


class FetchFailed(DirectoryError):
    """The repository cannot be fetched."""


class Follower(Protocol):
    """Something that knows the newest records."""

    fault: str
    """Why the last `refresh` gave older records than there may be; empty when they are the newest."""

    @property
    def every(self) -> float:
        """Seconds between two looks."""

    def refresh(self) -> Path:
        """The folder of the newest records that can be had. Blocks.

        Raises:
            FetchFailed: there are none.
        """

    def version(self) -> str:
        """What tells the records of the last `refresh` from others: a commit, or a fingerprint of the files."""


class WorkTree:
    """The project's own folder, for the sandbox and for checkouts that somebody else keeps up to date."""

    every = 1.0
    fault = ""

    def __init__(self, root: Path) -> None:
        self._root = root

    def refresh(self) -> Path:
        return self._root

    def version(self) -> str:
        seen = []
        for name in _WATCHED:
            top = self._root / name
            for path in sorted(top.rglob("*.yaml")) if top.is_dir() else [top]:
                try:
                    status = path.stat()
                except OSError:
                    continue
                seen.append(f"{path}:{status.st_mtime_ns}:{status.st_size}")
        return str(hash(tuple(seen)))


class MainBranch:
    """The branch `main` of the project's remote `origin` (or of the project itself, where it has no remote).

    A bare copy is fetched into `home`; each commit is unpacked into a folder of its own, whole or not at all,
    so that a run never sees the records change under it.
    """

    every = 60.0

    def __init__(self, project: Path, home: Path, environ: Mapping[str, str], branch: str = BRANCH) -> None:
        self._project = project
        self._bare = home / "main.git"
        self._trees = home / "trees"
        self._branch = branch
        self._env = {**environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
        self._commit = ""
        self.fault = ""

    def version(self) -> str:
        return self._commit

    def refresh(self) -> Path:
        branch = f"refs/heads/{self._branch}"
        if not (self._bare / "HEAD").is_file():
            shutil.rmtree(self._bare, ignore_errors=True)
            self._bare.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._git("init", "--quiet", "--bare", str(self._bare))
        try:
            fetch = ("fetch", "--quiet", "--force", "--no-tags", self._address(), f"{branch}:{branch}")
            self._git("-C", str(self._bare), *fetch)
            self.fault = ""
        except FetchFailed as error:
            self.fault = str(error)
        commit = self._git("-C", str(self._bare), "rev-parse", "--verify", "--quiet", branch, check=False)
        if not commit:
            raise FetchFailed(self.fault or f"git: there is no branch {self._branch}. Make it, and push it.")
        self._commit = commit.decode().strip()
        tree = self._trees / self._commit
        if not tree.is_dir():
            try:
                self._unpack(self._commit, tree)
            except (OSError, tarfile.TarError) as error:
                raise FetchFailed(
                    f"git: commit {self._commit[:12]} cannot be unpacked ({type(error).__name__}). "
                    f"Look at the space left, and for links out of the repository."
                ) from None
        return tree

    def _address(self) -> str:
        found = self._git("-C", str(self._project), "remote", "get-url", "origin", check=False)
        where = found.decode().strip() or str(self._project)
        # A relative path is meant from the project's folder.
        here = self._project / where
        return str(here) if "://" not in where and here.exists() else where

    def _unpack(self, commit: str, tree: Path) -> None:
        self._trees.mkdir(parents=True, exist_ok=True, mode=0o700)
        packed = self._git("-C", str(self._bare), "archive", "--format=tar", commit)
        with tempfile.TemporaryDirectory(dir=self._trees, prefix="new-") as folder:
            whole = Path(folder) / "tree"
            with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
                archive.extractall(whole, filter="data")
            for name in _OWN:
                if (self._project / name).exists() and not (whole / name).exists():
                    (whole / name).symlink_to(self._project / name)
            try:
                whole.rename(tree)
            except OSError:
                if not tree.is_dir():
                    raise
        self._prune(tree)

    def _prune(self, newest: Path) -> None:
        trees = sorted(self._trees.iterdir(), key=lambda tree: tree.stat().st_mtime_ns, reverse=True)
        os.utime(newest)
        for tree in [each for each in trees if each != newest][_KEPT:]:
            shutil.rmtree(tree, ignore_errors=True)

    def _git(self, *words: str, check: bool = True) -> bytes:
        try:
            done = subprocess.run(
                ["git", *words], env=self._env, capture_output=True, check=False, timeout=_TIMEOUT
            )
        except FileNotFoundError:
            raise FetchFailed(
                "git: is not installed. Install it, or follow the work tree with --here."
            ) from None
        except subprocess.TimeoutExpired:
            raise FetchFailed(f"git: {words[-1]}: no end within {_TIMEOUT} s. Check the remote.") from None
        if check and done.returncode:
            said = plain(done.stderr.decode(errors="replace").strip().splitlines()[-1] if done.stderr else "")
            raise FetchFailed(
                f"git: the branch {self._branch} cannot be fetched: {said or 'no reason given'}. "
                "Check `git remote -v` and its credentials, or follow the work tree with --here."
            )
        return done.stdout
