"""Lines, complaints, JSON and columns, as commands print them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from leaver.cli.output import columns, complain, count, say_json, write_file
from leaver.errors import UsageError


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


def test_a_file_is_written_whole_with_the_rights_that_it_had(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    write_file(file, b"one")
    file.chmod(0o640)
    write_file(file, b"two")
    assert (file.read_bytes(), file.stat().st_mode & 0o777) == (b"two", 0o640)
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(b"one")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(
        UsageError, match=r"plan.json: cannot be written \(no space left on device\)[.] Name ano"
    ):
        write_file(file, b"two")
    assert file.read_bytes() == b"one"
    assert list(tmp_path.iterdir()) == [file]


def test_a_link_stays_one_and_a_pipe_is_written_to(tmp_path: Path) -> None:
    file, link, pipe = tmp_path / "plan.json", tmp_path / "link", tmp_path / "pipe"
    link.symlink_to(file)
    write_file(link, b"one")
    assert link.is_symlink()
    assert file.read_bytes() == b"one"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_file(pipe, b"two")
        assert os.read(reader, 10) == b"two"
    finally:
        os.close(reader)
