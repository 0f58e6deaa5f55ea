"""Committing and pushing one change of one file, whatever else is going on in the work tree.

Nothing that somebody has in hand is committed with it: not what is staged, not their other edits of the same
file, not their unpushed commits. So the change is made on the file as the last commit has it, and again on the
file as the remote has it; both are commits of their own that contain nothing else. git's plumbing is used for
that, and so no hook runs: a hook that fails must not stop a release.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from leaver.source.git import NETWORK_SECONDS, NO_END, Git, GitFailed, TookTooLong, said
from leaver.source.operator import Operator
from leaver.source.rewrite import Change, changed

_TRIES = 5
_PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds between tries while another git process has the index."""


class NotPushed(GitFailed):
    """A branch was made here, and the remote does not have it; `commit` is its short ID."""

    def __init__(self, message: str, commit: str) -> None:
        super().__init__(message)
        self.commit = commit


class _Moved(Exception):
    """Somebody else was faster; the same again, on what they made."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where the branch is published: the remote's name, and the branch there."""

    name: str
    branch: str

    def __str__(self) -> str:
        return f"{self.name}/{self.branch}"


_NOTHING = "0" * 40
"""For git: the reference must not exist yet."""


class Repository:
    """The git repository around a project."""

    def __init__(self, root: Path, top: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._top = top
        self._git = Git(top, environ)

    @classmethod
    def around(cls, root: Path, environ: Mapping[str, str]) -> Repository | None:
        """The repository that `root` is in; None where there is none, or no git.

        Raises GitFailed when there is one that git refuses to work on.
        """
        if shutil.which("git", path=environ.get("PATH")) is None:
            return None
        found = cls(root, root, environ)
        done = found._git.run("rev-parse", "--show-toplevel", check=False)
        if done.returncode == 0:
            return cls(root, Path(done.stdout.strip()), environ)
        if "not a git repository" in done.stderr:
            return None
        raise GitFailed(f"git: {said(done)}. See git status.")

    def operator(self) -> Operator | None:
        """Who git says that works here (user.name and user.email)."""
        name, email = self._git.text("config", "user.name"), self._git.text("config", "user.email")
        return Operator(name or email, email) if name or email else None

    def commit(self, name: str, change: Change, message: str, author: Operator) -> str | None:
        """Commit `change` of the file `name` (relative to the project), and of nothing else, onto the last commit.

        The commit's short ID; None when the last commit has the change already.

        Raises:
            GitFailed: it is not committed; the file itself is not touched by this.
            LeaverError: what `change` raises on the file as it was committed.
        """
        path = self._path(name)
        for _ in range(_TRIES):
            head = self._git.text("rev-parse", "--verify", "HEAD^{commit}")
            if not head:
                raise GitFailed(f"{name}: the repository has no commit yet. Commit the project first.")
            made = self._commit_onto(head, path, change, message, author)
            if made is None:
                self._stage(path, change)
                return None
            subject = message.partition("\n")[0]
            if self._git.run("update-ref", "-m", subject, "HEAD", made, head, check=False).returncode == 0:
                self._stage(path, change)
                return made[:10]
        raise GitFailed(f"{name}: the branch keeps moving. Run this again.")

    def remote(self) -> Remote | None:
        """Where the current branch goes: its upstream, else the branch of the same name of the only remote."""
        branch = self._git.text("symbolic-ref", "-q", "--short", "HEAD")
        if not branch:
            return None
        remotes = self._git.text("remote").split()
        stated = self._git.text("config", f"branch.{branch}.remote")
        name = stated or ("origin" if "origin" in remotes else remotes[0] if len(remotes) == 1 else "")
        if name not in remotes:
            return None
        upstream = self._git.text("config", f"branch.{branch}.merge").removeprefix("refs/heads/")
        return Remote(name, upstream or branch)

    def unpublished(self) -> str | None:
        """Why nothing can be pushed from here although there are remotes; None where there are none."""
        remotes = self._git.text("remote").split()
        if not remotes:
            return None
        branch = self._git.text("symbolic-ref", "-q", "--short", "HEAD")
        where = f"{'origin' if 'origin' in remotes else remotes[0]} HEAD:main"
        if not branch:
            return f"no branch is checked out. Run: git push {where}"
        return f"{branch} names no remote, and there are {', '.join(remotes)}. Run: git push {where}"

    def push(self, remote: Remote, name: str, change: Change, message: str, author: Operator) -> str | None:
        """Bring `change` of the file `name`, and nothing else, to the remote's branch.

        Where the last commit here is all that the remote lacks, it is pushed; else the same change goes onto
        what the remote has. The short ID of the commit that was pushed; None when the remote has it already.

        Raises:
            GitFailed: it is not there; what was committed here stays.
            LeaverError: what `change` raises on the file as the remote has it.
        """
        path = self._path(name)
        for _ in range(_TRIES):
            try:
                return self._push_once(remote, path, change, message, author)
            except _Moved:
                continue
        raise GitFailed(f"{remote}: others keep pushing. {_by_hand(remote)}")

    def branch(
        self, branch: str, remote: Remote | None, name: str, change: Change, message: str, author: Operator
    ) -> tuple[str, bool]:
        """Make `branch` with one commit that changes the file `name`: onto what `remote` has, and pushed there; onto
        the last commit here where there is no remote. The branch that is checked out stays as it is.

        The commit's short ID, and whether it was pushed.

        Raises:
            NotPushed: the branch is here, and not at the remote.
            GitFailed: there is such a branch with something else, or nothing would change.
            LeaverError: what `change` raises on the file.
        """
        path = self._path(name)
        tip = (
            self._fetch(remote, f"refs/heads/{remote.branch}")
            if remote
            else self._git.text("rev-parse", "HEAD")
        )
        if not tip:
            raise GitFailed(f"{name}: the repository has no commit yet. Commit the project first.")
        made = self._commit_onto(tip, path, change, message, author)
        if made is None:
            raise GitFailed(f"{name}: says so already. There is nothing to propose.")
        here = self._git.run(
            "update-ref", "-m", "leaver", f"refs/heads/{branch}", made, _NOTHING, check=False
        )
        if here.returncode:
            raise GitFailed(
                f"{branch}: there is such a branch already. Delete it, or choose another with --branch."
            )
        if remote is None:
            return made[:10], False
        pushed = self._git.run(
            "push", "--porcelain", "--no-verify", remote.name, f"{made}:refs/heads/{branch}",
            seconds=NETWORK_SECONDS, check=False,
        )  # fmt: skip
        if pushed.returncode:
            raise NotPushed(f"{branch}: {said(pushed)}. Later: git push {remote.name} {branch}", made[:10])
        return made[:10], True

    def answer(self, *words: str) -> str:
        """What git answers to a question that changes nothing; nothing when it fails. Raises TookTooLong."""
        done = self._git.run(*words, check=False, seconds=NETWORK_SECONDS)
        if done.returncode == NO_END:
            raise TookTooLong(f"git {words[0]}: {said(done)}")
        return done.stdout if done.returncode == 0 else ""

    def place(self, name: str) -> str:
        """Where `name`, relative to the project, stands in the repository."""
        return self._path(name)

    def _push_once(
        self, remote: Remote, path: str, change: Change, message: str, author: Operator
    ) -> str | None:
        ref = f"refs/heads/{remote.branch}"
        tip = self._fetch(remote, ref)
        made = self._commit_onto(tip, path, change, message, author)
        if made is None:
            return None
        head = self._git.text("rev-parse", "HEAD")
        same_tree = self._git.text("rev-parse", "HEAD^{tree}") == self._git.text(
            "rev-parse", f"{made}^{{tree}}"
        )
        if same_tree and self._git.text("rev-parse", "HEAD^") == tip:
            made = head
        pushed = self._git.run(
            "push", "--porcelain", "--no-verify", remote.name, f"{made}:{ref}",
            seconds=NETWORK_SECONDS, check=False,
        )  # fmt: skip
        if pushed.returncode:
            if "[rejected]" in pushed.stdout:
                raise _Moved
            raise GitFailed(f"{remote}: {said(pushed)}. {_by_hand(remote)}")
        return made[:10]

    def _fetch(self, remote: Remote, ref: str) -> str:
        """The commit that the remote's branch is at; through a name of its own, as others fetch here too."""
        here = f"refs/leaver/{os.getpid()}"
        fetched = self._git.run(
            "fetch", "--quiet", remote.name, f"+{ref}:{here}", seconds=NETWORK_SECONDS, check=False
        )
        tip = self._git.text("rev-parse", "--verify", f"{here}^{{commit}}")
        self._git.run("update-ref", "-d", here, check=False)
        if fetched.returncode or not tip:
            raise GitFailed(f"{remote}: {said(fetched)}. {_by_hand(remote)}")
        return tip

    def _commit_onto(
        self, parent: str, path: str, change: Change, message: str, author: Operator
    ) -> str | None:
        """A commit on top of `parent` with the change of one file; None when `parent` has it."""
        entry = self._git.text("ls-tree", parent, "--", path)
        if not entry:
            raise GitFailed(
                f"{path}: is not in the commit {parent[:10]}. Commit the file, then run this again."
            )
        mode, _, blob = entry.split("\t")[0].split()
        made = self._changed(blob, change, path)
        if made is None:
            return None
        with tempfile.TemporaryDirectory(prefix="leaver-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git.run("read-tree", parent, extra=index)
            self._git.run("update-index", "--cacheinfo", f"{mode},{made},{path}", extra=index)
            tree = self._git.run("write-tree", extra=index).stdout.strip()
        sign = ["-S"] if self._git.text("config", "--type=bool", "commit.gpgsign") == "true" else []
        return self._git.run(
            "commit-tree", tree, "-p", parent, "-F", "-", *sign, stdin=message, extra=self._names(author)
        ).stdout.strip()

    def _changed(self, blob: str, change: Change, path: str) -> str | None:
        """The blob with the change; None when it is the same."""
        before = self._git.bytes_of("cat-file", "blob", blob)
        after = changed(before, change, path)
        if after == before:
            return None
        return self._git.bytes_of("hash-object", "-w", "--stdin", stdin=after).decode().strip()

    def _stage(self, path: str, change: Change) -> None:
        """Make the change in the index too, so that the next commit of somebody does not undo it.

        Raises GitFailed while another git process works on the index; the commit stands.
        """
        entry = self._git.text("ls-files", "--stage", "--", path).split("\t")[0].split()
        if len(entry) != 3 or entry[2] != "0":
            return
        made = self._changed(entry[1], change, path)
        if made is None:
            return
        for pause in (*_PAUSES, None):
            done = self._git.run("update-index", "--cacheinfo", f"{entry[0]},{made},{path}", check=False)
            if not done.returncode:
                return
            if pause:
                time.sleep(pause)
        raise GitFailed(f"{path}: committed, but not in the index ({said(done)}). Run: git add {path}")

    def _names(self, author: Operator) -> dict[str, str]:
        names = {"GIT_AUTHOR_NAME": author.name, "GIT_AUTHOR_EMAIL": author.email or "unknown"}
        if self.operator() is None:
            names |= {"GIT_COMMITTER_NAME": author.name, "GIT_COMMITTER_EMAIL": names["GIT_AUTHOR_EMAIL"]}
        return names

    def _path(self, name: str) -> str:
        return Path(os.path.relpath((self._root / name).resolve(), self._top.resolve())).as_posix()


def _by_hand(remote: Remote) -> str:
    return (
        f"Run: git pull --rebase {remote.name} {remote.branch} && git push {remote.name} HEAD:{remote.branch}"
    )
