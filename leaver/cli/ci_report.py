"""What commands printed, as Markdown for a pull request's comment and a run's summary."""

from __future__ import annotations

import re
from pathlib import Path

from leaver.escape import html, terminal

MARKER = "<!-- leaver:preview -->"
"""The first line of the comment, by which the next run finds it. GitHub does not show it."""
LIMIT = 60_000
"""Characters; GitHub takes 65,536 in a comment."""
_TICKS = re.compile("`{3,}")
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


def section(title: str, text: str, code: int, limit: int = LIMIT) -> str:
    """One command's output, folded away when it went well.

    The text stands in a fence longer than any in it, so that nothing in a record is read as Markdown or HTML.
    """
    lines = [terminal(line) for line in _COLOURS.sub("", text).splitlines()]
    fence = "`" * max((len(run) + 1 for line in lines for run in _TICKS.findall(line)), default=3)
    shown: list[str] = []
    room = limit - 500
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            shown.append(f"... and {len(lines) - len(shown)} more lines: see the run's artefact")
            break
        shown.append(line)
    verdict = {0: "clean", 1: "problems", 2: "wrong usage", 3: "a directory or a provider failed"}
    head = f"<code>{html(title)}</code>: {verdict.get(code, f'ended with {code}')}"
    opened = "<details>" if code == 0 and len(lines) > 12 else "<details open>"
    return "\n".join([f"{opened}<summary>{head}</summary>", "", fence, *shown, fence, "", "</details>", ""])


def read(path: Path) -> str:
    """What a command printed, whatever its bytes."""
    return path.read_bytes().decode(errors="replace")
