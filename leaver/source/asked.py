"""Who asked for something and who approved it, as far as git and the forge's variables tell; for the evidence.

What comes back is what they say, with where they say it: nobody's name is guessed, and nothing here raises. A
departure happened whether or not git can be asked about it.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from leaver.source.block import Block, find_entry, find_record
from leaver.source.files import IDENTITIES

APPROVED = "LEAVER_APPROVED_BY"
"""Who approved, apart by commas: for a workflow that asked its forge."""
_SECONDS = 10.0
_TRAILERS = ("approved-by", "reviewed-by", "acked-by")
_ENDS = ("departure", "disabled", "until")
_FORGE = {
    "GITHUB_TRIGGERING_ACTOR": "started the run",
    "GITLAB_USER_LOGIN": "started the pipeline",
    "BITBUCKET_STEP_TRIGGERER_UUID": "started the step",
    "BUILD_REQUESTEDFOR": "requested the build",
    "DRONE_BUILD_TRIGGER": "started the build",
}
_NOBODY = re.compile(r"noreply@github\.com|GitHub <|web-flow", re.IGNORECASE)
_COMMIT = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_BARE = "main.git"
_MOST_KNOWN = 1_000


@dataclass(frozen=True, slots=True)
class Asked:
    """`by` is the author of the change, `approved` whoever approved it, each with how it is known, `commit` the full
    ID of the commit that made the change; None and empty where that is not known."""

    by: str | None = None
    approved: tuple[str, ...] = ()
    commit: str | None = None


_KNOWN: dict[tuple[str, ...], Asked] = {}
"""What was told of a commit, by repository and its newest commit: a thousand departures may come by one merge."""


def asked_for_person(root: Path, client: str, person: str, environ: Mapping[str, str]) -> Asked:
    """Who asked for the end of a person's access: whoever wrote the newest line that says so in their record, or
    removed the record. Takes some calls of git: not for the moment of a cut."""
    git = _Git(root, environ)
    place = _lines_of(root, client, person)
    commit = git.newest(*place) if place else git.removal(client, person)
    return git.told_of(commit)


def asked_for_client(root: Path, client: str, environ: Mapping[str, str]) -> Asked:
    """Who made the newest change of a client's records."""
    git = _Git(root, environ)
    said = git.say("log", "-1", "--format=%H", git.commit, "--", f"{IDENTITIES}/{client}")
    return git.told_of(said.strip() or None)


