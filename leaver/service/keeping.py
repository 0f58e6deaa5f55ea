"""Evidence of what the service did: written by a thread of its own, so that it holds up no cut, until it is written.

Each directory's end is on this machine's disk first, and in the store when nothing else is to be put there.
A cut that a killed process made is not lost to the evidence either: whoever finds it done, and nothing in the chain
about it, says that.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from leaver.actions import CutReport, DirectoryCut
from leaver.actions.cut_evidence import cut_entries
from leaver.evidence import Entry, Evidence, Kind, Outcome, Stored, configured
from leaver.evidence.keep import told
from leaver.evidence.store import secrets_of
from leaver.evidence.waiting import put_by, take_up, waiting
from leaver.notify import Kind as NoticeKind
from leaver.notify import Notice
from leaver.schedule import Due
from leaver.service.log import Log
from leaver.service.noting import done
from leaver.source.asked import Asked, asked_for_person

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0
TIME_TO_END = 20.0
"""Seconds for which the end of the service waits for evidence that is not written yet."""
_REPEAT = 10
"""A cut that fails again and again leaves evidence the first time, and then every so many tries."""


_Ending = tuple[str | None, datetime | None]
"""A person, and the moment at which their access should have ended."""


class Keeper:
    """Writes evidence, one entry after another, and tries until it is written.

    `root` answers the folder of the records of now. `failed` hears, by client, what stops it, and `mended` when it
    goes on; both are called from another thread, as is `wrote`, with a client and the hash of its last entry.
    """

    def __init__(
        self,
        home: Path,
        environ: Mapping[str, str],
        root: Callable[[], Path | None],
        clock: Callable[[], datetime],
        *,
        failed: Callable[[str], None],
        mended: Callable[[], None],
        wrote: Callable[[str, str], None] = lambda _client, _head: None,
    ) -> None:
        self._home = home
        self._environ = environ
        self._root = root
        self._clock = clock
        self._failed = failed
        self._mended = mended
        self._wrote = wrote
        self._jobs: queue.SimpleQueue[Callable[[], bool] | None] = queue.SimpleQueue()
        self._tries: dict[tuple[str, str, str], tuple[bool, int]] = {}
        self._seen: dict[str, tuple[str, set[_Ending]]] = {}
        self._closing = threading.Event()
        self._left = 0
        self._count = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="evidence", daemon=True)
        self._thread.start()

    def cut(self, due: Due, report: CutReport) -> Future[None]:
        """Directories have ended, well or not; done when that is on a disk."""
        now = self._clock()
        news = replace(report, cuts=tuple(each for each in report.cuts if self._is_news(due, each)))
        if not news.cuts:
            return done()
        noted: Future[None] = Future()

        def entries() -> list[Entry]:
            asked = self._asked(due)
            return cut_entries(
                news,
                agreed=due.at,
                now=now,
                asked_by=asked.by,
                approved_by=asked.approved,
                commit=asked.commit,
            )

        def job() -> bool:
            if not self._noted(entries) and not self._written(lambda _: entries()):
                return False
            noted.set_result(None)
            return True

        self._put(job)
        return noted

    def over(self, due: Due) -> None:
        """Nothing is left to do of a cut: the next one of this person is a new one."""
        for key in [key for key in self._tries if key[:2] == (due.client, due.person)]:
            del self._tries[key]

    def ended(self, due: Due) -> None:
        """The directories show the access as ended, and this process did not do it."""
        now = self._clock()

        def entries(store: Evidence) -> list[Entry]:
            if (due.person, due.at) in self._known(store, due.client):
                return []
            asked = self._asked(due)
            why = "the directories showed the access as ended; nothing in the evidence says who ended it, or when"
            return [
                Entry(
                    kind=Kind.VERIFICATION,
                    client=due.client,
                    at=now,
                    person=due.person,
                    outcome=Outcome.ALREADY,
                    why=why,
                    agreed=due.at,
                    asked_by=asked.by,
                    approved_by=asked.approved,
                    commit=asked.commit,
                )
            ]

        def job() -> bool:
            # What waits tells of endings, too.
            self._taken_up()
            return self._written(entries)

        self._put(job)

    def close(self, seconds: float) -> int:
        """Write what waits, for at most `seconds`; how much is not in the evidence, lost or put by."""
        self._jobs.put(None)
        self._closing.set()
        self._thread.join(seconds)
        return self._left + len(waiting(self._home))

    def _known(self, store: Evidence, client: str) -> set[_Ending]:
        """The endings of which the chain tells; read again when somebody else has written."""
        head = store.head(client)
        sha256 = head.sha256 if head else ""
        known = self._seen.get(client)
        if known is None or known[0] != sha256:
            found = {(each.entry.person, each.entry.agreed) for each in store.read(client)}
            known = self._seen[client] = (sha256, found)
        return known[1]

    def _learn(self, stored: tuple[Stored, ...]) -> None:
        """Keep what is known of a chain up to date with what was just written behind it."""
        client = stored[0].entry.client
        known = self._seen.get(client)
        if known is not None and known[0] == stored[0].previous:
            known[1].update((each.entry.person, each.entry.agreed) for each in stored)
            self._seen[client] = (stored[-1].sha256, known[1])

    def _is_news(self, due: Due, cut: DirectoryCut) -> bool:
        """Whether this end leaves an entry: not each of many failures, nor a good one again because of another."""
        key, good = (due.client, due.person, cut.directory), cut.verified or cut.result == "absent"
        before, tries = self._tries.get(key, (good, 0))
        tries = tries + 1 if before == good else 1
        self._tries[key] = (good, tries)
        if good:
            return tries == 1 or any(step.step == "disable" and step.result == "done" for step in cut.steps)
        return tries % _REPEAT == 1

    def _asked(self, due: Due) -> Asked:
        root = self._root()
        return Asked() if root is None else asked_for_person(root, due.client, due.person, self._environ)

    def _put(self, job: Callable[[], bool]) -> None:
        with self._count:
            self._left += 1
        self._jobs.put(job)

    def _run(self) -> None:
        pause = 0.0
        while True:
            try:
                job = self._jobs.get(timeout=pause if waiting(self._home) else None)
            except queue.Empty:
                # A store that failed is left alone for a while, one that did not is written as soon as none wait.
                pause = 0.0 if self._taken_up() else min(max(pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
                continue
            if job is None:
                self._taken_up()
                return
            if not job():
                return
            with self._count:
                self._left -= 1

    def _taken_up(self) -> bool:
        """Whether nothing waits any more."""
        try:
            if waiting(self._home):
                with configured(self._home, self._environ) as store:
                    heads = take_up(self._home, store)
                for client, head in heads.items():
                    self._wrote(client, head)
                self._mended()
        except Exception as error:
            self._failed(told(error))
            return False
        return True

    def _noted(self, entries: Callable[[], list[Entry]]) -> bool:
        """Whether entries are on the disk; the store is not asked."""
        try:
            return self._put_by(entries())
        except Exception as error:
            self._failed(told(error))
            return False

    def _written(self, job: Callable[[Evidence], list[Entry]]) -> bool:
        """Whether the entries of a job are written or put by; False when the process ends before they can be."""
        pause = _FIRST_PAUSE
        last = False
        while True:
            entries: list[Entry] = []
            try:
                with configured(self._home, self._environ) as store:
                    entries = job(store)
                    stored = store.append_all(entries)
            except Exception as error:
                self._failed(told(error))
                if self._put_by(entries):
                    return True
            else:
                if stored:
                    self._learn(stored)
                    self._wrote(stored[-1].entry.client, stored[-1].sha256)
                if self._taken_up():
                    self._mended()
                return True
            if last:
                return False
            # When the process ends it is tried once more, and no longer.
            last = self._closing.wait(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _put_by(self, entries: list[Entry]) -> bool:
        """Keep entries on the disk until the store can be written; False where that fails too, or there are none."""
        try:
            if entries:
                put_by(self._home, entries, secrets_of(self._environ))
        except Exception as error:
            self._failed(told(error))
            return False
        return bool(entries)


def telling(
    home: Path,
    environ: Mapping[str, str],
    root: Callable[[], Path | None],
    clock: Callable[[], datetime],
    log: Log,
    tell: Callable[[Notice], None],
) -> Keeper:
    """A keeper that logs every head, and shouts when nothing can be written."""
    told_of: set[str] = set()

    def failed(why: str) -> None:
        log("evidence", f"EVIDENCE NOT WRITTEN: {why}", level="error")
        if why not in told_of:
            todo = "It is tried again until it is written. Mend it before the service ends."
            tell(Notice(NoticeKind.FAILED, detail=why, todo=todo))
        told_of.add(why)

    def mended() -> None:
        if told_of:
            log("evidence", "written after all")
            tell(Notice(NoticeKind.RECOVERED, detail=f"Evidence is written again. It was: {max(told_of)}"))
        told_of.clear()

    def wrote(client: str, head: str) -> None:
        log("evidence", f"{client}: head {head}", client=client, head=head)

    return Keeper(home, environ, root, clock, failed=failed, mended=mended, wrote=wrote)
