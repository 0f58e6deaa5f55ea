"""Whatever a directory puts into a name, it is shown as that text and as nothing else."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from leaver.escape import csv_cell, html, line, markdown, terminal

_ODD = "\x00\t\n\r\x1b\x7f\x85\x9b\xa0\xad\u034f\u061c\u115f\u200b\u200d\u200e\u2028\u202e\u2066\u3164\ufe0f\ufeff"
_ACTIVE = "`~*_[]()<>!#@:$|\\&;\"'=+-.,^{} 0123456789abcdefghwx/%?"
texts = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.sampled_from(_ACTIVE + _ODD + "\ud800\U000e0042é漢"), max_size=40),
    st.lists(
        st.sampled_from(
            [
                "@team", "#12", "GH-7", "acme/it#3", "deadbeef", "www.evil.example", "https://evil.example",
                "dana@acme.example", ":tada:", "$x$", "![a](b)", "[a](b)", "<b>", "<!--", "-->", "&amp;", "1. ",
                "- ", "# ", "> ", "|", "---", "```", "\n\n", "    ", "|--|", "~~", "[ ] ", "===", "\\",
            ]
        ),
        max_size=6,
    ).map("".join),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Héctor Villaseñor", "Héctor Villaseñor"),
        ("[bold]Eve[/bold]", "[bold]Eve[/bold]"),
        ("\x1b[2J", "\\u001b[2J"),
        ("two\nlines", "two\\u000alines"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("c1\x9b31m", "c1\\u009b31m"),
        ("\ud800", "\\ud800"),
        ("tag\U000e0042", "tag\\U000e0042"),
        ("no\xa0break", "no\\u00a0break"),
        ("joined\u034fgraphemes", "joined\\u034fgraphemes"),
        ("filler\u3164", "filler\\u3164"),
        ("blank\u2800", "blank\\u2800"),
    ],
)
def test_what_cannot_be_seen_is_shown_as_an_escape(text: str, shown: str) -> None:
    assert terminal(text) == shown


@given(texts)
def test_a_terminal_gets_nothing_but_what_it_shows(text: str) -> None:
    shown = terminal(text)
    assert shown.isprintable()
    assert not set(shown) & set(_ODD)
    assert terminal(shown) == shown


@pytest.mark.parametrize(
    ("text", "longest", "shown"),
    [
        ("  no\n\n  answer\t", None, "no answer"),
        ("a\x1b[31m\nb\u202e", 80, "a\\u001b[31m b\\u202e"),
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("\x1b" * 9, 6, "\\u001…"),
        ("", 6, ""),
    ],
)
def test_a_message_is_one_line_of_bounded_length(text: str, longest: int | None, shown: str) -> None:
    assert line(text, longest) == shown


class _Page(HTMLParser):
    """The text of a page, its elements, and its pieces of text between comments and elements."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[str] = []
        self.pieces: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)

    @property
    def text(self) -> str:
        return "".join(self.pieces)


def rendered(source: str) -> _Page:
    """What a Markdown renderer makes of a paragraph, with tables and strikethrough as GitHub has them."""
    return _Page(MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(source))


@given(texts)
@example("1. one")
@example("    code")
@example("trailing  ")
def test_markdown_renders_as_the_text_and_no_element(text: str) -> None:
    page = rendered(f"{markdown(text)}\n")
    assert page.elements in (["p"], [])
    # The renderer ends a paragraph with a line break, and parts it from the next.
    assert page.text.removesuffix("\n") == terminal(text)


@given(texts)
def test_markdown_after_another_line_is_no_heading_and_no_list(text: str) -> None:
    page = rendered(f"before\n{markdown(text)}\n")
    assert page.elements == ["p"]
    assert page.text.removesuffix("\n").removesuffix("\n") == f"before\n{terminal(text)}".removesuffix("\n")


@given(texts, texts)
def test_a_table_keeps_its_cells(left: str, right: str) -> None:
    page = rendered(f"| a | b |\n|---|---|\n| {markdown(left)} | {markdown(right)} |\n")
    assert page.elements == ["table", "thead", "tr", "th", "th", "tbody", "tr", "td", "td"]
    assert "".join(page.text.split("\n")) == f"ab{terminal(left)}{terminal(right)}"


@given(texts)
def test_markdown_is_the_same_text_within_html(text: str) -> None:
    page = _Page(f"<summary>{markdown(text)}</summary>")
    assert page.elements == ["summary"]
    assert page.text == terminal(text)


# What GitHub links in the finished page, piece by piece of its text (docs.github.com, "Autolinked references and
# URLs", "Mentioning people and teams", "Using emojis", "Writing mathematical expressions").
_LINKED = {
    "a mention": r"@[A-Za-z0-9]",
    "an issue": r"#[0-9]|[gG][hH]-[0-9]",
    "a commit": r"(?<![0-9A-Za-z])[0-9a-f]{7,40}(?![0-9A-Za-z])",
    "an address": r"(?i)www\.[^\s]|[a-z]+:[^\s]|[\w.+-]+@[\w-]+\.",
    "an emoji": r":[a-z0-9_+-]+:",
    "a formula": r"\$.+\$",
}


@given(texts)
@example("@acme/approvers #12 GH-12 acme/it#12 acme@deadbeef")
@example("a5c3785ed8d6a35868bc169f07e40e889087fd2e www.evil.example http://evil.example :tada: $x$")
def test_github_finds_nothing_to_link(text: str) -> None:
    pieces = rendered(f"{markdown(text)}\n").pieces
    found = [name for name, pattern in _LINKED.items() for each in pieces if re.search(pattern, each)]
    assert found == []


def test_plain_names_stay_readable_in_the_source() -> None:
    assert markdown("Niamh O'Brien, Finance") == "Niamh O'Brien, Finance"
    assert markdown("dana.reyes@acme.example") == "dana.reyes&#64;<!-- -->acme.example"


@given(texts)
def test_html_is_text_in_an_element_and_in_an_attribute(text: str) -> None:
    page = _Page(f'<p title="{html(text)}">{html(text)}</p>')
    assert page.elements == ["p"]
    assert page.text == terminal(text)
    assert html(text).isprintable()
    assert not set(html(text)) & set("<>\"'")


@given(st.lists(texts, min_size=1, max_size=4))
def test_csv_gives_the_texts_back_and_no_formula(cells: list[str]) -> None:
    written = ",".join(csv_cell(each) for each in cells)
    [row] = csv.reader(io.StringIO(written + "\r\n", newline=""), strict=True)
    for cell, text in zip(row, cells, strict=True):
        assert cell in (terminal(text), f"'{terminal(text)}")
    assert not [cell for cell in row if cell.lstrip()[:1] in tuple("=+-@\t\r＝＋－＠")]


@given(texts, texts)
def test_a_spreadsheet_that_parts_at_semicolons_finds_the_same_cells(one: str, other: str) -> None:
    [row] = csv.reader(io.StringIO(f"{csv_cell(one)};{csv_cell(other)}"), delimiter=";", strict=True)
    assert len(row) == 2


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Dana Reyes", '"Dana Reyes"'),
        ('Dana "D" Reyes', '"Dana ""D"" Reyes"'),
        ("=HYPERLINK(A1)", '"\'=HYPERLINK(A1)"'),
        (" =1+1", '"\' =1+1"'),
        ("@sum", '"\'@sum"'),
        ("\t=1", '"\\u0009=1"'),
        ("-", '"\'-"'),
        ("", '""'),
    ],
)
def test_cells_as_they_are_written(text: str, cell: str) -> None:
    assert csv_cell(text) == cell
