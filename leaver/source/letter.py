"""A client's own text of the exit letter, identities/<client>/letters/exit.txt; its form: leaver.evidence.report."""

from __future__ import annotations

from pathlib import Path

from leaver.errors import Place, Problem, RecordsError
from leaver.source.files import IDENTITIES, FileFault, read_bytes
from leaver.source.text import Flaw, decode, flaws


def letter_file(client: str) -> str:
    """Where the text stands, relative to the project."""
    return f"{IDENTITIES}/{client}/letters/exit.txt"


def exit_text(root: Path, client: str) -> str | None:
    """The client's own text; None when there is no such file. Raises RecordsError."""
    name = letter_file(client)
    if not (root / name).exists():
        return None
    try:
        text = decode(read_bytes(root, name, "letter"))
    except FileFault as fault:
        raise RecordsError([fault.problem]) from None
    found = [text] if isinstance(text, Flaw) else flaws(text)
    if found:
        raise RecordsError(
            Problem(Place(name, each.line, each.column), "letter", each.fault, each.remedy) for each in found
        )
    assert isinstance(text, str)  # noqa: S101 - a flaw was raised
    return text
