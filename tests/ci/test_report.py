"""`leaver ci report`: what a command printed, where nothing in it can be read as Markdown or HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st

from leaver.cli.ci_report import LIMIT, section
from tests.ci.conftest import Clone

Run = Callable[..., Result]


def inside(text: str) -> tuple[str, list[str], str]:
    """The head, the lines between the fences, and the rest of a section."""
    lines = text.split("\n")
    fence = lines[2]
    assert set(fence) == {"`"}
    end = lines.index(fence, 3)
    return lines[0], lines[3:end], "\n".join(lines[end + 1 :])


def test_a_short_clean_output_stands_open(main: Clone, run: Run) -> None:
    main.write("out.txt", "acme: nothing to change\n")
    assert run("ci", "report", "leaver preview acme", "out.txt").stdout == (
        "<details open><summary><code>leaver preview acme</code>: clean</summary>\n"
        "\n```\nacme: nothing to change\n```\n\n</details>\n\n"
    )


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (1, "problems"),
        (2, "wrong usage"),
        (3, "a directory or a provider failed"),
        (130, "ended with 130"),
    ],
)
def test_a_bad_end_is_said_and_never_folded_away(code: int, said: str) -> None:
    head, _, _ = inside(section("t", "line\n" * 100, code))
    assert head == f"<details open><summary><code>t</code>: {said}</summary>"


def test_a_long_clean_output_is_folded_away() -> None:
    assert section("t", "line\n" * 13, 0).startswith("<details><summary>")


@given(st.text(alphabet=st.sampled_from("`~<>/details \n\x1b[2J@#\u202e")), st.integers(0, 3))
def test_no_text_gets_out_of_its_fence(text: str, code: int) -> None:
    head, lines, rest = inside(section("t", text, code))
    assert rest == "\n</details>\n"
    assert head.count("<") == 5
    assert "\x1b" not in "".join(lines)
    assert "\u202e" not in "".join(lines)


def test_a_title_cannot_open_a_tag() -> None:
    head, _, _ = inside(section("leaver preview <img src=x>&", "", 0))
    assert "<code>leaver preview &lt;img src=x&gt;&amp;</code>" in head


def test_colours_are_taken_out() -> None:
    _, lines, _ = inside(section("t", "acme: \x1b[32mverified\x1b[0m\n", 0))
    assert lines == ["acme: verified"]


def test_what_does_not_fit_is_said() -> None:
    text = section("t", "0123456789" * 10 + "\n" + "x" * 99 + "\n" * 1 + "line\n" * 50_000, 0)
    assert len(text) <= LIMIT
    _, lines, _ = inside(text)
    assert lines[-1].startswith("... and ")
    assert lines[-1].endswith(" more lines: see the run's artefact")


def test_bytes_that_are_no_text_are_no_fault(main: Clone, run: Run) -> None:
    (main.root / "out.txt").write_bytes(b"\xff\xfe\n")
    assert run("ci", "report", "t", "out.txt").exit_code == 0
