"""Documents as HTML: one file with its style and picture inside, nothing from elsewhere, no script.

Names come from hostile places: templates escape every value, and the page forbids itself scripts and addresses by a
content security policy besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from leaver.evidence.report.document import Document

FONT = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', 'DejaVu Sans', sans-serif"


def document_html(document: Document) -> str:
    """The document as a page."""
    view = document.to_view()
    picture = svg(view["picture"], FONT) if view["picture"] is not None else ""
    return page("document.html", view, svg=picture)


def page(template: str, view: Mapping[str, Any], **more: Any) -> str:
    """A page of one of the package's templates, with the style inside."""
    loader = _environment().loader
    css = loader.get_source(_environment(), "style.css")[0] if loader is not None else ""
    return _environment().get_template(template).render(**view, **more, css=Markup(css))  # noqa: S704 - our own file


def svg(picture: Mapping[str, Any], font: str) -> Markup:
    """The picture; the same shapes for HTML and PDF, in a font that is there."""
    rendered = _environment().get_template("picture.svg").render(picture=picture, font=Markup(font))  # noqa: S704
    return Markup(rendered)  # noqa: S704 - every value in it was escaped by the template


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("leaver.evidence.report"), autoescape=True, undefined=StrictUndefined
    )
