"""The exit letter: what somebody signed, what of it goes on, and until when. Plain text with named fields.

A client may have a text of its own. It is data that whoever may change records may write, so it must never be code:
`{name}` stands for a field of the list below and for nothing else, there are no expressions, conditions or files, and
the values are put in once, so that a value with braces stays what it is. A line that begins with `# ` is a heading,
one with `- ` an item of a list, and an empty line begins a new paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from leaver.errors import Place, Problem
from leaver.evidence.report import words
from leaver.evidence.report.facts import Facts
from leaver.evidence.report.html import page
from leaver.evidence.report.pdf import compile_pdf
from leaver.model.nearest import hint

FIELDS: Mapping[str, str] = {
    "name": "what the person is called",
    "client": "the client's name",
    "today": "the day on which the letter is made",
    "last day": "the day on which access ends, or ended",
    "what you signed": "a sentence: which agreement, and when",
    "document": "the number of the agreement",
    "signed": "the day on which it was signed",
    "what survives": "a sentence: how long the duties go on, and until when",
    "agreement ends": "a sentence: when the agreement itself ends, or ended",
    "handover": "a sentence: who takes over mail and files; empty when nobody is named",
    "ticket": "the number of the ticket",
}
_FIELD = re.compile(r"\{([^{}\n]{0,40})\}")
LONGEST = 40_000
"""Characters of a text."""


@dataclass(frozen=True, slots=True)
class Block:
    """One part of the letter's body; a list has several texts."""

    form: Literal["heading", "paragraph", "list"]
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter to somebody who leaves. `missing` says what the records lack for it; then it is not to be sent."""

    client: str
    name: str
    today: str
    subject: str
    blocks: tuple[Block, ...]
    made: datetime
    missing: str | None = None

    def to_view(self) -> dict[str, Any]:
        """Plain data for the templates."""
        blocks = [{"form": block.form, "texts": list(block.texts)} for block in self.blocks]
        view: dict[str, Any] = words.clean(
            {
                "client": self.client,
                "name": self.name,
                "today": self.today,
                "subject": self.subject,
                "blocks": blocks,
                "missing": self.missing or "",
            }
        )
        return view


def default_text() -> str:
    """The text of clients that have none of their own; a start for those who write one."""
    return (files("leaver.evidence.report") / "templates" / "exit.txt").read_text(encoding="utf-8")


def problems_of(text: str, file: str) -> list[Problem]:
    """What is wrong with a text, with its line and column."""
    found = []
    if len(text) > LONGEST:
        fault = f"has {len(text):,} characters, more than {LONGEST:,}"
        found.append(Problem(Place(file), "letter", fault, "Make it shorter."))
    for number, line in enumerate(text.splitlines(), 1):
        for match in _FIELD.finditer(line):
            if match[1] not in FIELDS:
                place = Place(file, number, match.start() + 1)
                remedy = f"Correct it{hint(match[1], FIELDS)}; there are: {', '.join(FIELDS)}."
                fault = f'there is no field "{match[1]}"'
                found.append(Problem(place, "letter", fault, remedy))
    return found


def letter(facts: Facts, ended: datetime | None, made: datetime, text: str) -> Letter:
    """The letter to the person. `ended` is when access ended by the evidence; else the record's moment counts.

    `text` has been looked at by `problems_of`; a field that there is not stays as it stands.
    """
    end = ended or facts.due or facts.agreed
    today = words.day_of(made, facts.zone)
    values = {
        "name": facts.name,
        "client": facts.client_name,
        "today": today,
        "last day": words.day_of(end, facts.zone) if end is not None else "a day that is not agreed yet",
        "document": facts.nda.document if facts.nda is not None else "(none on record)",
        "signed": words.day(facts.nda.signed, facts.zone) if facts.nda is not None else "(no day on record)",
        "what you signed": what_you_signed(facts),
        "what survives": what_survives(facts, end),
        "agreement ends": agreement_ends(facts, made.astimezone(ZoneInfo(facts.zone)).date()),
        "handover": f"{facts.handover} takes over your mail and files." if facts.handover else "",
        "ticket": facts.ticket or "",
    }
    subject, blocks = "", []
    for block in _blocks(text, values):
        if block.form == "heading" and not subject:
            subject = block.texts[0]
        else:
            blocks.append(block)
    return Letter(
        client=facts.client_name,
        name=facts.name,
        today=today,
        subject=subject or "When you leave",
        blocks=tuple(blocks),
        made=made,
        missing=missing(facts),
    )


def missing(facts: Facts) -> str | None:
    """What the records lack for a letter that says something; None when they have it."""
    if facts.nda is not None:
        return None
    what = "the record has no `nda`" if facts.recorded else "the record is gone, and with it the agreement"
    return (
        f'{facts.client}: person "{facts.person}": {what}. Add `nda: {{signed: 2024-03-01, document: ..., '
        "survives: 5 years}` if one was signed; the letter says that none is on record."
    )


def what_you_signed(facts: Facts) -> str:
    """Which agreement, and when, in a sentence."""
    if facts.nda is None:
        return "We have no signed confidentiality agreement of yours on record."
    signed = words.day(facts.nda.signed, facts.zone)
    return f"On {signed} you signed the confidentiality agreement {facts.nda.document}."


def what_survives(facts: Facts, end: datetime | None) -> str:
    """How long the duties go on, in a sentence; counted on the calendar of the client's zone."""
    nda = facts.nda
    if nda is None:
        return f"What the law itself asks of you toward {facts.client_name} goes on all the same."
    if nda.survives is None:
        return (
            f"Your duties of confidence under {nda.document} go on after you leave. Our record does not say for how "
            "long; the agreement itself does."
        )
    if end is None:
        return f"Your duties of confidence under {nda.document} go on for {nda.survives} after the day you leave."
    last = words.day_of(nda.survives.after(end, facts.zone), facts.zone)
    return (
        f"Your duties of confidence under {nda.document} go on for {nda.survives} after you leave: "
        f"up to and including {last}."
    )


def agreement_ends(facts: Facts, today: date) -> str:
    """When the agreement itself stops to hold, in a sentence; empty when the record says nothing of it."""
    nda = facts.nda
    if nda is None or nda.expires is None:
        return ""
    day = words.day(nda.expires, facts.zone)
    if nda.expires <= today:
        return f"The agreement itself ended on {day}; what you learned while it held stays covered."
    return f"The agreement itself holds until {day}; what you learn while it holds stays covered after that."


def letter_html(letter: Letter) -> str:
    """The letter as a page."""
    return page("letter.html", letter.to_view())


def letter_pdf(letter: Letter) -> bytes:
    """The letter as PDF. Same letter, same bytes."""
    return compile_pdf("letter.typ", letter.to_view(), letter.made)


def _blocks(text: str, values: Mapping[str, str]) -> Iterator[Block]:
    """The blocks of a text with its fields filled in; a paragraph of which nothing is left is left out."""
    for part in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n")):
        lines = [line.strip() for line in part.strip().split("\n") if line.strip()]
        if lines and all(line.startswith("- ") for line in lines):
            yield Block("list", tuple(_filled(line[2:], values) for line in lines))
        elif lines and lines[0].startswith("# "):
            yield Block("heading", (_filled(lines[0][2:], values),))
            if rest := _filled(" ".join(lines[1:]), values):
                yield Block("paragraph", (rest,))
        elif filled := _filled(" ".join(lines), values):
            yield Block("paragraph", (filled,))


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _FIELD.sub(lambda match: values.get(match[1], match[0]), text).strip()
