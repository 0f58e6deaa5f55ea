"""The nearest of the names that would have been right, for the remedy of a misspelt one."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

_LONGEST = 64
_MOST = 2_000


def nearest(word: str, names: Collection[str]) -> str | None:
    """The name most like `word`, if one is like it; None past a size where the search would take long."""
    if len(word) > _LONGEST or len(names) > _MOST:
        return None
    said = word.lower().replace("_", " ")
    # A name much shorter or longer is not like it: the ratio of the two cannot reach the cutoff.
    folded = {name.lower(): name for name in names if len(said) <= 2.4 * len(name) <= 6 * len(said)}
    found = get_close_matches(said, folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def hint(word: str, names: Collection[str]) -> str:
    """` to "nearest"`, or nothing where no name is like `word`."""
    name = nearest(word, names)
    return f' to "{name}"' if name else ""
