"""Lines, complaints, JSON and columns, as commands print them."""

from __future__ import annotations

import json

import pytest

from leaver.cli.output import columns, complain, count, say_json


def test_a_complaint_cannot_reach_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    complain("eve\x1b[2J: refused.\n  look at \u202egpj")
    assert capsys.readouterr().err == "eve\\u001b[2J: refused.\n  look at \\u202egpj\n"


def test_json_is_plain_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": "Clémentine"})
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == {"name": "Clémentine"}


@pytest.mark.parametrize(("number", "said"), [(0, "0 people"), (1, "1 person"), (1200, "1,200 people")])
def test_a_number_goes_with_its_noun(number: int, said: str) -> None:
    assert count(number, "person", "people") == said


def test_columns_are_aligned_and_end_without_spaces() -> None:
    assert columns([("a", "bb", "c"), ("aaa", "b", "")]) == ["a    bb  c", "aaa  b"]
    assert columns([]) == []
