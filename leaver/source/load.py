"""Files to records: every problem of every file is found before anything is refused."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from leaver.errors import Place, Problem, RecordsError
from leaver.model import Client
from leaver.model.nearest import hint
from leaver.model.shown import quoted
from leaver.source.all_limits import all_limits
from leaver.source.cache import RecordCache
from leaver.source.client import ClientReader
from leaver.source.estate import ClientPlaces, Estate
from leaver.source.files import IDENTITIES, FileFault, folders, is_key, no_projects, read_bytes


def client_keys(root: Path) -> tuple[str, ...]:
    """The keys of the clients of the project at `root`, sorted: its folders in identities/.

    Raises:
        RecordsError: there is no such folder.
    """
    try:
        return folders(root)
    except FileFault as error:
        raise RecordsError([error.problem]) from None


def load(root: Path, clients: Iterable[str] | None = None, *, cache: Path | None = None) -> Estate:
    """Read and check the records of `clients` (all of them when None) of the project at `root`.

    `cache` is the folder of the records kept from earlier runs; without it every file is parsed.

    Raises:
        RecordsError: with all problems of all files that were read.
    """
    root = root.resolve()
    known = client_keys(root)
    keys = known if clients is None else tuple(dict.fromkeys(clients))
    store = RecordCache(cache) if cache is not None else None
    problems: list[Problem] = [] if clients is not None else [*vanished(root, known), *of_limits(root)]
    problems.extend(no_projects(root, IDENTITIES, "project", below=False))
    records: dict[str, Client] = {}
    places: dict[str, ClientPlaces] = {}
    with _no_collection():
        for key in keys:
            if problem := _refused(key, known):
                problems.append(problem)
                continue
            reader = ClientReader(root, key)
            client = reader.load(store)
            if client is None:
                problems.extend(reader.problems)
            else:
                records[key], places[key] = client, reader.places
    if problems:
        raise RecordsError(problems)
    if store is not None and clients is None:
        store.keep_only(keys)
    return Estate(records, root, places)


def problems_of(root: Path, clients: Iterable[str]) -> tuple[Problem, ...]:
    """What is wrong with the records of `clients`, and with the limits over all."""
    found = tuple(of_limits(root))
    try:
        load(root, clients)
    except RecordsError as error:
        return (*error.problems, *found)
    return found


def of_limits(root: Path) -> Iterable[Problem]:
    """What is wrong with the limits over all clients."""
    try:
        all_limits(root)
    except RecordsError as error:
        return error.problems
    return ()


def _refused(key: str, known: tuple[str, ...]) -> Problem | None:
    """What is wrong with `key` as the name of a client, if anything."""
    if key in known and is_key(key):
        return None
    subject = f"client {quoted(key)}"
    if key in known:
        return Problem(
            Place(f"{IDENTITIES}/{key}"),
            subject,
            "the folder's name is not a key",
            "Use at most 64 lower-case letters, digits, dots and hyphens, a letter or digit at both ends.",
        )
    return Problem(
        Place(IDENTITIES),
        subject,
        "there is no folder of this client",
        f"Correct the name{hint(key, known)}, or restore the folder from version control.",
    )


def vanished(root: Path, known: tuple[str, ...]) -> Iterator[Problem]:
    """Clients that have stack settings and no folder, and a project without any client.

    Taken for a client without people, a folder that was lost in a merge would end everybody's access.
    """
    if not known:
        yield Problem(
            Place(IDENTITIES), "project", "there is no client", "Restore the clients' folders, or add one."
        )
    for path in sorted((root / "stacks").glob("Pulumi.*.yaml")):
        key = path.name.removeprefix("Pulumi.").removesuffix(".yaml")
        if key not in known:
            yield Problem(
                Place(f"{IDENTITIES}/{key}"),
                f'client "{key}"',
                f"the client's folder is gone, but stacks/{path.name} is there",
                _renamed(root, key, known)
                or "Restore the folder from version control; to end a client, destroy its stack and remove both.",
            )


def _renamed(root: Path, old: str, known: tuple[str, ...]) -> str | None:
    """How to go on where the client `old` is one of `known` under another name; None where it looks like none."""
    new = [key for key in known if not (root / "stacks" / f"Pulumi.{key}.yaml").exists()]
    named = [key for key in new if was(root, key) == old]
    if named:
        return (
            f"It is {named[0]} now, by its client.yaml: take its stack along, and commit the settings too: "
            f"pulumi stack rename {named[0]} --stack {old}"
        )
    if len(new) == 1:
        return (
            f"Restore the folder from version control; if it is {new[0]} now, write `was: {old}` in its client.yaml; "
            "to end a client, destroy its stack and remove both."
        )
    return None


def was(root: Path, key: str) -> str | None:
    """What client.yaml says that the client was; whether the file is sound is not asked here."""
    try:
        text = read_bytes(root, f"{IDENTITIES}/{key}/client.yaml", key).decode(errors="replace")
    except FileFault:
        return None
    match = re.search(r"^was:[ \t]*[\"']?([^\s\"'#]+)", text, re.MULTILINE)
    return match[1] if match else None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: tens of thousands of records appear and none goes, so it works in vain."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            # Straight to the oldest generation: otherwise the collector would walk all of them right now.
            if not gc.get_freeze_count():
                gc.freeze()
                gc.unfreeze()
            gc.enable()
