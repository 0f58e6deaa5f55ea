"""policies/trusted.yaml: who maintains the repository, and which clients' own policies may run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from leaver.errors import Place, Problem, RecordsError
from leaver.model.types import Approver, Record
from leaver.source.files import FileFault, read_bytes
from leaver.source.reader import Places, read
from leaver.source.text import Flaw, decode

TRUSTED = "policies/trusted.yaml"
_SUBJECT = "trust configuration"
_REMEDY = (
    "Write `maintainers: [...]`, and `policies:` with a line `<file>: sha256:<64 hexadecimal digits>` each."
)


class Trust(Record):
    """What the maintainers have let in; without the file, nothing."""

    maintainers: tuple[Approver, ...] = ()
    policies: Mapping[str, Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]] = {}
    """The digest of the approved content by file, relative to the project with `/`."""


def trust(root: Path) -> Trust:
    """The trust configuration of the project at `root`; an empty one where there is no file.

    Raises:
        RecordsError: the file is not what it must be.
    """
    if not (root / TRUSTED).exists():
        return Trust()
    try:
        text = decode(read_bytes(root.resolve(), TRUSTED, _SUBJECT))
    except FileFault as fault:
        raise RecordsError([fault.problem]) from None
    if isinstance(text, Flaw):
        raise RecordsError([_problem(text)])
    places = Places()
    document = read(text, places)
    if document.flaws:
        raise RecordsError(_problem(flaw) for flaw in document.flaws)
    try:
        return Trust.model_validate(document.data, by_name=False, by_alias=True)
    except ValidationError as invalid:
        raise RecordsError(
            Problem(
                Place(
                    TRUSTED, *places.values.get(error["loc"][:2], places.values.get(error["loc"][:1], (0, 0)))
                ),
                _SUBJECT,
                f"`{'.'.join(map(str, error['loc'])) or 'the file'}` is not what it must be",
                _REMEDY,
            )
            for error in invalid.errors(include_url=False)
        ) from None


def _problem(flaw: Flaw) -> Problem:
    return Problem(Place(TRUSTED, flaw.line, flaw.column), _SUBJECT, flaw.fault, flaw.remedy)