def from_forge(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Who the forge's variables name: whoever approved, and whoever started this run."""
    stated = [each.strip() for each in environ.get(APPROVED, "").split(",") if each.strip()]
    found = [f"{_line(each)} (approved, {APPROVED})" for each in stated]
    for name, what in _FORGE.items():
        if value := environ.get(name, "").strip():
            found.append(f"{_line(value)} ({what}, {name})")
    return tuple(found)


def _line(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:200]


def _lines_of(root: Path, client: str, person: str) -> tuple[str, int, int] | None:
    """The file, and the first and last line of what ends the person's access in it."""
    folder = root / IDENTITIES / client
    for path in (folder / "people.yaml", *sorted(folder.glob("people/*.y*ml"))):
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            continue
        block = find_record(text, person)
        if block is not None:
            found = next(_endings(text, block), block)
            first = text.count("\n", 0, found.start) + 1
            last = text.count("\n", 0, max(found.start, found.end - 1)) + 1
            return str(path.relative_to(root)), first, last
    return None


def _endings(text: str, block: Block) -> Iterator[Block]:
    inside = text.find("\n", block.start, block.end) + 1
    found = re.compile(r"^( *)[^ #\r\n]", re.MULTILINE).search(text, inside, block.end) if inside else None
    if found is None:
        return
    for name in _ENDS:
        entry = find_entry(text, name, len(found[1]), inside, block.end)
        if entry is not None:
            yield entry


class _Git:
    """git in the project at `root`, or in the copy that the service unpacked `root` from (leaver.service.follow)."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self._environ = {
            **{name: value for name, value in environ.items() if not name.startswith("GIT_DIR")},
            "GIT_TERMINAL_PROMPT": "0",
            "LC_ALL": "C",
        }
        self._forge = from_forge(environ)
        bare = root.parent.parent / _BARE
        unpacked = _COMMIT.fullmatch(root.name) and bare.is_dir()
        self.commit = root.name if unpacked else "HEAD"
        self._where = ["--git-dir", str(bare)] if unpacked else ["-C", str(root)]
        # What tells of a departure must not take the processor from the next one's cut.
        nice = shutil.which("nice", path=environ.get("PATH"))
        self._command = [nice, "-n", "10", "git"] if nice else ["git"]
        # Without a commit, blame tells of the work tree's lines, and so which are not committed yet.
        self._blamed = [self.commit] if unpacked else []

    def newest(self, file: str, first: int, last: int) -> str | None:
        """The newest commit of the lines; None when one of them is not committed."""
        said = self.say("blame", "--porcelain", "-w", f"-L{first},{last}", *self._blamed, "--", file)
        words = (line.partition(" ")[0] for line in said.splitlines() if not line.startswith("\t"))
        commits = sorted({word for word in words if _COMMIT.fullmatch(word)})
        if not commits or any(not each.strip("0") for each in commits):
            return None
        if len(commits) == 1:
            return commits[0]
        # No parent comes before its children: the first is the newest, whatever the clocks were.
        return self.say("rev-list", "--topo-order", "-1", *commits).strip() or None

    def removal(self, client: str, person: str) -> str | None:
        """The newest commit that changed how often the person's key is in the client's records."""
        folder = f"{IDENTITIES}/{client}"
        return self.say("log", "-1", "--format=%H", f"-S{person}:", self.commit, "--", folder).strip() or None

    def told_of(self, commit: str | None) -> Asked:
        """What a commit, the merge that brought it, and the forge tell."""
        if commit is None:
            return Asked(approved=self._forge)
        tip = self.commit if self.commit != "HEAD" else self.say("rev-parse", "HEAD").strip()
        key = (*self._where, tip, commit)
        if key not in _KNOWN:
            if len(_KNOWN) >= _MOST_KNOWN:
                _KNOWN.clear()
            _KNOWN[key] = self._told_of(commit)
        known = _KNOWN[key]
        return replace(known, approved=tuple(dict.fromkeys([*known.approved, *self._forge])))

    def _told_of(self, commit: str) -> Asked:
        author, committer, trailers = self._people(commit)
        approved = [f"{name} ({key} of {commit[:10]})" for key, name in trailers]
        if committer != author and not _NOBODY.search(committer):
            approved.append(f"{committer} (committed {commit[:10]})")
        if merge := self._merge_of(commit):
            merger, _, more = self._people(merge)
            approved += [f"{name} ({key} of {merge[:10]})" for key, name in more]
            approved.append(f"{merger} (merged {merge[:10]})")
        return Asked(author or None, tuple(dict.fromkeys(approved)), commit)

    def _people(self, commit: str) -> tuple[str, str, list[tuple[str, str]]]:
        said = self.say("show", "-s", "--format=%aN <%aE>%x00%cN <%cE>%x00%(trailers:only,unfold)", commit)
        parts = said.strip("\n").split("\0")
        if len(parts) != 3:
            return "", "", []
        trailers = []
        for line in parts[2].splitlines():
            key, found, value = line.partition(":")
            if found and key.strip().lower() in _TRAILERS:
                trailers.append((key.strip(), _line(value)))
        return _line(parts[0]), _line(parts[1]), trailers

    def _merge_of(self, commit: str) -> str | None:
        """The merge by which a commit came to the main line; None when it was made there."""
        path = f"{commit}..{self.commit}"
        merges = self.say("rev-list", "--ancestry-path", "--merges", "--reverse", path).split()
        for merge in merges:
            if self._fails("merge-base", "--is-ancestor", commit, f"{merge}^1"):
                return merge
        return None

    def say(self, *words: str) -> str:
        """What git answers; nothing when it fails."""
        done = self._run(words)
        return done.stdout if done is not None and done.returncode == 0 else ""

    def _fails(self, *words: str) -> bool:
        done = self._run(words)
        return done is not None and done.returncode == 1

    def _run(self, words: Sequence[str]) -> subprocess.CompletedProcess[str] | None:
        try:
            return subprocess.run(
                [*self._command, *self._where, *words],
                env=self._environ,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=_SECONDS,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
