"""A document before it is HTML or PDF: one page that says it all, then sections of tables. Texts are plain texts.

Both forms are made of the same value, so that they say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from leaver.evidence.report.picture import Picture
from leaver.evidence.report.words import clean

Tone = Literal["", "good", "bad", "warn", "quiet", "mono"]


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: one line or more. `tone` is how it is set off; the words alone say it, too."""

    lines: tuple[str, ...]
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under headers; the first cell of a row is what the row is about. `widths` are shares of the width."""

    caption: str
    headers: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A heading, what to know about it, and its tables."""

    title: str
    notes: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One value that the reader came for."""

    label: str
    value: str
    note: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """`summary` and `left` are the first page; `sections` are the proof."""

    kind: str
    """Departure report, Report for a period."""
    title: str
    subtitle: str
    badge: str
    tone: Tone
    summary: tuple[str, ...]
    figures: tuple[Figure, ...]
    left_title: str = "What is left to do"
    left: tuple[str, ...] = ()
    picture: Picture | None = None
    caption: str = ""
    """What the picture shows, under it."""
    first: tuple[Section, ...] = ()
    """Sections of the first page."""
    sections: tuple[Section, ...] = ()
    foot: str = ""
    made: datetime

    def to_view(self) -> dict[str, Any]:
        """Plain data for the templates: every text on one line, with nothing invisible in it."""
        view: dict[str, Any] = clean(asdict(self))
        view["made"] = self.made.isoformat()
        return view


def cell(*lines: str | None, tone: Tone = "") -> Cell:
    """A cell of the lines that are not empty; a dash where there are none."""
    return Cell(tuple(line for line in lines if line) or ("–",), tone)


def table(caption: str, headers: Mapping[str, int], rows: Iterable[Sequence[Cell]]) -> tuple[Table, ...]:
    """A table, or none when there are no rows. `headers` are the columns' names and widths."""
    found = tuple(tuple(row) for row in rows)
    if not found:
        return ()
    return (Table(caption=caption, headers=tuple(headers), widths=tuple(headers.values()), rows=found),)
