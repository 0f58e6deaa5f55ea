"""The example of docs/report.py, and the files that show it. Bless with: python -m tests.evidence.golden_report."""

from __future__ import annotations

import json
from pathlib import Path

from docs.report import report
from leaver.evidence.report.departure_document import departure_document
from leaver.evidence.report.html import document_html
from leaver.evidence.report.json_form import departure_json

FOLDER = Path(__file__).with_name("golden")


def shown() -> dict[str, str]:
    """The example in its forms, by the names of their files."""
    made = report()
    return {
        "departure.html": document_html(departure_document(made)),
        "departure.json": json.dumps(departure_json(made), indent=2, ensure_ascii=False) + "\n",
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in shown().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
