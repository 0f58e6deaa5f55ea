"""What breaks a rule between records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from leaver.model.nearest import hint

File = Literal["client", "groups", "people", "overrides", "limits"]
"""The kinds of files of records; `limits` is the one over all clients."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One break of a rule: the file, the path of the value in it (record key first), and the problem's texts."""

    file: File
    path: tuple[str | int, ...]
    subject: str
    fault: str
    remedy: str


def person_subject(key: str) -> str:
    """The person as problems name them."""
    return f'person "{key}"'


def repeated(key: str, field: str, names: tuple[str, ...] | None) -> Iterator[Finding]:
    """Each name of the person's list `field` that stands in it a second time."""
    if names is None or len(set(names)) == len(names):
        return
    seen: set[str] = set()
    for at, name in enumerate(names):
        if name in seen:
            yield Finding(
                "people",
                (key, field, at),
                person_subject(key),
                f'`{field}` names "{name}" twice',
                "Keep one of them.",
            )
        seen.add(name)


def unknown(
    file: File,
    path: tuple[str | int, ...],
    subject: str,
    kind: str,
    name: str,
    known: Mapping[str, object],
    or_else: str,
) -> Finding:
    """`name`, which should be a key of `known`, is none."""
    return Finding(
        file, path, subject, f'{kind} "{name}" is not known', f"Correct it{hint(name, known)}, or {or_else}."
    )
