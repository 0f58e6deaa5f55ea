"""Printing: lines, complaints made safe for a terminal, JSON, columns; and files, whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from leaver.errors import UsageError
from leaver.escape import terminal


def say(text: str = "") -> None:
    """Print a line to standard output."""
    click.echo(text)


def complain(text: str) -> None:
    """Print each line of `text` to standard error, made safe."""
    for line in text.splitlines():
        click.echo(terminal(line), err=True)


def say_json(value: Any) -> None:
    """Print `value` as JSON, in plain ASCII so that any pipe takes it."""
    click.echo(json.dumps(value, indent=2))


def write_file(file: Path, data: bytes) -> None:
    """Write `data` to `file`: whole, or what was there before stays. Raises UsageError."""
    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is written to, and not replaced.
            file.write_bytes(data)
            return
        target = file.resolve()
        part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
        try:
            part.write_bytes(data)
            if target.exists():
                part.chmod(target.stat().st_mode & 0o777)
            part.replace(target)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise UsageError(f"{file}: cannot be written ({why}). Name another file.") from None


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 person`, `2 people`: the number and the noun that fits it."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def columns(rows: Sequence[tuple[str, ...]], indent: str = "") -> list[str]:
    """Rows as lines with aligned columns; the last column is as long as it likes."""
    if not rows:
        return []
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]) - 1)]
    return [
        (
            indent
            + "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=False))
            + ("  " if widths else "")
            + row[-1]
        ).rstrip()
        for row in rows
    ]
