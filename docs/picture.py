"""Draw the picture of the README: what `leaver demo` printed, as an SVG without fonts or scripts from elsewhere.

    python -m docs.picture             draw docs/demo.svg from docs/demo.ansi
    python -m docs.picture --record    run the demo first, and keep what it printed in docs/demo.ansi

Run it in the project's folder, after `make setup`.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

DOCS = Path(__file__).resolve().parent
RECORDED = DOCS / "demo.ansi"
PICTURE = DOCS / "demo.svg"
TITLE = "make demo"
WIDTH = 108
SCENES = ("Preview it", "Apply what", "Ask the directories", "Meanwhile")
"""How the titles of the demo's scenes begin that the picture shows, after their numbers."""
_TITLE = re.compile(r"\d+\. (.+)")
_STEPS = re.compile(r"( +)runbook, \d+ steps:")
_SHOWN = 3
"""Steps of a runbook that the picture shows; the demo prints all."""
_CLIENT = re.compile(r"\S.* \([\w-]+\), \d{4}-\d\d-\d\d \d\d:\d\d .*accounts.*")
"""The head of a client's preview; of all of them the picture shows the first."""
_DURATION = re.compile(r" *\([\d.]+ s\)")
_THEME = TerminalTheme(
    (23, 27, 34),
    (214, 219, 226),
    [
        (72, 79, 88),
        (255, 123, 114),
        (126, 205, 137),
        (224, 180, 92),
        (121, 184, 255),
        (210, 168, 255),
        (118, 207, 214),
        (177, 186, 196),
    ],
)
_FONTS = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace"
_FRAME = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img"
  aria-label="A preview, an apply, what the directories say afterwards, and two departures, as the demo prints them">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px FONTS; }}
.{unique_id}-title {{ font: 18px system-ui, sans-serif; }}
{styles}
</style>
<defs>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
""".replace("FONTS", _FONTS)


def record() -> str:
    """Run the demo with a terminal as its output, and answer the scenes of the picture.

    Only what it prints goes to that terminal; its progress bars go where this program's own errors go.
    """
    ours, its = pty.openpty()
    caught = bytearray()
    with subprocess.Popen(["leaver", "demo"], stdin=subprocess.DEVNULL, stdout=its) as demo:
        os.close(its)
        with suppress(OSError):  # Linux ends a terminal that nobody holds open any more with an error.
            while part := os.read(ours, 65_536):
                caught.extend(part)
    os.close(ours)
    if demo.returncode:
        sys.exit("The demo failed, so there is nothing to draw.")
    return scenes(caught.decode())


def scenes(printed: str) -> str:
    """The scenes of the picture in what the demo printed, in its order; how long each took says nothing here."""
    kept: list[str] = []
    shown = False
    for line in printed.replace("\r\n", "\n").split("\n"):
        plain = Text.from_ansi(line).plain
        if title := _TITLE.fullmatch(plain):
            shown = title[1].startswith(SCENES)
        elif plain.startswith("Done in "):
            shown = False
        if shown and not _DURATION.fullmatch(plain):
            kept.append(line)
    return "\n".join(_short(kept)).rstrip() + "\n"


def _short(lines: list[str]) -> Iterator[str]:
    indent, told, clients = 0, 0, 0
    for line in lines:
        plain = Text.from_ansi(line).plain
        clients = 0 if not plain else clients + bool(_CLIENT.fullmatch(plain))
        if clients > 1:
            continue
        if title := _STEPS.fullmatch(plain):
            indent, told = len(title[1]) + 1, 0
        elif indent and plain.startswith(" " * indent):
            told += 1
            if told > _SHOWN + 1:
                continue
            if told > _SHOWN:
                line = f"{' ' * (indent + 1)}…"
        else:
            indent = 0
        yield line


def draw(recorded: str) -> str:
    """The SVG of recorded terminal output; a line that is too long ends in an ellipsis."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        console = Console(record=True, file=nowhere, width=WIDTH, force_terminal=True, legacy_windows=False)
        console.print(Text.from_ansi(recorded.rstrip("\n")), no_wrap=True, overflow="ellipsis")
        return console.export_svg(title=TITLE, theme=_THEME, code_format=_FRAME, unique_id="leaver")


def main(arguments: list[str]) -> None:
    if arguments == ["--record"]:
        RECORDED.write_text(record(), encoding="utf-8")
    elif arguments:
        sys.exit(__doc__)
    PICTURE.write_text(draw(RECORDED.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
