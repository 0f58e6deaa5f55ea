"""identities/limits.yaml: how much may be taken away over all clients together."""

from __future__ import annotations

from pathlib import Path

from leaver.errors import Place, Problem, RecordsError
from leaver.model import AllLimits
from leaver.source.files import IDENTITIES, FileFault, read_bytes
from leaver.source.text import Flaw, decode
from leaver.source.typed import ALL_CLIENTS, TypedFile

LIMITS = f"{IDENTITIES}/limits.yaml"


def all_limits(root: Path) -> AllLimits:
    """The limits over all clients of the project at `root`; the built-in ones where there is no file.

    Raises:
        RecordsError: the file is not what it must be.
    """
    root = root.resolve()
    if not (root / LIMITS).exists():
        return AllLimits()
    try:
        text = decode(read_bytes(root, LIMITS, ALL_CLIENTS))
    except FileFault as fault:
        raise RecordsError([fault.problem]) from None
    if isinstance(text, Flaw):
        place = Place(LIMITS, text.line, text.column)
        raise RecordsError([Problem(place, ALL_CLIENTS, text.fault, text.remedy)])
    typed = TypedFile.of("", LIMITS, "limits", text, None)
    if typed.problems or typed.limits is None:
        raise RecordsError(typed.problems)
    return typed.limits
