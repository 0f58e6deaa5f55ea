"""Values as problems show them: on one line, of bounded length, with nothing that a terminal would act on."""

from __future__ import annotations

from typing import Any

from leaver.escape import terminal

_LONGEST = 60


def shown(value: Any) -> str:
    """`value` as a reader of the file would say it, without quotes around it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple | dict):
        return "a mapping" if isinstance(value, dict) else "a list"
    text = str(value)
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST - 3]}..."
    return terminal(text)


def quoted(value: Any) -> str:
    """`value` in quotes, if it is a word; `a list` and `a mapping` are not."""
    return shown(value) if isinstance(value, list | tuple | dict) else f'"{shown(value)}"'
