"""The exit letter: what was signed and what goes on, from a text that can do nothing but name fields."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaver.evidence.report.facts import unrecorded
from leaver.evidence.report.letter import (
    FIELDS,
    Letter,
    default_text,
    letter,
    letter_html,
    letter_pdf,
    problems_of,
)
from leaver.model import Nda, Period
from tests.evidence.pdf_text import Pdf, squeezed
from tests.evidence.samples import AGREED, FACTS, HOSTILE, MADE, facts
from tests.evidence.test_report_pages import Page

SIGNED = date(2024, 3, 1)


def of(text: str, known: object = FACTS, **changes: object) -> Letter:
    return letter(facts(**changes) if changes else known, AGREED, MADE, text)  # type: ignore[arg-type]


def said(text: str, **changes: object) -> str:
    """What becomes of a text of one paragraph."""
    (block,) = of(text, **changes).blocks
    return block.texts[0]


def test_the_default_text_uses_fields_that_there_are() -> None:
    assert problems_of(default_text(), "exit.txt") == []


def test_the_letter_says_what_was_signed_what_survives_and_what_to_give_back() -> None:
    for text in (Page(letter_html(of(default_text()))).text, Pdf(letter_pdf(of(default_text()))).text()):
        for sentence in (
            "What goes on after you leave Acme Robotics",
            "Dear Dana Reyes,",
            "Your access to the systems of Acme Robotics ends on November 27, 2026.",
            "On March 1, 2024 you signed the confidentiality agreement NDA-2024-017.",
            "Your duties of confidence under NDA-2024-017 go on for 5 years after you leave: up to and including "
            "November 27, 2031.",
            "Everything that belongs to Acme Robotics",
        ):
            assert squeezed(sentence) in squeezed(text)


def test_days_are_written_as_the_client_s_zone_has_them() -> None:
    here = of("{today} {last day}", zone="Australia/Sydney")
    assert here.blocks[0].texts == ("29 November 2026 28 November 2026",)


@pytest.mark.parametrize(
    ("nda", "survives", "ends"),
    [
        (
            Nda(signed=SIGNED, document="N-1", survives=Period(18, "month")),
            "Your duties of confidence under N-1 go on for 18 months after you leave: up to and including "
            "May 27, 2028.",
            "",
        ),
        (
            Nda(signed=SIGNED, document="N-1"),
            "Your duties of confidence under N-1 go on after you leave. Our record does not say for how long; the "
            "agreement itself does.",
            "",
        ),
        (
            Nda(signed=SIGNED, document="N-1", expires=date(2027, 3, 1)),
            "Your duties of confidence under N-1 go on after you leave. Our record does not say for how long; the "
            "agreement itself does.",
            "The agreement itself holds until March 1, 2027; what you learn while it holds stays covered after that.",
        ),
        (
            Nda(signed=SIGNED, document="N-1", survives=Period(1, "day"), expires=date(2026, 11, 28)),
            "Your duties of confidence under N-1 go on for 1 day after you leave: up to and including "
            "November 28, 2026.",
            "The agreement itself ended on November 28, 2026; what you learned while it held stays covered.",
        ),
    ],
)
def test_what_goes_on_is_counted_on_the_calendar_from_the_end_of_access(
    nda: Nda, survives: str, ends: str
) -> None:
    assert said("{what survives}", nda=nda) == survives
    found = of("{agreement ends}", nda=nda).blocks
    assert [block.texts[0] for block in found] == ([ends] if ends else [])


def test_duties_count_from_when_access_really_ended() -> None:
    late = letter(FACTS, AGREED + timedelta(days=3), MADE, "{what survives}")
    assert late.blocks[0].texts[0].endswith("November 30, 2031.")


def test_a_missing_agreement_is_said_plainly_in_the_letter_and_to_whoever_made_it() -> None:
    made = of(default_text(), nda=None)
    assert made.missing == (
        'acme: person "dana.reyes": the record has no `nda`. Add `nda: {signed: 2024-03-01, document: ..., '
        "survives: 5 years}` if one was signed; the letter says that none is on record."
    )
    text = Page(letter_html(made)).text
    assert "Not to be sent as it is" in text
    assert "We have no signed confidentiality agreement of yours on record." in text
    assert of(default_text(), unrecorded("acme", "dana.reyes")).missing is not None
    assert of(default_text()).missing is None


def test_a_field_that_there_is_not_is_a_problem_with_its_place_and_all_fields() -> None:
    problems = problems_of("Dear {name},\n\nyour {nda} and {nam}\n", "identities/acme/letters/exit.txt")
    listed = ", ".join(FIELDS)
    assert [str(each) for each in problems] == [
        'identities/acme/letters/exit.txt:3:6: letter: there is no field "nda". '
        f"Correct it; there are: {listed}.",
        'identities/acme/letters/exit.txt:3:16: letter: there is no field "nam". '
        f'Correct it to "name"; there are: {listed}.',
    ]


@pytest.mark.parametrize(
    "text",
    [
        "{{ 7*7 }}",
        "{% for x in y %}",
        "{name.__class__}",
        "{name!r}",
        "{0}",
        "#eval(1) $x$ <b>bold</b>",
        "{__import__('os')}",
    ],
)
def test_a_text_is_never_code(text: str) -> None:
    assert said(text) == text
    page = Page(letter_html(of(text)))
    assert text in page.text
    assert not page.all("b")
    assert squeezed(text) in squeezed(Pdf(letter_pdf(of(text))).text())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_with_braces_or_markup_is_put_in_once_and_as_it_is(name: str) -> None:
    assert said("Dear {name}, {client}", name=name, client_name="{name}") == f"Dear {name}, {{name}}"
    assert squeezed(name) in squeezed(Pdf(letter_pdf(of("{name}", name=name))).text())


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=80))
def test_every_text_makes_a_letter_and_adds_no_element_of_its_own(text: str) -> None:
    elements = {tag for tag, _ in Page(letter_html(of(text))).elements}
    assert elements <= {
        "html", "head", "meta", "title", "style", "body", "main", "address", "strong", "p", "h1", "h2", "ul", "li",
        "div",
    }  # fmt: skip


def test_layout_is_headings_lists_and_paragraphs() -> None:
    made = of("# Subject\r\n\r\n# Part\n\n- one\n- two\n\nline one\nline two\n")
    assert made.subject == "Subject"
    assert [(block.form, block.texts) for block in made.blocks] == [
        ("heading", ("Part",)),
        ("list", ("one", "two")),
        ("paragraph", ("line one line two",)),
    ]


def test_the_same_letter_is_the_same_bytes() -> None:
    assert letter_pdf(of(default_text())) == letter_pdf(of(default_text()))
