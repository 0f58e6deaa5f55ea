"""The nearest name, for the remedy of a misspelt one."""

from __future__ import annotations

from difflib import get_close_matches

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.model.nearest import hint, nearest

WORDS = st.text("abcd ", min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("word", "names", "name"),
    [
        ("manger", ["manager", "name"], "manager"),
        ("given_name", ["given name", "family name"], "given name"),
        ("Title", ["title"], "title"),
        ("zzz", ["title"], None),
        ("", ["title"], None),
        ("a", [], None),
        ("x" * 65, ["x" * 65], None),
        ("dana", [f"person{n}" for n in range(3_000)] + ["danaa"], None),
    ],
)
def test_the_nearest_name_is_found_within_bounds(word: str, names: list[str], name: str | None) -> None:
    assert nearest(word, names) == name


@given(WORDS, st.lists(WORDS, max_size=6))
def test_leaving_out_names_of_another_length_changes_nothing(word: str, names: list[str]) -> None:
    every = {name.lower(): name for name in names}
    assert bool(nearest(word, names)) == bool(get_close_matches(word, every, n=1, cutoff=0.6))


def test_a_hint_is_nothing_where_nothing_is_near() -> None:
    assert (hint("nam", ["name"]), hint("nam", ["title"])) == (' to "name"', "")
