"""Replacing a file's content while others may read and write it, so that no reader sees half and no write is lost."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leaver.errors import LeaverError
from leaver.source.files import FileFault, read_bytes
from leaver.source.text import Flaw, decode

Change = Callable[[str], str]
"""Text to text; doing it twice is doing it once."""
_BOM = b"\xef\xbb\xbf"
_TRIES = 50


class NotWritten(LeaverError):
    """A file could not be changed; it is as it was."""


def rewrite(root: Path, name: str, change: Change, *, home: Path) -> bool:
    """Change the file `name` (relative to `root`); whether there was something to change.

    The new content is on the disk, under the file's own name, before this returns. When somebody else writes
    the file meanwhile, their content is read and changed in its turn. `home` is Leaver's folder of run-time
    files: processes of Leaver wait for each other there.

    Raises:
        NotWritten: the file cannot be read or written, or others never stop writing it.
        LeaverError: whatever `change` raises.
    """
    path = (root / name).resolve()
    with one_at_a_time(home):
        for _ in range(_TRIES):
            before = _read(root, name)
            after = changed(before, change, name)
            if after == before:
                return False
            if _replaced(path, before, after):
                return True
    raise NotWritten(
        f"{name}: somebody else keeps writing it. Close it in other programs, then run this again."
    )


def changed(data: bytes, change: Change, name: str) -> bytes:
    """`change` on the bytes of a file, its byte order mark kept. Raises NotWritten when they are not UTF-8."""
    text = decode(data)
    if isinstance(text, Flaw):
        raise NotWritten(f"{name}:{text.line}:{text.column}: {text.fault}. {text.remedy}")
    return (_BOM if data.startswith(_BOM) else b"") + change(text).encode()


def _read(root: Path, name: str) -> bytes:
    try:
        return read_bytes(root, name, "record")
    except FileFault as fault:
        raise NotWritten(str(fault)) from None


def _replaced(path: Path, before: bytes, after: bytes) -> bool:
    """Put `after` in the place of `before`; False when somebody else has written meanwhile."""
    # A name of its own for each process: an editor's watcher or a killed run cannot get in the way.
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, path.stat().st_mode & 0o7777)
            file.write(after)
            file.flush()
            os.fsync(descriptor)
        if path.read_bytes() != before:
            temporary.unlink()
            return False
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        reason = (error.strerror or type(error).__name__).lower()
        raise NotWritten(
            f"{path.name}: cannot be written ({reason}). Correct its permissions or the disk."
        ) from None
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def one_at_a_time(home: Path) -> Iterator[None]:
    """One process of Leaver at a time; the lock goes with its process, so a killed one leaves none."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = (home / "edit.lock").open("wb")
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise NotWritten(
            f"{home}: cannot be written ({reason}). Correct its permissions or the disk."
        ) from None
    with file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
