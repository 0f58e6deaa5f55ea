"""One more record in a file of people: every other byte stays, and the record says what it said."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.source.edit import EditRefused, record_data
from leaver.source.insert import insert_record, new_record

RECORD = """\


people:
    dana.reyes:   # left in March
        name: "Dana Reyes"
        groups:
            - finance
            - {group: wiki, until: 2026-12-31 18:00}
"""
FILES = {
    "two spaces": (
        "people:\n  lee.park: {name: Lee Park}\n",
        'people:\n  lee.park: {name: Lee Park}\n  dana.reyes:   # left in March\n      name: "Dana Reyes"\n'
        "      groups:\n          - finance\n          - {group: wiki, until: 2026-12-31 18:00}\n",
    ),
    "no line break at the end, and a comment after it all": (
        "people:\n lee.park:\n  name: Lee Park\n # nobody else",
        'people:\n lee.park:\n  name: Lee Park\n dana.reyes:   # left in March\n     name: "Dana Reyes"\n'
        "     groups:\n         - finance\n         - {group: wiki, until: 2026-12-31 18:00}\n # nobody else",
    ),
}


@pytest.mark.parametrize("name", FILES)
def test_a_record_comes_after_all_others_and_is_indented_as_they_are(name: str) -> None:
    text, wanted = FILES[name]
    assert insert_record(text, "dana.reyes", RECORD) == wanted


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "people: {lee.park: {name: Lee Park}}\n",
            'person "dana.reyes": the file has no list of people, one below another, to put the record into. '
            "Put it there by hand",
        ),
        (
            "people:\n  dana.reyes: {name: Another}\n",
            'person "dana.reyes": the record cannot be told apart from the rest of its file by its lines',
        ),
    ],
)
def test_a_file_that_a_machine_should_not_touch_is_refused(text: str, said: str) -> None:
    with pytest.raises(EditRefused) as refused:
        insert_record(text, "dana.reyes", RECORD)
    assert str(refused.value) == said


NAMES = st.from_regex(r"[a-z]{1,6}\.[a-z]{1,6}", fullmatch=True).filter(lambda key: key != "dana.reyes")


@given(
    others=st.lists(NAMES, min_size=1, max_size=5, unique=True),
    indent=st.integers(1, 6),
    end=st.sampled_from(["\n", "\r\n"]),
    last=st.booleans(),
    tail=st.sampled_from(["", "# the end", "\n\n# the end\n"]),
)
def test_nothing_else_in_the_file_changes(
    others: list[str], indent: int, end: str, last: bool, tail: str
) -> None:
    margin = " " * indent
    people = "".join(f"{margin}{key}:\n{margin * 2}name: {key}\n" for key in others)
    text = (f"# people\npeople:\n{people}" + tail).replace("\n", end)
    if not last and not tail:
        text = text.removesuffix(end)
    changed = insert_record(text, "dana.reyes", RECORD)
    assert record_data(changed, "dana.reyes") == record_data(RECORD, "dana.reyes")
    at = changed.index(f"{margin}dana.reyes:")
    assert text.startswith(changed[:at].removesuffix(end))
    assert changed.endswith(text[len(changed[:at]) :])
    assert [record_data(changed, key) for key in others] == [{"name": key} for key in others]
    assert changed.count("\r") == (changed.count("\n") if end == "\r\n" else 0)


TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=0x24F, exclude_categories=["Cc", "Cf"]), min_size=1
)


@given(name=st.none() | TEXTS, title=TEXTS, staff=st.booleans(), groups=st.lists(NAMES, max_size=3))
def test_a_new_record_says_what_was_asked(
    name: str | None, title: str, staff: bool, groups: list[str]
) -> None:
    fields = {"name": name, "title": title, "staff": staff, "groups": groups}
    wanted = {key: value for key, value in fields.items() if value is not None}
    assert record_data(new_record("dana.reyes2", fields), "dana.reyes2") == wanted
