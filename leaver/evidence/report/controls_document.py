"""The controls and what proves them, as a section of a document."""

from __future__ import annotations

from collections.abc import Sequence

from leaver.evidence.report.controls import Line
from leaver.evidence.report.document import Section, Table, Tone, cell, table
from leaver.evidence.report.proofs import Shown

_TONES: dict[Shown, Tone] = {Shown.YES: "good", Shown.NO: "bad", Shown.NOT: "quiet"}
_NOTE = (
    "The controls in our own words, and what in this report proves each. A report of departures cannot show that a "
    "whole control is kept; where it shows nothing, it says so."
)


def controls_section(lines: Sequence[Line]) -> Section:
    """One table for each framework."""
    tables: list[Table] = []
    for framework in dict.fromkeys(line.control.framework for line in lines):
        rows = [
            (
                cell(line.control.number, line.control.title),
                cell(line.control.asks),
                cell(line.proof.shown.value, tone=_TONES[line.proof.shown]),
                cell(line.proof.text),
            )
            for line in lines
            if line.control.framework == framework
        ]
        headers = {"Control": 20, "Asks for": 32, "Here": 14, "What shows it": 34}
        tables.extend(table(framework, headers, rows))
    return Section(title="Controls", notes=(_NOTE,), tables=tuple(tables))
