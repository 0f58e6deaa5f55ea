"""What the edits are made of: picking a file or a record by chance, and the files with a change in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random

from bench.mutation import text

Tree = Mapping[str, bytes]
Edit = Callable[[Random, Tree, Tree], dict[str, bytes]]
"""Chance, the files as they are, and as they were some weeks ago → the files afterwards."""


def pick(chance: Random, tree: Tree, *, people: bool = False, name: str = "") -> str:
    """One file of the records."""
    found = [
        each
        for each in sorted(tree)
        if text.client_of(each) and (not people or text.is_people(each)) and each.endswith(name)
    ]
    return chance.choice(found)


def put(tree: Tree, name: str, said: str | list[str] | bytes) -> dict[str, bytes]:
    """The files with this one as it is said."""
    data = said if isinstance(said, bytes) else "".join(said).encode()
    return {**tree, name: data}


def without(tree: Tree, *names: str) -> dict[str, bytes]:
    """The files without these."""
    return {name: data for name, data in tree.items() if name not in names}


def pick_record(chance: Random, tree: Tree, *, name: str = "") -> tuple[str, list[str], text.Block]:
    """One record: its file, the file's lines, and which of them it has."""
    file = pick(chance, tree, people=not name, name=name)
    said = text.lines(tree[file])
    return file, said, chance.choice(text.blocks(said))


def replaced(tree: Tree, client: str | None, old: str, new: str) -> dict[str, bytes]:
    """The files of one client with every match of a pattern replaced."""
    return {
        name: re.sub(old, new, data.decode()).encode() if text.client_of(name) == client else data
        for name, data in tree.items()
    }
