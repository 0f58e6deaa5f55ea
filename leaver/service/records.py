"""The newest records that can be read, client by client: one client's fault stops no other."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from leaver.errors import RecordsError, UsageError
from leaver.model import Client
from leaver.source import client_keys, load

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Records:
    """Every client's last good records, the folder they are in, and what is wrong with newer ones."""

    root: Path
    clients: dict[str, Client] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    held: frozenset[str] = frozenset()
    """The clients whose newer records are sound and not believed: nothing is brought up to them."""

    def changed_from(self, before: Records) -> set[str]:
        """The clients whose records differ from those of `before`."""
        return {key for key, client in self.clients.items() if before.clients.get(key) != client}

    def only(self, keys: Collection[str]) -> Records:
        """The records of some clients. Raises UsageError when those of one are missing or unsound."""
        if missing := [key for key in keys if key not in self.clients]:
            raise UsageError(f"run: {', '.join(missing)}: no sound records. See: leaver check")
        return Records(self.root, {key: self.clients[key] for key in keys})


def read(root: Path, cache: Path | None, last: Records | None) -> Records:
    """Read the records in `root`. A client whose records have problems keeps those it had in `last`. Blocks."""
    try:
        return Records(root, dict(load(root, cache=cache).clients))
    except RecordsError as error:
        problems = tuple(str(each) for each in error.problems)
    clients = dict(last.clients) if last is not None else {}
    try:
        keys = client_keys(root)
    except RecordsError:
        keys = ()
    for key in keys:
        try:
            clients[key] = load(root, [key], cache=cache).clients[key]
        except RecordsError:
            continue
    return Records(root, clients, problems)


def summary(problems: tuple[str, ...]) -> str:
    """Some of the problems, in one text."""
    more = f" and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return " ".join(problems[:_SHOWN]) + more


Reader = Callable[[Path, Records | None], Records]
