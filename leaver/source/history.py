"""The record of somebody whose record is gone, as the last commit that had it says it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leaver.source.block import alone, find_record
from leaver.source.files import IDENTITIES
from leaver.source.repository import Repository


@dataclass(frozen=True, slots=True)
class Former:
    """A record that is gone: `text` is a file of people with nothing else in it.

    `file` is where it stood, relative to the project; `commit` the short ID of the last commit that had it.
    """

    person: str
    file: str
    text: str
    commit: str


def former_record(repository: Repository, client: str, person: str) -> Former | None:
    """The last record of `person`, a key, in the history of what is checked out; None where there never was one.

    A history that was cut off (a shallow clone) is looked at as far as it goes: see `is_shallow`. Raises TookTooLong,
    which leaves it open whether there was one.
    """
    folder = f"{IDENTITIES}/{client}"
    inside = repository.place(folder)
    for commit in _commits(repository, inside, person):
        for path in repository.answer("ls-tree", "-r", "-z", "--name-only", commit, "--", inside).split("\0"):
            name = path.removeprefix(f"{inside}/")
            if name != "people.yaml" and not (name.startswith("people/") and name.endswith(".yaml")):
                continue
            text = repository.answer("cat-file", "blob", f"{commit}:{path}").removeprefix("\ufeff")
            if (block := find_record(text, person)) is not None:
                return Former(person, f"{folder}/{name}", alone(text, block), commit[:10])
    return None


def search_by_hand(client: str, person: str) -> str:
    """The command that looks through the history for the record, for as long as it takes."""
    return f"git log -m --full-history --oneline -G'{_head(person)}' -- {IDENTITIES}/{client}"


def is_shallow(repository: Repository) -> bool:
    """Whether the clone lacks the beginning of its history."""
    return repository.answer("rev-parse", "--is-shallow-repository").strip() == "true"


def _commits(repository: Repository, folder: str, person: str) -> Iterator[str]:
    """Commits that may have the record, the latest first: those that touched its first line, and their parents.

    -m: a merge may have dropped it as well.
    """
    asked = ("log", "-m", "--full-history", "--format=%H %P", f"-G{_head(person)}", "HEAD", "--", folder)
    seen = set()
    for line in repository.answer(*asked).splitlines():
        for commit in line.split():
            if commit not in seen:
                seen.add(commit)
                yield commit


def _head(person: str) -> str:
    """A pattern of git's for the first line of a record; a key has nothing in it but letters, digits, - and dots."""
    return "^ *.?" + person.replace(".", "[.]") + ".? *:"
