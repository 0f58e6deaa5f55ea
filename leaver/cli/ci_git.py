"""What the forge's workflows ask of git: which clients changed, and a branch's records as data."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from leaver.errors import LeaverError, UsageError
from leaver.source import client_keys
from leaver.source.files import IDENTITIES, SIZE_LIMIT

_FILE_MODES = {"100644", "100755"}
_FILE_LIMIT = 100_000
_RECORDS = (".yaml", ".yml")
# What a change of these files may do, it may do at every client.
_ENGINE = (
    "Pulumi.yaml",
    "__main__.py",
    "requirements/runtime.lock",
    "toolchain/go.mod",
    "leaver",
    "policies",
)
# Parts of the package that decide nothing about what an apply does.
_HARMLESS = ("cli", "notify", "sandbox", "schedule", "service", "evidence")


class GitFailed(LeaverError):
    """git could not do what it was asked."""


@dataclass(frozen=True)
class Changed:
    """Clients by what was changed in them.

    `clients` have a folder, `gone` had one at the base; `settings` are those of `clients` whose client.yaml
    is another one; `everything` is the first file that concerns all clients, if any.
    """

    clients: tuple[str, ...]
    gone: tuple[str, ...]
    settings: tuple[str, ...]
    everything: str | None


def changed(root: Path, base: str) -> Changed:
    """What the working tree of `root`, with files not committed yet, has changed since it left `base`.

    A base that git does not know (the first push of a branch, a history that was rewritten) means everything.
    Raises UsageError when `root` is in no git repository.
    """
    known = client_keys(root)
    if _git(root, "rev-parse", "--git-dir", check=False).returncode:
        raise UsageError(f"{root}: is in no git repository. Run this in a clone.")
    start = _git(root, "merge-base", "--", base, "HEAD", check=False)
    if start.returncode:
        return Changed(known, (), known, f"{base} (no common history)")
    prefix = _text(root, "rev-parse", "--show-prefix").strip()
    listed = _text(
        root, "diff", "--name-only", "-z", "--no-renames", start.stdout.decode().strip(), "--", "."
    )
    fresh = _text(root, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    # A diff names its files from the top of the repository, a listing from where it is asked.
    names = [name.removeprefix(prefix) for name in listed.split("\0")] + fresh.split("\0")
    return _sorted_out([PurePosixPath(name) for name in names if name], known)


def _sorted_out(names: Iterable[PurePosixPath], known: Sequence[str]) -> Changed:
    touched: set[str] = set()
    settings: set[str] = set()
    everything: list[str] = []
    for name in names:
        match name.parts:
            case (folder, client, *rest) if folder == IDENTITIES and rest and client[0] not in "._":
                touched.add(client)
                if rest == ["client.yaml"]:
                    settings.add(client)
            case ("stacks", file) if file.startswith("Pulumi.") and file.endswith(".yaml"):
                touched.add(file.removeprefix("Pulumi.").removesuffix(".yaml"))
            case _ if _concerns_all(name):
                everything.append(str(name))
    found = set(known) if everything else touched & set(known)
    return Changed(
        tuple(sorted(found)),
        tuple(sorted(touched - set(known))),
        tuple(sorted(settings & found)),
        min(everything, default=None),
    )


def _concerns_all(name: PurePosixPath) -> bool:
    if len(name.parts) > 2 and name.parts[0] == "leaver" and name.parts[1] in _HARMLESS:
        return False
    return any(name.is_relative_to(each) for each in _ENGINE)


def take_records(root: Path, commit: str) -> int:
    """Put the records as they would be after a merge of `commit` into the working tree; how many files.

    Data only: nothing but plain *.yaml files of identities/ is taken, nothing of the commit is run, and HEAD's
    own code stays. The settings of a stack go where the commit has neither them nor the client's folder.
    Raises GitFailed when the merge conflicts or the commit holds something that is no data.
    """
    found = _git(
        root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}", check=False
    )
    if found.returncode:
        raise GitFailed(f"{commit}: is not a commit here. Fetch it first, with its history.")
    words = (
        "merge-tree",
        "--write-tree",
        "--name-only",
        "--no-messages",
        "HEAD",
        found.stdout.decode().strip(),
    )
    merged = _git(root, *words, check=False)
    tree, _, conflicts = merged.stdout.decode(errors="replace").partition("\n")
    if merged.returncode == 1:
        files = ", ".join(conflicts.split("\n")).strip(", ")
        raise GitFailed(f"{commit}: conflicts with main in {files}. Bring the branch up to date.")
    if merged.returncode:
        raise GitFailed(f"{commit}: cannot be merged: {_last(merged.stderr)}. Fetch it with its history.")
    entries = list(_entries(root, tree, _text(root, "rev-parse", "--show-prefix").strip()))
    folder = root / IDENTITIES
    if folder.is_symlink() or not folder.is_dir():
        raise GitFailed(f"{folder}: is not a folder. Check main out again.")
    _remove_records(folder)
    for path, blob in entries:
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.parent.resolve().is_relative_to(folder.resolve()):
            raise GitFailed(f"{path}: would be written through a link. Remove the link on main.")
        target.write_bytes(_git(root, "cat-file", "blob", blob).stdout)
    _remove_settings(root, tree)
    return len(entries)


def _remove_settings(root: Path, tree: str) -> None:
    """Remove the settings of stacks whose client is ended, or renamed, by the merge: nothing runs there any more."""
    for path in (root / "stacks").glob("Pulumi.*.yaml"):
        key = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        kept = _git(root, "cat-file", "-e", f"{tree}:./stacks/{path.name}", check=False).returncode == 0
        if not kept and not (root / IDENTITIES / key).exists():
            path.unlink()


def _remove_records(folder: Path) -> None:
    """Remove the YAML files in `folder`, and the folders that have nothing else. A client's own rules are code."""
    for inside, _, names in os.walk(folder, topdown=False):
        for name in names:
            if name.endswith(_RECORDS):
                (Path(inside) / name).unlink()
        if Path(inside) != folder and not any(Path(inside).iterdir()):
            Path(inside).rmdir()


def _entries(root: Path, tree: str, prefix: str) -> Iterable[tuple[str, str]]:
    """The path, from `root`, and the blob of each file to take; `prefix` is where `root` is in the repository."""
    place = f"{prefix}{IDENTITIES}/"
    listing = _git(root, "ls-tree", "-r", "-l", "-z", "--full-tree", tree, "--", place).stdout
    lines = [line for line in listing.decode(errors="surrogateescape").split("\0") if line]
    if len(lines) > _FILE_LIMIT:
        raise GitFailed(f"{IDENTITIES}: has {len(lines):,} files. Split the pull request.")
    for line in lines:
        described, _, path = line.partition("\t")
        mode, _, blob, size = described.split()
        path = path.removeprefix(prefix)
        if not path.endswith(_RECORDS):
            continue
        if mode not in _FILE_MODES:
            raise GitFailed(f"{path}: is a link or a repository of its own. Put the file itself there.")
        if int(size) > SIZE_LIMIT:
            raise GitFailed(f"{path}: is larger than 10 MB. Split it.")
        if not path.isprintable():
            raise GitFailed(f"{path!a}: has characters that cannot be shown. Rename it.")
        yield path, blob


def _git(root: Path, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, check=False)
    except FileNotFoundError:
        raise GitFailed("no git on PATH. Install git.") from None
    if check and done.returncode:
        raise GitFailed(f"git {words[0]}: {_last(done.stderr)}. Run it by hand in {root}.")
    return done


def _text(root: Path, *words: str) -> str:
    return _git(root, *words).stdout.decode(errors="surrogateescape")


def _last(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"
