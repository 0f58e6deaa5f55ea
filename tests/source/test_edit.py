"""Editing one record: exactly the lines that change, whatever way the record is written in."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.source.block import find_record
from leaver.source.edit import EditRefused, record_data, remove_departure, set_departure
from leaver.source.reader import read
from tests.strategies import NO_INK

PEOPLE = """\
# yaml-language-server: $schema=../../docs/schema/people.json
people:

  # Executives

  lee.park:   # the boss
    name: Lee Park
    groups: [everyone,
             "board"]   # two

  # Finance

  dana.reyes:
    name: "Dana Reyes"   # Controller
    departure:
      at: 2026-11-27 17:00:00   # agreed

      # the lawyers asked for it
      kind: contentious
      hold: until released      # the call
    manager: lee.park
    # reviewed in October
  sam.okafor: {disabled: true, departure: {at: 2026-11-27 17:00, kind: voluntary}}
  fay.lindqvist:
    departure: {at: 2026-11-27 17:00, kind: 'voluntary'}
    until: 2027-01-01 00:00
    name: Fay
  'last.one':
    accounts:
      - entra
      - okta
"""
WORD = {"released": "2026-11-22 14:00:03 -05:00", "released by": "Ana Lee <ana@msp.example>"}


def difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return [line for line in lines if line[:3] not in ("---", "+++", "@@ ")]


def test_a_release_adds_its_lines_to_the_departure_and_changes_no_other() -> None:
    assert difference(PEOPLE, set_departure(PEOPLE, "dana.reyes", WORD)) == [
        "+      released: 2026-11-22 14:00:03 -05:00",
        "+      released by: Ana Lee <ana@msp.example>",
    ]


def test_a_departure_is_made_at_the_end_of_a_record_that_has_none() -> None:
    fields = {"at": "2026-11-22 14:00:03 -05:00", "hold": "until released", **WORD}
    assert difference(PEOPLE, set_departure(PEOPLE, "lee.park", fields)) == [
        "+    departure:",
        "+      at: 2026-11-22 14:00:03 -05:00",
        "+      hold: until released",
        "+      released: 2026-11-22 14:00:03 -05:00",
        "+      released by: Ana Lee <ana@msp.example>",
    ]


def test_a_record_on_one_line_stays_on_one_line() -> None:
    assert difference(PEOPLE, set_departure(PEOPLE, "sam.okafor", {"released": "2026-11-22 14:00 Z"})) == [
        "-  sam.okafor: {disabled: true, departure: {at: 2026-11-27 17:00, kind: voluntary}}",
        "+  sam.okafor: {disabled: true, departure: {at: 2026-11-27 17:00, kind: voluntary, "
        "released: 2026-11-22 14:00 Z}}",
    ]


def test_the_end_of_a_contract_makes_way_for_the_departure() -> None:
    assert difference(PEOPLE, set_departure(PEOPLE, "fay.lindqvist", {"kind": "contentious"})) == [
        "-    departure: {at: 2026-11-27 17:00, kind: 'voluntary'}",
        "-    until: 2027-01-01 00:00",
        "+    departure: {at: 2026-11-27 17:00, kind: 'contentious'}",
    ]


def test_a_value_is_replaced_and_its_comment_stays() -> None:
    hold = {"until": "released", "owner": "on-call", "expires": "2026-12-01 09:00"}
    changed = set_departure(PEOPLE, "dana.reyes", {"hold": hold})
    (gone, new) = difference(PEOPLE, changed)
    assert gone == "-      hold: until released      # the call"
    assert new.startswith("+      hold: {until: released, owner: on-call, expires: 2026-12-01 09:00}")
    assert new.endswith("# the call")
    assert record_data(changed, "dana.reyes")["departure"]["hold"] == hold


def test_a_departure_that_is_removed_leaves_the_rest() -> None:
    changed = remove_departure(PEOPLE, "dana.reyes")
    assert all(line.startswith("-") for line in difference(PEOPLE, changed))
    assert record_data(changed, "dana.reyes") == {"name": "Dana Reyes", "manager": "lee.park"}
    assert "# reviewed in October" in changed


@pytest.mark.parametrize(
    "value",
    [
        "no",
        "true",
        "null",
        "~",
        "Ana: Lee",
        "# not a comment",
        "it's",
        '"quoted"',
        "- dash",
        "*x",
        "é ✓",
        ":0",
    ],
)
def test_any_text_is_written_so_that_it_is_read_back(value: str) -> None:
    changed = set_departure(PEOPLE, "dana.reyes", {"released by": value})
    assert record_data(changed, "dana.reyes")["departure"]["released by"] == value


@pytest.mark.parametrize("key", ["lee.park", "dana.reyes", "sam.okafor", "fay.lindqvist", "last.one"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_line_breaks_of_the_file_are_kept(key: str, end: str, last: bool) -> None:
    text = PEOPLE.replace("\n", end) if last else PEOPLE.rstrip("\n").replace("\n", end)
    changed = set_departure(text, key, WORD)
    assert changed.endswith(end) == last
    assert changed.replace(end, "") == changed.replace("\r", "").replace("\n", "")
    assert changed.replace("\r\n", "\n").rstrip("\n") == set_departure(PEOPLE, key, WORD).rstrip("\n")


@pytest.mark.parametrize("key", ["lee.park", "dana.reyes", "sam.okafor", "fay.lindqvist", "last.one"])
def test_an_edit_done_twice_is_done_once(key: str) -> None:
    once = set_departure(PEOPLE, key, WORD)
    assert set_departure(once, key, WORD) == once
    assert remove_departure(remove_departure(once, key), key) == remove_departure(once, key)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("people:\n  lee:\n    name: Lee\n", "cannot be told apart"),
        ("people: {dana: {name: Dana}}\n", "cannot be told apart"),
        ("people:\n  dana:\n    name: a\n  dana:\n    name: b\n", "cannot be told apart"),
        ("people:\n  dana:\n    name: a\npeople:\n  lee:\n    name: b\n", "cannot be told apart"),
        ("people:\n  dana:\n", "the record is empty"),
        ("people:\n  dana: [a]\n", "not a mapping"),
        ("people:\n  dana:\n    name: 'unclosed\n", "not a mapping"),
        ("people:\n  dana:\n    name: &x a\n    manager: *x\n", 'has the anchor "&x"'),
        ("people:\n  dana:\n    name: a\n    name: b\n", 'has the key "name" twice'),
    ],
)
def test_what_is_in_doubt_is_refused(text: str, why: str) -> None:
    with pytest.raises(EditRefused, match=why):
        set_departure(text, "dana", WORD)


def test_a_name_inside_a_text_is_no_record() -> None:
    text = "people:\n  lee:\n    name: 'x\n  dana:\n  y'\n  dana:\n    name: Dana\n"
    with pytest.raises(EditRefused):
        set_departure(text, "dana", WORD)


texts = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp"), exclude_characters=NO_INK),
    min_size=1,
    max_size=30,
)
values = texts.filter(lambda text: text.strip() == text)


@given(
    fields=st.dictionaries(st.sampled_from(["ticket", "reason", "released by", "kind"]), values, min_size=1),
    key=st.sampled_from(["lee.park", "dana.reyes", "sam.okafor", "fay.lindqvist", "last.one"]),
)
def test_only_the_record_changes_and_only_as_told(fields: dict[str, str], key: str) -> None:
    before: Any = read(PEOPLE).data["people"]
    after: Any = read(set_departure(PEOPLE, key, fields)).data["people"]
    for other in before:
        if other != key:
            assert after[other] == before[other]
    wanted = {name: value for name, value in before[key].items() if name != "until"}
    wanted["departure"] = {**before[key].get("departure", {}), **fields}
    assert after[key] == wanted


def test_a_record_is_found_in_the_place_where_it_stands() -> None:
    block = find_record(PEOPLE, "dana.reyes")
    assert block is not None
    assert PEOPLE.splitlines()[block.line - 1] == "  dana.reyes:"
    assert PEOPLE[block.start : block.end].endswith("    manager: lee.park\n")


QUOTED = """\
'people' :   # everybody
    "dana.reyes":
        name:   Dana
        'departure' :   # agreed
            "at":   2026-11-27 17:00   # Friday   \x20

            # the ticket says so
            kind:  'voluntary'
    lee.park: {name: Lee}
