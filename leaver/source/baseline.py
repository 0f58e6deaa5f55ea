"""The records as a commit has them, of the clients that were changed since: read by git, and nothing checked out.

Which clients those are is a matter of files, not of what they say: a client none of whose files differ is not read.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leaver.errors import LeaverError, Place, Problem, RecordsError, UsageError
from leaver.source.all_limits import LIMITS, all_limits
from leaver.source.estate import Estate
from leaver.source.files import IDENTITIES, SIZE_LIMIT, is_key
from leaver.source.load import client_keys, load, problems_of, vanished, was

_PLAIN = (b"100644", b"100755")
_STACKS = "stacks"


@dataclass(frozen=True, slots=True)
class Baseline:
    """Where a comparison starts: `commit` is the full ID of the commit at which the work tree left `since`.

    `changed` are the clients with a folder here whose files differ from the commit's, `gone` those that have a
    folder there and none here. `trees` has the ID of the commit's folder of each client.
    """

    root: Path
    since: str
    commit: str
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    trees: Mapping[str, str]

    @property
    def unchanged(self) -> tuple[str, ...]:
        """The clients that are the same in both."""
        return tuple(sorted(self.trees.keys() - {*self.changed, *self.gone}))


def baseline(root: Path, since: str) -> Baseline:
    """Find where the work tree of `root` left the commit `since`, and which clients differ from there.

    Files that are not committed yet count as they are.

    Raises:
        UsageError: `since` is no commit that git knows here.
        RecordsError: a client's folder has vanished, or there are no clients at all; with what is wrong with the
            records that differ.
        LeaverError: git is missing or fails.
    """
    root = root.resolve()
    known = client_keys(root)
    git = _Git(root)
    commit = git.start(since)
    prefix = git.text("rev-parse", "--show-prefix").strip()
    trees = git.folders(f"{commit}:{prefix}{IDENTITIES}")
    listed = git.text("diff", "--name-only", "-z", "--no-renames", commit, "--", IDENTITIES)
    # What .gitignore names is read like the rest, and so it counts.
    fresh = git.text("ls-files", "--others", "-z", "--", IDENTITIES)
    names = [name.removeprefix(prefix) for name in listed.split("\0")] + fresh.split("\0")
    touched = {parts[1] for name in names if len(parts := PurePosixPath(name).parts) > 2}
    gone = tuple(sorted(trees.keys() - set(known)))
    changed = tuple(sorted(touched & set(known)))
    found = Baseline(root, since, commit, changed, gone, trees)
    if problems := list(vanished(root, known)):
        raise RecordsError([*problems, *lost(found, named_before(found)), *problems_of(root, changed)])
    return found


@contextmanager
def records_at(base: Baseline, clients: Sequence[str], *, cache: Path | None = None) -> Iterator[Estate]:
    """The records of `clients` as the commit has them; those that it has not are left out.

    The files, and that of the limits over all clients, are there for as long as the estate is used, below its root.

    Raises:
        RecordsError: the records of then have problems, each said to be of then.
        LeaverError: git fails.
    """
    wanted = [key for key in clients if key in base.trees]
    with tempfile.TemporaryDirectory(prefix="leaver-") as folder:
        root = Path(folder).resolve()
        (root / IDENTITIES).mkdir()
        _Git(base.root).take(base.commit, wanted, root)
        try:
            estate = load(root, wanted, cache=cache)
            all_limits(root)
        except RecordsError as error:
            raise RecordsError(_of_then(each, base) for each in error.problems) from None
        yield estate


def _of_then(problem: Problem, base: Baseline) -> Problem:
    return Problem(
        Place(f"{base.commit[:10]}:{problem.place.file}", problem.place.line, problem.place.column),
        problem.subject,
        problem.fault,
        f"{problem.remedy} Or compare with a commit in which the records are sound.",
    )


def named_before(base: Baseline) -> set[str]:
    """The clients of the commit that one of now was, by a client.yaml that may be unsound otherwise."""
    return {old for key in base.changed if (old := was(base.root, key)) is not None}


def lost(base: Baseline, renamed: Collection[str]) -> Iterator[Problem]:
    """Clients whose folder is gone while nothing says that they were ended: as `leaver check` tells it.

    A client is ended by destroying its stack and removing both its folder and its stack's settings; `renamed`
    are those that have another name now.
    """
    git = _Git(base.root)
    for key in base.gone:
        settings = f"{_STACKS}/Pulumi.{key}.yaml"
        # With the settings still there `vanished` tells it.
        there = (base.root / settings).exists() or git.has(base.commit, settings)
        if key not in renamed and not there:
            yield Problem(
                Place(f"{IDENTITIES}/{key}"),
                f'client "{key}"',
                f"the client's folder is gone since {base.commit[:10]}",
                "Restore the folder from version control; to end a client, destroy its stack first.",
            )


class _Git:
    """git, asked in the project's folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def start(self, since: str) -> str:
        """The commit at which the work tree left `since`."""
        if self.run("rev-parse", "--git-dir", check=False).returncode:
            raise UsageError(f"{self._root}: is in no git repository. Run this in a clone.")
        named = f"{since}^{{commit}}"
        found = self.run("rev-parse", "--verify", "--quiet", "--end-of-options", named, check=False)
        if found.returncode:
            raise UsageError(
                f'git knows no commit "{since}". Name one, such as origin/main, and fetch its history.'
            )
        commit = found.stdout.decode().strip()
        common = self.run("merge-base", "--", commit, "HEAD", check=False)
        return common.stdout.decode().strip() or commit

    def folders(self, tree: str) -> dict[str, str]:
        """The clients' folders in a tree, by name, with the ID of each; none where there is no such tree."""
        done = self.run("ls-tree", "-d", "-z", "--full-tree", tree, check=False)
        if done.returncode:
            return {}
        found = {}
        for entry in done.stdout.decode(errors="surrogateescape").split("\0"):
            described, _, name = entry.partition("\t")
            if name and name[0] not in "._" and is_key(name):
                found[name] = described.split(" ")[2]
        return found

    def has(self, commit: str, path: str) -> bool:
        """Whether the commit has that file, relative to the project."""
        return self.run("cat-file", "-e", f"{commit}:./{path}", check=False).returncode == 0

    def take(self, commit: str, clients: Sequence[str], into: Path) -> None:
        """Write the plain files of the clients, and the limits over all of them, below `into`.

        No link and no repository is followed.
        """
        folders = [LIMITS, *(f"{IDENTITIES}/{key}/" for key in clients)]
        listing = self.run("ls-tree", "-r", "-z", commit, "--", *folders).stdout
        files: list[tuple[PurePosixPath, bytes]] = []
        for entry in filter(None, listing.split(b"\0")):
            described, _, path = entry.partition(b"\t")
            mode, _, blob = described.split()
            name = PurePosixPath(os.fsdecode(path))
            # git keeps no such names itself; a repository made by hand may.
            if mode in _PLAIN and name.suffix in (".yaml", ".yml") and ".." not in name.parts:
                files.append((name, blob))
        for (name, _), data in zip(files, self._blobs([blob for _, blob in files]), strict=True):
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)

    def _blobs(self, ids: Sequence[bytes]) -> Iterator[bytes]:
        """The contents of blobs, cut off where a file is larger than any that Leaver reads."""
        answer = self.run("cat-file", "--batch", stdin=b"".join(each + b"\n" for each in ids)).stdout
        at = 0
        for _ in ids:
            end = answer.index(b"\n", at)
            size = int(answer[at:end].split(b" ")[2])
            yield answer[end + 1 : end + 1 + min(size, SIZE_LIMIT + 1)]
            at = end + 1 + size + 1

    def text(self, *words: str) -> str:
        return self.run(*words).stdout.decode(errors="surrogateescape")

    def run(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        try:
            done = subprocess.run(
                ["git", *words], cwd=self._root, input=stdin, capture_output=True, check=False
            )
        except FileNotFoundError:
            raise LeaverError("no git on PATH. Install git.") from None
        if check and done.returncode:
            lines = done.stderr.decode(errors="replace").strip().splitlines()
            raise LeaverError(
                f"git {words[0]}: {lines[-1] if lines else 'failed'}. Run it by hand in the project."
            )
        return done
