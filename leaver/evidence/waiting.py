"""Entries that could not be written, on this machine's disk until they can be: a database that is down costs none.

They are no evidence yet: nothing links or signs them. Whoever writes next takes them up, and each tells by its own
moment when it happened.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from leaver.evidence import files
from leaver.evidence.canonical import canonical
from leaver.evidence.entry import Entry
from leaver.evidence.errors import EvidenceError
from leaver.evidence.form import entry_from_json, entry_to_json
from leaver.evidence.secrecy import without_secrets
from leaver.evidence.store import FOLDER, Evidence

_WAITING = "waiting"
_TRIED = ".tried.jsonl"
"""How the name of a file ends that somebody began to write into the store: it may be there already."""


def put_by(home: Path, entries: Iterable[Entry], secrets: Collection[str]) -> Path:
    """Keep entries until they can be written; on the disk when this returns. Raises EvidenceError."""
    folder = home / FOLDER / _WAITING
    lines = [_form(without_secrets(each, secrets)) + b"\n" for each in entries]
    try:
        files.make_folder(folder)
        descriptor, name = tempfile.mkstemp(prefix="new-", dir=folder)
        path = Path(name)
        try:
            files.write_all(descriptor, b"".join(lines))
            os.fsync(descriptor)
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(descriptor)
        done = path.with_name(f"{path.name.removeprefix('new-')}.jsonl")
        path.rename(done)
        files.sync_folder(folder)
    except OSError as error:
        raise files.fault(folder, error, "put by") from None
    return done


def waiting(home: Path) -> list[Path]:
    """What waits, oldest first."""
    found = []
    with suppress(OSError):
        for path in (home / FOLDER / _WAITING).glob("*.jsonl"):
            # Somebody else may take it up meanwhile.
            with suppress(FileNotFoundError):
                found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found)]


def take_up(home: Path, store: Evidence) -> dict[str, str]:
    """Write what waits, each entry once, also where a process was killed while it did this.

    By client the hash of the last entry. Raises EvidenceError; what is not written waits on.
    """
    if not waiting(home):
        return {}
    heads: dict[str, str] = {}
    known: dict[str, set[bytes]] = {}
    lock = home / FOLDER / _WAITING / "lock"
    try:
        with files.locked(lock):
            for path in waiting(home):
                try:
                    found = _of_each_client(path)
                except ValueError:
                    # Whoever wrote it was not Leaver; it is kept for whoever looks, and stops nothing.
                    path.rename(path.with_suffix(".unreadable"))
                    continue
                if path.name.endswith(_TRIED):
                    found = [_not_in(store, entries, known) for entries in found]
                else:
                    path = path.rename(path.with_name(path.name.removesuffix(".jsonl") + _TRIED))
                    files.sync_folder(path.parent)
                for entries in found:
                    if stored := store.append_all(entries):
                        heads[stored[-1].entry.client] = stored[-1].sha256
                path.unlink()
    except OSError as error:
        raise files.fault(lock.parent, error, "taken up") from None
    return heads


def _not_in(store: Evidence, entries: list[Entry], known: dict[str, set[bytes]]) -> list[Entry]:
    """Those of one client's entries that its chain does not have; `known` spares reading it again."""
    client = entries[0].client
    if client not in known:
        found = known[client] = set()
        # Of a chain that is spoilt what is before the fault: twice is better than never.
        with suppress(EvidenceError):
            found.update(_form(each.entry) for each in store.read(client))
    return [each for each in entries if _form(each) not in known[client]]


def _form(entry: Entry) -> bytes:
    return canonical(entry_to_json(entry))


def _of_each_client(path: Path) -> list[list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for line in path.read_bytes().splitlines():
        entry = entry_from_json(json.loads(line))
        found.setdefault(entry.client, []).append(entry)
    return list(found.values())
