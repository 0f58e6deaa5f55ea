"""Text from records and directories, made safe for the place where it is shown.

A display name may hold terminal commands, characters that reorder a line, Markdown, HTML or a spreadsheet's formula.
Each function takes any text and never fails. What cannot be seen is shown as an escape such as `\\u202e`.
"""

from __future__ import annotations

import re
from html import escape as _entities

# Default_Ignorable_Code_Point (Unicode, DerivedCoreProperties) and the blank Braille pattern: these count as
# printable and still show nothing, so that two names that look alike could differ.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
_BREAKS = re.compile(r"[\s\x85\u2028\u2029]+")

# A comment parts what GitHub would link: it leaves nothing in the page, so that a name can be copied from it.
_PART = "<!-- -->"
_MARKDOWN = re.compile(
    r"(?P<parted>[@#:$]|(?<=[gG][hH])-|(?<=[wW]{3})\.)"
    r"|(?P<active>[!\"&()*+<=>\[\]\\^_`{|}~-]|(?<=[0-9])\.)"
    r"|(?P<space>^ | $|(?<= ) )"
    r"|(?P<commit>(?<![0-9A-Za-z])[0-9a-fA-F]{7,40}(?![0-9A-Za-z]))"
)
_SHORTEST_COMMIT = 7
_FORMULA = re.compile(r"\s*[=+\-@\uff0b\uff0d\uff1d\uff20]")


def terminal(text: str) -> str:
    """`text` on one line for a screen: what is invisible, moves the cursor or reorders is an escape.

    Escaped are all characters that Python calls not printable (Unicode's categories Other and Separator, but the
    space) and the ignorable ones.
    """
    if text.isprintable() and (text.isascii() or not _INVISIBLE.search(text)):
        return text
    return "".join(
        each if each.isprintable() and not _INVISIBLE.match(each) else _escaped(each) for each in text
    )


def _escaped(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def line(text: str, longest: int | None = None) -> str:
    """`terminal(text)` with every run of spaces and line breaks as one space, of at most `longest` characters."""
    if longest is not None:
        # An answer may be of megabytes.
        text = text[: longest * 4]
    said = terminal(_BREAKS.sub(" ", text).strip())
    return said if longest is None or len(said) <= longest else said[: longest - 1] + "…"


def markdown(text: str) -> str:
    """`terminal(text)` inside Markdown on GitHub: a paragraph, a heading, a list, a cell of a table, a `<summary>`.

    Read as Markdown and read as HTML it gives exactly that text and no element: no link, image, mention, issue,
    commit, emoji or formula. Character references keep Markdown from it; what GitHub looks for in the finished
    page is parted besides. Not for inside a code span or a fence, where nothing is decoded.
    """
    return _MARKDOWN.sub(_neutral, terminal(text))


def _neutral(found: re.Match[str]) -> str:
    if found["commit"]:
        step = _SHORTEST_COMMIT - 1
        return _PART.join(found[0][start : start + step] for start in range(0, len(found[0]), step))
    reference = f"&#{ord(found[0])};"
    return reference + _PART if found["parted"] else reference


def html(text: str) -> str:
    """`terminal(text)` inside HTML: in an element, or in an attribute within quotes."""
    return _entities(terminal(text), quote=True)


def csv_cell(text: str) -> str:
    """`terminal(text)` as a quoted cell (RFC 4180 2.5 to 2.7), which no spreadsheet takes for a formula.

    A text that begins as a formula does gets an apostrophe before it. Quotes stand around every cell, so that a
    spreadsheet that parts cells at semicolons finds no other ones.
    """
    said = terminal(text)
    guard = "'" if _FORMULA.match(said) else ""
    return '"' + guard + said.replace('"', '""') + '"'
