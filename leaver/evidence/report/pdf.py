"""Documents as PDF, by Typst: the same words as the HTML, as tagged PDF (PDF/UA-1) where every character has a glyph.

The data reaches the template as JSON and is read there into strings; Typst never reads a string as markup, so no name
can become code. The templates import nothing from outside their folder and no package. What is made depends on the
document alone: its date is that of the document, and the fonts are those inside Typst. Only for characters that
these lack (they have Latin, Greek and Cyrillic) the fonts of the machine are looked at.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

from leaver.evidence.report.document import Document
from leaver.evidence.report.html import svg

if TYPE_CHECKING:
    from collections.abc import Mapping

FONT = "'Libertinus Serif'"
_COVERED = re.compile(r"[\u0000-\u024f\u0370-\u03ff\u0400-\u045f\u2010-\u2027\u2030-\u203a\u20ac\u2122]*")
_NO_GLYPH = "could not be displayed"
_UA = b"pdfuaid:part"


def document_pdf(document: Document) -> bytes:
    """The document as PDF. Same document, same bytes."""
    view = document.to_view()
    return compile_pdf("document.typ", view, document.made, _pictured(view))


def is_whole(data: bytes) -> bool:
    """Whether every character of a PDF made here has a glyph; else the fonts of this machine lack some."""
    return _UA in data


def document_png(document: Document, dots_per_inch: float = 100) -> list[bytes]:
    """Each page as a picture."""
    view = document.to_view()
    return _pages("document.typ", view, document.made, _pictured(view), dots_per_inch)


def compile_pdf(
    template: str, view: Mapping[str, Any], made: datetime, pictures: Mapping[str, str] | None = None
) -> bytes:
    """One of the package's Typst templates with `view` as its data. Same arguments, same bytes."""
    import typst

    sys_inputs, others = _inputs(view, made, pictures or {})
    with as_file(files("leaver.evidence.report") / "templates") as folder:
        given: dict[str, Any] = {
            "input": str(folder / template),
            "root": str(folder),
            "ignore_system_fonts": not others,
            "sys_inputs": sys_inputs,
        }
        stamp = int(made.timestamp())
        try:
            found = typst.Compiler(**given).compile(format="pdf", pdf_standards=["ua-1"], timestamp=stamp)
        except typst.TypstError as fault:
            if _NO_GLYPH not in str(fault):
                raise
            # PDF/UA allows no character without a glyph. It is better to have the paper with a box in it.
            found = typst.Compiler(**given).compile(format="pdf", timestamp=stamp)
    return _bytes(found)


def _pages(
    template: str, view: Mapping[str, Any], made: datetime, pictures: Mapping[str, str], dots: float
) -> list[bytes]:
    import typst

    sys_inputs, others = _inputs(view, made, pictures)
    with as_file(files("leaver.evidence.report") / "templates") as folder:
        compiler = typst.Compiler(
            input=str(folder / template),
            root=str(folder),
            ignore_system_fonts=not others,
            sys_inputs=sys_inputs,
        )
        found = compiler.compile(format="png", ppi=dots)
    return [found] if isinstance(found, bytes) else [each for each in found or () if each is not None]


def _pictured(view: Mapping[str, Any]) -> dict[str, str]:
    return {"svg": str(svg(view["picture"], FONT))} if view["picture"] is not None else {"svg": ""}


def _inputs(
    view: Mapping[str, Any], made: datetime, pictures: Mapping[str, str]
) -> tuple[dict[str, str], bool]:
    """What the template gets, and whether it has characters that the fonts inside Typst lack."""
    date = {"year": made.year, "month": made.month, "day": made.day}
    text = json.dumps({**view, "date": date}, ensure_ascii=False, sort_keys=True)
    return {"document": text, **pictures}, _COVERED.fullmatch(text) is None


def _bytes(found: Any) -> bytes:
    if not isinstance(found, bytes):
        raise TypeError(f"Typst answered with {type(found).__name__}")
    return found
