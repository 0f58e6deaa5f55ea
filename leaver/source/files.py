"""The files of a client: which there are, and their bytes, read without leaving the project's folder."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leaver.errors import Place, Problem
from leaver.model.checks import File
from leaver.model.nearest import hint
from leaver.model.types import KEY_PATTERN

IDENTITIES = "identities"
SIZE_LIMIT = 10_000_000
"""Bytes of one file."""
_PROJECT = re.compile(r"Pulumi(\..+)?\.(yaml|yml|json)", re.IGNORECASE)
_KNOWN = ("client.yaml", "groups.yaml", "people.yaml", "overrides.yaml")


class FileFault(Exception):
    """A file that cannot be used; carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True, slots=True)
class ClientFiles:
    """The files that a client's records stand in, relative to the project root with `/`."""

    client: str
    groups: str | None
    people: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    overrides: str | None = None

    @property
    def settings(self) -> str:
        """client.yaml."""
        return f"{IDENTITIES}/{self.client}/client.yaml"

    def kind(self, name: str) -> File:
        """Which kind of file `name` is."""
        if name == self.settings:
            return "client"
        if name == self.overrides:
            return "overrides"
        return "groups" if name == self.groups else "people"

    def __iter__(self) -> Iterator[str]:
        yield self.settings
        if self.groups:
            yield self.groups
        yield from self.people
        if self.overrides:
            yield self.overrides


def folders(root: Path) -> tuple[str, ...]:
    """The client folders of the project at `root`, sorted; hidden ones and those that start with `_` are not.

    Raises:
        FileFault: there is no folder `identities`, or it cannot be listed.
    """
    try:
        with os.scandir(root / IDENTITIES) as entries:
            return tuple(sorted(e.name for e in entries if e.name[0] not in "._" and e.is_dir()))
    except OSError as error:
        raise FileFault(
            Problem(
                Place(IDENTITIES),
                "project",
                f"the folder of the clients cannot be read ({_reason(error)})",
                "Restore it from version control, or run Leaver in the project's folder.",
            )
        ) from None


def pulumi_projects(root: Path, folder: str, *, below: bool = True) -> Iterator[str]:
    """The files in `folder`, and in the folders below it, that make Pulumi take their folder for a project.

    Such a project says which program and which plugins run, and Pulumi takes the nearest one: that is code.
    """
    for inside, folders_, names in os.walk(root / folder):
        if not below:
            folders_.clear()
        for name in names:
            if _PROJECT.fullmatch(name):
                yield (Path(inside) / name).relative_to(root).as_posix()


def no_projects(root: Path, folder: str, subject: str, *, below: bool = True) -> Iterator[Problem]:
    """That there is a project of Pulumi's where only records may be."""
    for name in sorted(pulumi_projects(root, folder, below=below)):
        yield Problem(
            Place(name),
            subject,
            "is a project of Pulumi's, whose program and plugins would run in this folder",
            "Remove it: here are records only.",
        )


def is_key(name: str) -> bool:
    """Whether `name` may be the key of a record, and so the name of a client's folder."""
    return re.fullmatch(KEY_PATTERN.strip("^$"), name) is not None


