"""The report as HTML and as PDF: the same words in both, names that are only names, and nothing from elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta
from html.parser import HTMLParser
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.escape import terminal
from leaver.evidence import Kind, Outcome
from leaver.evidence.report.departure_document import departure_document
from leaver.evidence.report.document import Document
from leaver.evidence.report.html import document_html
from leaver.evidence.report.pdf import document_pdf, is_whole
from leaver.evidence.report.period_document import period_document
from tests.evidence.pdf_text import Pdf, squeezed
from tests.evidence.samples import (
    HOSTILE,
    MADE,
    after,
    cut,
    cuts,
    entry,
    facts,
    looked,
    over,
    reported,
    step,
    task,
)
from tests.examples import examples

_VOID = {"meta", "br", "col", "link", "img", "input", "hr"}


class Page(HTMLParser):
    """A page as a browser takes it: its elements with their attributes, its text, and whether all is closed."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in _VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for each, attributes in self.elements if each == tag]


def full(name: str = "Dana Reyes") -> Document:
    """A report with something in every part of it; `name` is wherever a name may be."""
    entries = [
        entry(Kind.BEFORE, 1, directory="entra", seen={"has": {"groups": {"groups": [name, "Finance"]}}}),
        cut(
            "entra",
            2,
            asked_by=f"{name} <lee@acme.example>",
            approved_by=(name,),
            commit="8d1c6b0e4f",
            plan="77aa",
        ),
        cut("okta", 3, Outcome.FAILED, why=f"{name} is the last administrator"),
        step("licences", seen={"before": {"licences": [name]}, "now": {"licences": []}}),
        step("groups", "okta", outcome=Outcome.UNVERIFIED, why=name),
        entry(Kind.TASK, 90, step="exit-letter", outcome=Outcome.DONE, asked_by=name),
        looked(3600),
    ]
    known = facts(
        name=name,
        client_name=f"{name} Ltd",
        handover=name,
        ticket=name,
        by_hand=(task("exit-letter", title=name, owner=name), task("door-badge", due=after(60))),
        titles={"licences": f"take {name} away"},
    )
    return departure_document(reported(entries, known))


def period() -> Document:
    """Two departures, one of them open."""
    second = [cut(name, 40) for name in ("entra", "okta")]
    reports = [reported(cuts()), reported(second, facts(by_hand=(task("door-badge", owner="facilities"),)))]
    return period_document(over(reports))


def words_of(document: Document) -> list[str]:
    """Every text that a document has, as it is to be read."""
    found: list[str] = []

    def walk(value: object) -> None:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, dict):
            for key, each in value.items():
                if key not in ("tone", "made", "picture", "widths"):
                    walk(each)
        elif isinstance(value, list):
            for each in value:
                walk(each)

    view = document.to_view()
    walk(view)
    if view["picture"]:
        walk([text["text"] for text in view["picture"]["texts"]])
    return [each for each in found if each]


def test_the_html_holds_every_word_of_the_document() -> None:
    document = full()
    text = squeezed(Page(document_html(document)).text)
    missing = [each for each in words_of(document) if squeezed(each) not in text]
    assert missing == []


@pytest.mark.parametrize("document", [full(), period()], ids=["departure", "period"])
def test_the_pdf_holds_every_word_of_the_document(document: Document) -> None:
    text = squeezed(Pdf(document_pdf(document)).text()).lower()
    # A table without others beside it needs no caption on paper, and captions of hidden tables are not drawn.
    captions = {
        table.caption for section in (*document.first, *document.sections) for table in section.tables
    }
    wanted = [each for each in words_of(document) if each not in captions]
    assert [each for each in wanted if squeezed(each).lower() not in text] == []


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name_in_html(name: str) -> None:
    page = Page(document_html(full(name)))
    assert page.text.count(" ".join(terminal(name).split())) > 10
    assert not page.all("script")
    assert not page.all("img")
    assert all(not key.startswith("on") for _, attributes in page.elements for key in attributes)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_only_a_name_in_pdf(name: str) -> None:
    pdf = Pdf(document_pdf(full(name)))
    assert squeezed(pdf.text()).count(squeezed(terminal(name))) > 10
    assert "root:" not in pdf.text()
    assert not re.search(rb"/(JavaScript|JS|Launch|URI|EmbeddedFile)\b", pdf.data)


