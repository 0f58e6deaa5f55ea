"""What is wrong with clients' own texts of the exit letter, at its place."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from leaver.errors import Problem, RecordsError


def letter_problems(root: Path, clients: Iterable[str]) -> list[Problem]:
    """The problems of the texts of these clients, sorted by place."""
    from leaver.source.letter import exit_text, letter_file

    found: list[Problem] = []
    for key in clients:
        try:
            text = exit_text(root, key)
        except RecordsError as error:
            found += error.problems
            continue
        if text is not None:
            from leaver.evidence.report.letter import problems_of

            found += problems_of(text, letter_file(key))
    return sorted(found)
