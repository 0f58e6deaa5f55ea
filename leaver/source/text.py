"""Bytes to text: what must not even reach the YAML parser.

A pull request is reviewed by eye, so nothing is accepted that a reviewer cannot see: control characters,
characters that reorder the line, that have no width or no ink, and line breaks that only a YAML parser takes for
one. The two joiners (U+200C, U+200D) and the selectors of a shape are accepted, because names are written
with them. A UTF-8 byte order mark is accepted, because Windows editors write it; any other encoding is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

UNSEEN = (
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u2800\u3164\ud800-\udfff\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff"
    "\U0001d173-\U0001d17a\U000e0000-\U000e00ff"
)
"""What stands between the brackets of a regular expression for a character that nobody sees."""
_UNSEEN = re.compile(f"[{UNSEEN}]|\r(?!\n)")
_TAB = re.compile(r"\t[^\n]*")
_CONFLICTS_LIMIT = 100
_CONFLICT = re.compile(r"^(?:<{7}|>{7})(?: [^\n\r]{0,60}|(?=\r?$))", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong at a place of a text: line and column from 1, and the path of keys that leads there.

    `spoils` says that the value at `path` is not what was meant, so nothing more is to be said about it.
    """

    line: int
    column: int
    fault: str
    remedy: str
    path: tuple[str | int, ...] = ()
    spoils: bool = False


def decode(data: bytes) -> str | Flaw:
    """The text of `data`, which must be UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = error.start
        line_start = data.rfind(b"\n", 0, start) + 1
        wide = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        return Flaw(
            data.count(b"\n", 0, start) + 1,
            len(data[line_start:start].decode("utf-8", "replace")) + 1,
            f"byte {data[start]:#04x} is not UTF-8" + (" (the file is UTF-16)" if wide else ""),
            "Save the file as UTF-8.",
        )


def flaws(text: str) -> list[Flaw]:
    """Everything in `text` that may not stand in a file of records; none for a text that may be parsed."""
    if conflicts := list(islice(_CONFLICT.finditer(text), _CONFLICTS_LIMIT)):
        return [
            _flaw(
                text,
                match.start(),
                f'has a merge conflict ("{match[0].strip()}")',
                "Resolve it, and remove the markers.",
            )
            for match in conflicts
        ]
    found = []
    if unseen := list(_UNSEEN.finditer(text)):
        found.append(
            _flaw(
                text,
                unseen[0].start(),
                f"has the invisible character U+{ord(unseen[0][0]):04X}{_more(len(unseen))}",
                "Remove it.",
            )
        )
    if tabs := list(_TAB.finditer(text)):
        found.append(
            _flaw(text, tabs[0].start(), f"has a tab{_more(len(tabs), 'line')}", "Write spaces instead.")
        )
    return found


def _more(count: int, unit: str = "place") -> str:
    if count == 1:
        return ""
    return f", and so have {count - 1} more {unit}s" if count > 2 else f", and so has 1 more {unit}"


def _flaw(text: str, at: int, fault: str, remedy: str) -> Flaw:
    return Flaw(text.count("\n", 0, at) + 1, at - (text.rfind("\n", 0, at) + 1) + 1, fault, remedy)
