"""The problems that Leaver reports, and the errors that carry them.

A problem is one line: place, subject, fault with its values, remedy. All problems of a run are collected,
sorted by place and reported together; nobody should have to run a command five times to see five faults.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

EXIT_CLEAN = 0
EXIT_PROBLEMS = 1
EXIT_USAGE = 2
EXIT_DIRECTORY = 3


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value stands: a file relative to the project root; line and column from 1 (0: the whole file)."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong, and what to do about it.

    `subject` names the record (`person "dana.reyes"`), `fault` what is wrong with the values that are wrong,
    `remedy` the next step; `fault` ends without a full stop and `remedy` with one.
    """

    place: Place
    subject: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.subject}: {self.fault}. {self.remedy}"


class LeaverError(Exception):
    """Something stops Leaver from going on; the message says what to do next."""

    exit_code = EXIT_PROBLEMS

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip())


class RecordsError(LeaverError):
    """The records have problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class UsageError(LeaverError):
    """The command was given something it cannot use."""

    exit_code = EXIT_USAGE


class DirectoryError(LeaverError):
    """A directory, or the provider plugin in front of it, failed or could not be reached."""

    exit_code = EXIT_DIRECTORY
