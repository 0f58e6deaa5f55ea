"""Going on with a chain after whatever happened to it: a kill, a full disk, or somebody's hand. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from leaver.evidence.chain import START, Head, Stored, parse_line, seal
from leaver.evidence.entry import Entry, Kind
from leaver.evidence.keys import PublicKeys, SigningKey, verified


@dataclass(frozen=True, slots=True)
class End:
    """Where the next line goes: behind entry `count` with the hash `sha256`, at the byte `size`."""

    count: int
    sha256: str
    size: int
    missing: str = ""
    """What the checkpoint knows of, and the chain does not have."""
    headless: bool = False
    """The checkpoint is gone, or is not genuine."""


def end_of(backwards: Iterable[tuple[int, bytes]], whole: int, head: Head | None, keys: PublicKeys) -> End:
    """Where a chain ends, as its last lines and its checkpoint have it.

    `backwards` gives the chain's lines with where they begin, last first; `whole` is the byte behind the last line
    break. What is behind the end that comes back was never acknowledged: a kill or a power cut left it. Lines that
    the checkpoint does not have yet stay when they are sound. Where the checkpoint has more than the lines, the
    chain goes on behind the checkpoint: so what is missing stays missing, for everybody to see.
    """
    size, last = whole, None
    for place, line in backwards:
        try:
            last = parse_line(line)
            break
        except ValueError:
            size = place
    count, sha256 = (last.number, last.sha256) if last else (0, START)
    if head is None or not _genuine(head, last, keys):
        return End(count, sha256, whole if last is None else size, headless=whole > 0)
    if count > head.count or (count, sha256) == (head.count, head.sha256):
        return End(count, sha256, size)
    missing = f"entries {count + 1} to {head.count}" if count < head.count else f"entry {count} as it was"
    if head.count == count + 1:
        missing = f"entry {head.count}"
    return End(head.count, head.sha256, whole, missing)


def _genuine(head: Head, last: Stored | None, keys: PublicKeys) -> bool:
    if head.key is None or head.signature is None:
        return last is None or last.key is None
    return head.key in keys and verified(keys[head.key], head.signed, head.signature)


def remarks(client: str, end: End, torn: bytes | None, at: datetime) -> list[Entry]:
    """What a chain says of its own damage, before it goes on."""
    found = []
    if end.missing:
        why = f"{end.missing}: had been written, and not there when the next entry came"
        found.append(Entry(kind=Kind.CHAIN, client=client, at=at, step="missing", why=why))
    if end.headless:
        why = "the checkpoint was gone when the next entry came: entries before this one may be missing"
        found.append(Entry(kind=Kind.CHAIN, client=client, at=at, step="headless", why=why))
    if torn:
        why = f"{len(torn)} bytes of a line whose writing was cut off were moved aside"
        digest = hashlib.sha256(torn).hexdigest()
        seen = {"bytes": len(torn), "sha256": digest, "file": f"{client}.torn"}
        found.append(Entry(kind=Kind.CHAIN, client=client, at=at, step="torn", why=why, seen=seen))
    return found


def sealed(end: End, entries: Iterable[Entry], key: SigningKey | None) -> list[Stored]:
    """The lines that come behind `end`."""
    count, sha256, found = end.count, end.sha256, []
    for entry in entries:
        found.append(seal(entry, count + 1, sha256, key))
        count, sha256 = count + 1, found[-1].sha256
    return found
