"""Writing evidence of what has happened already: it can be told that it failed, and stops nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from leaver.errors import LeaverError
from leaver.evidence.entry import Entry
from leaver.evidence.store import FOLDER, Evidence, configured, secrets_of
from leaver.evidence.waiting import put_by, take_up, waiting


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of some entries.

    `heads` has, by client, the hash of the last one that was written: whoever notes it elsewhere can prove later
    that nothing up to it was taken out. `faults` says what was not written, and why; `notes` what was written, and
    verification will find fault with; `lost` is what is neither written nor put by.
    """

    heads: Mapping[str, str] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    lost: tuple[Entry, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.faults

    def to_json(self) -> dict[str, Any]:
        return {"heads": dict(self.heads), "faults": list(self.faults), "notes": list(self.notes)}


def keep(entries: Iterable[Entry], home: Path, environ: Mapping[str, str]) -> Kept:
    """Write entries into the store that the environment asks for, and then what waits; never raises.

    What cannot be written now is put by, and written by whoever writes next.
    """
    chosen = list(entries)
    if not chosen:
        return Kept()
    kept, left = Kept(), chosen
    try:
        with configured(home, environ) as store:
            kept, left = keep_in(store, chosen)
            if not left:
                kept = replace(kept, heads={**kept.heads, **take_up(home, store)})
    except Exception as error:
        kept = replace(kept, faults=(*kept.faults, told(error)))
    return _put_by(kept, left, home, environ)


def take(home: Path, environ: Mapping[str, str]) -> Kept:
    """Write what waits into the store that the environment asks for; never raises."""
    if not waiting(home):
        return Kept()
    try:
        with configured(home, environ) as store:
            heads = take_up(home, store)
            return Kept(heads, notes=tuple(_unsigned(store, heads)))
    except Exception as error:
        return Kept(faults=(told(error), _waits(_lines(waiting(home)), home)))


def both(first: Kept, second: Kept) -> Kept:
    """What became of two pieces of evidence, one after the other."""
    faults = tuple(dict.fromkeys((*first.faults, *second.faults)))
    notes = tuple(dict.fromkeys((*first.notes, *second.notes)))
    return Kept({**first.heads, **second.heads}, faults, notes, (*first.lost, *second.lost))


def _put_by(kept: Kept, left: list[Entry], home: Path, environ: Mapping[str, str]) -> Kept:
    if not left:
        return kept
    try:
        put_by(home, left, secrets_of(environ))
    except Exception as error:
        return replace(kept, faults=(*kept.faults, told(error)), lost=tuple(left))
    return replace(kept, faults=(*kept.faults, _waits(len(left), home)))


def _waits(count: int, home: Path) -> str:
    number = "1 entry waits" if count == 1 else f"{count} entries wait"
    return f"{number} in {home / FOLDER} to be written after the next one that can be."


def _lines(paths: Iterable[Path]) -> int:
    found = 0
    for path in paths:
        # Somebody else may take it up meanwhile.
        with suppress(OSError):
            found += len(path.read_bytes().splitlines())
    return found


def keep_in(store: Evidence, entries: Iterable[Entry]) -> tuple[Kept, list[Entry]]:
    """Write entries, those of each client together, and what is left; never raises."""
    clients: dict[str, list[Entry]] = {}
    for entry in entries:
        clients.setdefault(entry.client, []).append(entry)
    heads: dict[str, str] = {}
    faults: list[str] = []
    left: list[Entry] = []
    for client, found in clients.items():
        try:
            heads[client] = store.append_all(found)[-1].sha256
        except Exception as error:
            faults.append(told(error))
            left += found
    return Kept(heads, tuple(dict.fromkeys(faults)), tuple(_unsigned(store, heads))), left


def _unsigned(store: Evidence, heads: Mapping[str, str]) -> Iterable[str]:
    """That no key is configured here, and others sign: one such entry, and the chain is never called sound again."""
    try:
        others = heads and store.key is None and store.keys()
    except Exception:
        # Keys that cannot be read are for verification to tell; what was to be written is written.
        return
    if others:
        yield (
            f"evidence: signed elsewhere, by {', '.join(sorted(others))}, and not here: `leaver evidence verify` "
            "will call it changed. Set LEAVER_EVIDENCE_KEY_FILE or LEAVER_EVIDENCE_KEY."
        )


def told(error: Exception) -> str:
    """What to say of a failure to write: what Leaver knows, or the error's kind, as its text may hold anything."""
    if isinstance(error, LeaverError):
        return str(error)
    return f"evidence: unexpected {type(error).__name__} while it was written."
