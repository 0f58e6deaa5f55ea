"""Entries of what is happening now: on this machine's disk within milliseconds, in the store when there is time."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from pathlib import Path

from leaver.evidence.entry import Entry
from leaver.evidence.keep import Kept, both, keep, take
from leaver.evidence.store import secrets_of
from leaver.evidence.waiting import put_by


class Journal:
    """What is noted waits on the disk until `write`, so that no store, lock or key is waited for meanwhile.

    May be used by several threads. What a killed process had noted is written by whoever writes next.
    """

    def __init__(self, home: Path, environ: Mapping[str, str]) -> None:
        self._home = home
        self._environ = environ
        self._turn = threading.Lock()
        self._unsaved: list[Entry] = []
        self._kept = Kept()
        self.fresh = False
        """Whether something was noted since the last `write` began."""

    def note(self, entries: Iterable[Entry]) -> None:
        """Have entries on the disk; what cannot be put there waits in memory for `write`. Never raises."""
        chosen = list(entries)
        try:
            put_by(self._home, chosen, secrets_of(self._environ))
        except Exception:
            # `write` tries the store itself, and tells what stops it.
            with self._turn:
                self._unsaved += chosen
        self.fresh = True

    def write(self) -> Kept:
        """Write into the store whatever waits; what became of all that was noted so far. Never raises."""
        self.fresh = False
        with self._turn:
            chosen, self._unsaved = self._unsaved, []
        said = keep(chosen, self._home, self._environ) if chosen else take(self._home, self._environ)
        with self._turn:
            self._unsaved += said.lost
        # An earlier failure is over when what waited then is written.
        self._kept = both(Kept(self._kept.heads, notes=self._kept.notes), said)
        return self._kept