@examples(40)
@given(name=st.text(max_size=40))
def test_no_text_at_all_adds_an_element_to_the_page(name: str) -> None:
    plain = [tag for tag, _ in Page(document_html(full("Dana Reyes"))).elements]
    page = Page(document_html(full(f"Dana{name}Reyes")))
    # A longer label may take another line of the picture.
    assert [tag for tag, _ in page.elements if tag != "text"] == [tag for tag in plain if tag != "text"]


@examples(8)
@given(name=st.text(max_size=30))
def test_any_text_at_all_makes_a_pdf(name: str) -> None:
    assert document_pdf(full(f"Dana{name}")).startswith(b"%PDF-")


def test_a_name_that_no_font_has_is_no_reason_to_have_no_report() -> None:
    data = document_pdf(full("Dana \U00012000 Reyes"))
    assert "DEPARTURE REPORT" in Pdf(data).text()
    assert not is_whole(data)


def test_a_character_that_reorders_the_line_is_seen() -> None:
    page = Page(document_html(full("Dana \u202eseyeR")))
    assert "Dana \\u202eseyeR" in page.text
    assert "\u202e" not in page.text


def test_nothing_comes_from_elsewhere() -> None:
    for document in (full(), period()):
        page = document_html(document)
        assert re.findall(r"(?:src|href|url)\s*[=(]\s*['\"]?(?!#hatch)", page) == []
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", page) == []
        assert "@import" not in page
        (policy,) = [
            each["content"]
            for each in Page(page).all("meta")
            if each.get("http-equiv") == "Content-Security-Policy"
        ]
        assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_the_page_can_be_read_without_seeing_it() -> None:
    page = Page(document_html(full()))
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert headings.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(headings))
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("caption")) == len(page.all("table"))
    assert {each.get("scope") for each in page.all("th")} == {"col", "row"}
    assert page.all("svg")[0]["role"] == "img"
    assert "Timeline of the departure of Dana Reyes" in page.text
    assert "17:00:02 EST: Access ended in entra" in page.text


def test_the_colours_of_text_can_be_told_from_their_background() -> None:
    css = document_html(full())
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", css))
    pairs = [
        ("ink", "paper"),
        ("soft", "paper"),
        ("soft", "quiet-back"),
        ("accent", "paper"),
        ("good", "good-back"),
        ("bad", "bad-back"),
        ("warn", "warn-back"),
    ]
    weak = [pair for pair in pairs if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5]
    assert weak == []


def _contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2.2, 1.4.3."""
    lights = sorted(_luminance(each) for each in (first, second))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_same_report_is_the_same_bytes() -> None:
    assert document_html(full()) == document_html(full())
    assert document_pdf(full()) == document_pdf(full())
    later = departure_document(reported(cuts(), made=MADE + timedelta(days=1)))
    assert document_pdf(later) != document_pdf(departure_document(reported(cuts())))


def test_the_pdf_is_tagged_for_readers_that_do_not_see_it() -> None:
    data = document_pdf(full())
    assert b"/MarkInfo" in data
    assert b"/Lang(en)" in data.replace(b" ", b"")
    assert is_whole(data)
    assert data.count(b"/S/TH") > 10


def test_what_no_directory_can_be_asked_about_is_not_said_to_be_read_back() -> None:
    entries = [*cuts(), step("sessions", "okta"), step("factors", "okta")]
    sure = departure_document(reported(entries))
    assert sure.summary[1] == (
        "The departure is complete: 2 of 2 further steps are done; each step was read back "
        "from the directory."
    )
    told = departure_document(reported(entries, facts(once=frozenset({"sessions"}))))
    assert told.summary[1].endswith(
        "each step was read back, but for one that the directory confirmed and cannot be asked about."
    )
    (steps,) = (each for each in told.sections if each.title == "Every step")
    assert [row[1].lines[0] for row in steps.tables[0].rows] == ["confirmed", "done"]


def test_the_first_page_says_what_a_manager_asks() -> None:
    pdf = Pdf(document_pdf(departure_document(reported(cuts()))))
    first = squeezed(pdf.page(pdf.pages[0]))
    for said in (
        "Dana Reyes’s access to the systems of Acme Robotics ended on Friday, November 27, 2026, 17:00:03 EST, "
        "3 s after the agreed moment, in Microsoft Entra ID and Okta; asked again afterwards, they said so.",
        "There was nothing further to do: the departure is complete.",
        "COMPLETE",
        "request req-okta",
    ):
        assert squeezed(said) in first
    assert squeezed("Every step") not in first