"""


def test_quoted_keys_and_every_space_beside_the_change_stay() -> None:
    changed = set_departure(QUOTED, "dana.reyes", {**WORD, "kind": "involuntary"})
    assert difference(QUOTED, changed) == [
        "-            kind:  'voluntary'",
        "+            kind: 'involuntary'",
        "+            released: 2026-11-22 14:00:03 -05:00",
        "+            released by: Ana Lee <ana@msp.example>",
    ]


def test_lines_that_end_otherwise_than_the_first_keep_their_end() -> None:
    text = "people:\r\n  dana:\n    departure:\n      at: 2026-11-27 17:00\n      kind: voluntary\n"
    changed = set_departure(text, "dana", {"ticket": "HD-1"})
    assert changed == text + "      ticket: HD-1\r\n"


def test_comments_between_braces_over_several_lines_are_kept_above_them() -> None:
    text = """\
people:
  dana.reyes: {name: "Dana # R",   # Dana's in Boston
    departure: {at: 2026-11-27 17:00,
                kind: voluntary}}  # agreed
"""
    changed = set_departure(text, "dana.reyes", {"ticket": "HD-1"})
    assert (
        changed
        == """\
people:
  # Dana's in Boston
  dana.reyes: {name: "Dana # R", departure: {at: 2026-11-27 17:00, kind: voluntary, ticket: HD-1}} # agreed
"""
    )


def test_a_record_that_says_nothing_more_stays_a_record() -> None:
    text = "people:\n  dana:   # joined 2024\n    departure:\n      at: 2026-11-27 17:00\n  lee: {}\n"
    assert remove_departure(text, "dana") == "people:\n  dana: {}   # joined 2024\n  lee: {}\n"
