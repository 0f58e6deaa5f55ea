"""Tables of what each cell of a parametrised test came to, printed after the tests, whichever worker ran them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

_PROPERTY = "matrix"
Note = Callable[[str, str, str], None]
"""Notes what a cell came to: row, column, words."""


@pytest.fixture
def note(request: pytest.FixtureRequest, record_property: Callable[[str, object], None]) -> Note:
    """Puts a cell into the table of the test's module, which its MATRIX names."""

    def cell(row: str, column: str, words: str) -> None:
        record_property(_PROPERTY, [request.module.MATRIX, row, column, words])

    return cell


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print every table, its rows and columns in the order of their names."""
    tables: dict[str, dict[tuple[str, str], str]] = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    if name == _PROPERTY:
                        title, row, column, words = value
                        tables.setdefault(title, {})[row, column] = words
    for title, cells in sorted(tables.items()):
        rows = sorted({row for row, _ in cells})
        columns = sorted({column for _, column in cells})
        width = max(len(row) for row in rows) + 2
        terminalreporter.write_line("")
        terminalreporter.write_line(title)
        terminalreporter.write_line(" " * width + "".join(f"{column:<15}" for column in columns))
        for row in rows:
            shown = "".join(f"{cells.get((row, column), '-'):<15}" for column in columns)
            terminalreporter.write_line(f"{row:<{width}}{shown}".rstrip())
