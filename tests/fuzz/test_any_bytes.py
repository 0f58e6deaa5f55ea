"""Nothing is unhandled whatever the bytes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.examples import examples
from tests.fuzz.estate_of_bytes import FILES, load_bytes

PROFILE = examples(150)
NAMES = st.sampled_from(sorted(FILES))
TOKENS = st.sampled_from(
    [
        b"&a ", b"*a", b"!!str ", b"!x ", b"<<: ", b"---\n", b"...\n", b"? ", b": ", b"- ", b"[", b"]", b"{", b"}",
        b"'", b'"', b"|\n", b">\n", b"#", b"%", b"@", b"`", b"\t", b"\r", b"\0", b"\xff", b"\xef\xbb\xbf",
        b",", b"\xc2\x85", b"\xe2\x80\xa8", b"\xed\xa0\x80", b"\n", b"\n  ", b" ", b"no", b"~", b"null", b"true",
        b"\\ud800", b"\\x00",
        b"\\", b"2026-02-30", b"9999-12-31 23:59", b"0001-01-01 00:00 +14:00", b"people", b"groups", b"9" * 400,
        b"\xcc\x81", b"\xf0\x9f\x98\x80", b"{{{{", b"? ? ? ", b"- - - ", b"<<<<<<< x\n", b"kind", b"entra", b"[key]",
    ]
)  # fmt: skip


@PROFILE
@given(NAMES, st.binary(max_size=300))
@example("people", b"")
@example("client", b"\xff\xfe")
@example("people", b"people: {a: {? : }}")
@example("people", b'people: {"\\ud83d": {}}')
@example("people", b'people: {"\\uFFFE": {}}')
def test_any_bytes_are_an_estate_or_problems(name: str, data: bytes) -> None:
    load_bytes(name, data)


@PROFILE
@given(NAMES, st.lists(TOKENS, max_size=40).map(b"".join))
def test_any_run_of_yaml_signs_is_an_estate_or_problems(name: str, data: bytes) -> None:
    load_bytes(name, data)


@examples(300)
@given(NAMES, st.lists(st.tuples(st.integers(0, 1_000), st.integers(0, 6), TOKENS), min_size=1, max_size=4))
def test_any_change_of_a_valid_file_is_an_estate_or_problems(
    name: str, changes: list[tuple[int, int, bytes]]
) -> None:
    data = FILES[name]
    for at, removed, inserted in changes:
        at %= len(data) + 1
        data = data[:at] + inserted + data[at + removed :]
    load_bytes(name, data)


def test_every_cut_of_a_valid_file_is_an_estate_or_problems() -> None:
    for name, data in FILES.items():
        for size in range(0, len(data), 3):
            load_bytes(name, data[:size])


def test_every_line_may_be_missing_or_doubled() -> None:
    for name, data in FILES.items():
        lines = data.splitlines(keepends=True)
        for at, line in enumerate(lines):
            load_bytes(name, b"".join(lines[:at] + lines[at + 1 :]))
            load_bytes(name, b"".join([*lines[:at], line, *lines[at:]]))


def test_the_files_that_are_changed_are_valid() -> None:
    assert all(load_bytes(name, data) for name, data in FILES.items())


@pytest.mark.fuzz
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_coverage_guided_fuzzing_finds_nothing(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for number, (name, data) in enumerate(FILES.items()):
        (corpus / name).write_bytes(bytes([number]) + data)
    done = subprocess.run(
        [
            sys.executable, "-m", "tests.fuzz.atheris_load", str(corpus), "-runs=15000", "-max_total_time=120",
            "-max_len=2000", "-timeout=20", "-seed=1", f"-artifact_prefix={tmp_path}/",
        ],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-5_000:]
    assert "Done " in done.stderr
