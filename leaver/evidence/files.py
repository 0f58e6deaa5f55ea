"""The file operations of the evidence: durable, and each whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leaver.evidence.errors import EvidenceError

PATIENCE = 10.0
"""Seconds for which the lock of a chain is waited for; writing takes milliseconds."""
_BLOCK = 1 << 16


def fault(path: Path, error: OSError, doing: str) -> EvidenceError:
    """What to raise for an error of the system: names the file, and what to do."""
    remedies = {
        errno.ENOSPC: "The disk is full. Make room, then run the command again.",
        errno.EDQUOT: "The quota is used up. Make room, then run the command again.",
        errno.EFBIG: "The file may not grow (ulimit -f). Allow it, then run the command again.",
        errno.EROFS: "The disk is read-only. Mend it, then run the command again.",
        errno.ELOOP: "It is a link. Put the file itself there.",
    }
    reason = (error.strerror or type(error).__name__).lower()
    remedy = remedies.get(error.errno or 0, "Correct its permissions or the disk.")
    return EvidenceError(f"{path}: evidence cannot be {doing} ({reason}). {remedy}")


def make_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter, and those above it; each is on the disk when this returns."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        with suppress(FileExistsError):
            each.mkdir(mode=0o700)
        sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of that file; it goes with the process that holds it.

    Raises EvidenceError when somebody holds it for longer than any writing takes: a process that was stopped.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        _take(descriptor, fcntl.LOCK_EX, path)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def locked_if_there(path: Path) -> Iterator[None]:
    """Keep writers out, where there is a lock: a copy that somebody may only read has nobody who writes."""
    try:
        descriptor = open_plain(path)
    except OSError:
        yield
        return
    try:
        _take(descriptor, fcntl.LOCK_SH, path)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, kind: int, path: Path) -> None:
    deadline, pause = time.monotonic() + PATIENCE, 0.0005
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise EvidenceError(
                    f"{path}: another process has held it for {PATIENCE:g} s. End that process: fuser {path}"
                ) from None
        time.sleep(pause)
        pause = min(pause * 2, 0.02)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`; a disk that fills up may take a part of it first."""
    view = memoryview(data)
    while view:
        written = os.write(descriptor, view)
        if not written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        view = view[written:]


def replace(path: Path, data: bytes) -> None:
    """Put `data` in the place of a file, so that a reader sees the old content or the new; on the disk after."""
    temporary = path.with_name(f"{path.name}.new")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        descriptor = os.open(temporary, flags, 0o600)
        try:
            write_all(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        temporary.replace(path)
    except OSError:
        with suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def last_break(descriptor: int, size: int) -> int:
    """The byte behind the last line break within the first `size` bytes; 0 where there is none."""
    end = size
    while end:
        start = max(0, end - _BLOCK)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def lines_backwards(descriptor: int, end: int) -> Iterator[tuple[int, bytes]]:
    """The lines before the byte `end`, which is behind a line break, last first, each with where it begins.

    Reads no more of the file than is asked for.
    """
    start, held = end, b""
    while start:
        before = max(0, start - _BLOCK)
        held = os.pread(descriptor, start - before, before) + held
        start = before
        while (found := held.rfind(b"\n", 0, -1)) >= 0:
            yield start + found + 1, held[found + 1 : -1]
            held = held[: found + 1]
    if held:
        yield 0, held[:-1]


def lines_of(path: Path, size: int) -> Iterator[bytes]:
    """The lines of the first `size` bytes of a file, which end with a line break, without their line breaks."""
    with path.open("rb") as file:
        left = size
        while left > 0 and (line := file.readline(left)):
            left -= len(line)
            yield line.removesuffix(b"\n")


def open_plain(path: Path) -> int:
    """Open a file to read it; no link is followed, and no pipe is waited for. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a plain file", str(path))
    return descriptor


def read_bytes(path: Path) -> bytes | None:
    """A file's content; None when there is no such file."""
    try:
        descriptor = open_plain(path)
    except FileNotFoundError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read()