def client_files(root: Path, client: str) -> ClientFiles:
    """Find the files of `client`; what is wrong with the folder itself is in `problems`.

    Absent is not empty: no groups.yaml is a client without groups, but people must be stated, in
    people.yaml or in people/*.yaml. One client has one of the two forms, so that a record has one home.
    """
    base = f"{IDENTITIES}/{client}"
    subject = f'client "{client}"'
    problems = []
    try:
        names = sorted(e.name for e in os.scandir(root / base) if e.name[0] not in "._")
    except OSError as error:
        problems.append(
            Problem(
                Place(base),
                subject,
                f"the client's folder cannot be read ({_reason(error)})",
                "Restore it from version control; to end a client, destroy its stack first.",
            )
        )
        return ClientFiles(client, None, (), tuple(problems))
    problems.extend(
        Problem(
            Place(f"{base}/{name}"),
            subject,
            "Leaver reads no file of this name",
            f"Rename it{hint(name, _KNOWN)}, or move it into people/.",
        )
        for name in names
        if name not in _KNOWN and name.lower().endswith((".yaml", ".yml")) and not _PROJECT.fullmatch(name)
    )
    problems.extend(no_projects(root, base, subject))
    people: tuple[str, ...] = ()
    if "people" in names:
        people = _people_folder(root, base, subject, problems)
    if "people.yaml" in names:
        if "people" in names:
            problems.append(
                Problem(
                    Place(f"{base}/people.yaml"),
                    subject,
                    "there are both people.yaml and people/",
                    "Move people.yaml into people/.",
                )
            )
        people = (*people, f"{base}/people.yaml")
    elif "people" not in names:
        problems.append(
            Problem(
                Place(base),
                subject,
                "there is neither people.yaml nor people/",
                "Restore it from version control; a client without people has `people: {}`.",
            )
        )
    groups = f"{base}/groups.yaml" if "groups.yaml" in names else None
    overrides = f"{base}/overrides.yaml" if "overrides.yaml" in names else None
    return ClientFiles(client, groups, people, tuple(problems), overrides)


def _people_folder(root: Path, base: str, subject: str, problems: list[Problem]) -> tuple[str, ...]:
    folder = f"{base}/people"
    try:
        with os.scandir(root / folder) as entries:
            found = sorted((e.name, e.is_dir()) for e in entries if e.name[0] not in "._")
    except OSError as error:
        problems.append(
            Problem(
                Place(folder),
                subject,
                f"people is not a folder that can be read ({_reason(error)})",
                "Make it a folder of people files, or use people.yaml.",
            )
        )
        return ()
    for name, is_folder in found:
        if is_folder or (name.lower().endswith((".yml", ".yaml")) and not name.endswith(".yaml")):
            problems.append(
                Problem(
                    Place(f"{folder}/{name}"),
                    subject,
                    "a folder inside people/ is not read" if is_folder else "Leaver reads *.yaml only",
                    "Move its files up into people/." if is_folder else "Rename the file to *.yaml.",
                )
            )
    files = tuple(f"{folder}/{name}" for name, is_folder in found if name.endswith(".yaml") and not is_folder)
    if not files:
        problems.append(
            Problem(
                Place(folder),
                subject,
                "there is no *.yaml file in people/",
                "Restore the files from version control; a client without people has `people: {}`.",
            )
        )
    return files


def read_bytes(root: Path, name: str, subject: str) -> bytes:
    """The bytes of the file `name`, relative to `root`, which has no symbolic link in it.

    Raises:
        FileFault: the file is missing, no plain file, over `SIZE_LIMIT`, unreadable or outside of the project.
    """
    path = root / name

    def refuse(fault: str, remedy: str) -> FileFault:
        return FileFault(Problem(Place(name), subject, fault, remedy))

    try:
        # A symbolic link out of the project would bring in records that no pull request shows.
        if not path.resolve(strict=True).is_relative_to(root):
            raise refuse("leads out of the project by a symbolic link", "Put the file itself here.")
        # Opened without waiting: a named pipe would otherwise hang the run.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise refuse("is not a plain file", "Put a YAML file here.")
            data = file.read(SIZE_LIMIT + 1)
    except FileNotFoundError:
        raise refuse("the file is missing", "Restore it from version control.") from None
    except IsADirectoryError:
        raise refuse("is not a plain file", "Put a YAML file here.") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise refuse(
            f"the file cannot be read ({_reason(error)})", "Correct its permissions or the disk."
        ) from None
    if len(data) > SIZE_LIMIT:
        raise refuse("is larger than 10 MB", "Split the people over several files in people/.")
    return data


def _reason(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()
