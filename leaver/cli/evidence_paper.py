"""Papers made of the evidence: their options, their formats, and where they are written."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.output import complain, say_json, write_file

if TYPE_CHECKING:
    from leaver.evidence.report.document import Document

output_option = click.option(
    "--output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to; - is the standard output. Else a file named after what it is about, here.",
)
_NO_FONT = (
    "leaver: this machine has no font for some characters of the report; the PDF shows boxes in their place. "
    "Install one, such as Noto Sans CJK, or take the HTML."
)


def written(
    document: Callable[[], Document],
    data: Callable[[], dict[str, Any]],
    stem: str,
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> str | None:
    """Write the report; the file's name, or None when there was none to write or it went to the standard output."""
    if as_json and form is None and output is None:
        return None
    chosen = form or form_of(output)
    if chosen == "json" and (output is None or str(output) == "-"):
        if not as_json:
            say_json(data())
        return None
    if chosen == "json":
        import json

        made = (json.dumps(data(), indent=2) + "\n").encode()
    elif chosen == "pdf":
        from leaver.evidence.report.pdf import document_pdf

        made = document_pdf(document())
    else:
        from leaver.evidence.report.html import document_html

        made = document_html(document()).encode()
    return put(made, output, f"{stem}.{chosen}")


def form_of(output: Path | None) -> str:
    """The format that the name of a file asks for."""
    ending = output.suffix.lower().removeprefix(".") if output is not None else ""
    return {"htm": "html", "html": "html", "pdf": "pdf", "json": "json"}.get(ending, "html")


def put(made: bytes, output: Path | None, name: str) -> str | None:
    """Write to `output`, else to a file of this name here; None when it went to the standard output."""
    if made.startswith(b"%PDF"):
        from leaver.evidence.report.pdf import is_whole

        if not is_whole(made):
            complain(_NO_FONT)
    if output is not None and str(output) == "-":
        sys.stdout.buffer.write(made)
        return None
    file = output or Path(re.sub(r"[^\w.@-]", "_", name))
    write_file(file, made)
    return str(file)
