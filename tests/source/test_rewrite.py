"""Replacing a file while others read and write it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from leaver.source import rewrite as module
from leaver.source.rewrite import NotWritten, rewrite

NAME = "people.yaml"


def add(word: str) -> module.Change:
    return lambda text: text if word in text else f"{text}{word}\n"


def test_the_change_is_written_and_the_mode_kept(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("a\n")
    path.chmod(0o640)
    assert rewrite(tmp_path, NAME, add("b"), home=tmp_path / "home")
    assert path.read_text() == "a\nb\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in tmp_path.iterdir()) == ["home", NAME]


def test_nothing_is_written_when_there_is_nothing_to_change(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("a b\n")
    before = path.stat().st_mtime_ns
    assert not rewrite(tmp_path, NAME, add("b"), home=tmp_path / "home")
    assert path.stat().st_mtime_ns == before


def test_a_byte_order_mark_and_windows_line_breaks_are_kept(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(b"\xef\xbb\xbfa\r\n")
    rewrite(tmp_path, NAME, lambda text: text.replace("a", "b"), home=tmp_path / "home")
    assert path.read_bytes() == b"\xef\xbb\xbfb\r\n"


def test_what_somebody_else_writes_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("a\n")
    others = iter(["c\n", "d\n"])

    def change(text: str) -> str:
        if more := next(others, None):
            path.write_text(path.read_text() + more)
        return f"{text}b\n"

    assert rewrite(tmp_path, NAME, change, home=tmp_path / "home")
    assert path.read_text() == "a\nc\nd\nb\n"


def test_who_never_stops_writing_is_told(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("a\n")

    def change(text: str) -> str:
        path.write_text(path.read_text() + "x\n")
        return f"{text}b\n"

    with pytest.raises(NotWritten, match="somebody else keeps writing it"):
        rewrite(tmp_path, NAME, change, home=tmp_path / "home")
    assert "b" not in path.read_text()


def test_twenty_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("start\n")
    words = [f"word-{number}-" for number in range(20)]
    threads = [
        threading.Thread(target=rewrite, args=(tmp_path, NAME, add(word)), kwargs={"home": tmp_path / "home"})
        for word in words
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(path.read_text().split()) == sorted(["start", *words])


@pytest.mark.parametrize("content", [None, b"\xff\xfe", b"a" * 10_000_001])
def test_a_file_that_cannot_be_read_is_told(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    with pytest.raises(NotWritten):
        rewrite(tmp_path, NAME, add("b"), home=tmp_path / "home")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("a\n")
    (tmp_path / f".{NAME}.{os.getpid()}").mkdir()
    with pytest.raises(NotWritten, match="cannot be written"):
        rewrite(tmp_path, NAME, add("b"), home=tmp_path / "home")
    assert (tmp_path / NAME).read_text() == "a\n"


def test_a_reader_sees_the_old_content_or_the_new(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_text("0" * 200_000)
    done = threading.Event()
    seen: set[str] = set()

    def look() -> None:
        while not done.is_set():
            text = path.read_text()
            seen.add(f"{len(text)}{''.join(sorted(set(text)))}")

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(1, 10):
        rewrite(tmp_path, NAME, lambda _, n=number: str(n) * 200_000, home=tmp_path / "home")
    done.set()
    reader.join()
    assert seen <= {f"200000{number}" for number in range(10)}


def test_a_killed_writer_leaves_no_lock(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("a\n")
    program = (
        "import os, pathlib, sys\n"
        "from leaver.source.rewrite import rewrite\n"
        f"root = pathlib.Path({str(tmp_path)!r})\n"
        f"rewrite(root, {NAME!r}, lambda text: os.kill(os.getpid(), 9), home=root / 'home')\n"
    )
    killed = subprocess.run([sys.executable, "-c", program], cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == -9
    assert rewrite(tmp_path, NAME, add("b"), home=tmp_path / "home")
