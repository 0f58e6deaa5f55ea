"""What the service says: a line in the log for everything, a notice for what people must hear of."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from pathlib import PurePath

from leaver.actions import CutReport, DirectoryCut, Trouble
from leaver.lifecycle import effective_end
from leaver.model import Client, local
from leaver.notify import Kind, Notice
from leaver.notify.texts import duration
from leaver.schedule import Due, Event, EventKind
from leaver.service.log import Log
from leaver.service.noting import Keeping, Nowhere
from leaver.service.work import Worked

LATE = timedelta(seconds=60)
"""What is done later than this after its moment is called late."""
_NOTED_WITHIN = 2.0
"""Seconds for which the evidence of a cut is waited for before the cut is told of."""
_REPEAT = 10
"""A failure that is tried again is told of the first time, and then every so many tries."""


class Bulletin:
    """Log lines and notices about clients, with the names that people know.

    `clients` answers the records of now, `keep` writes the evidence; `failing` keeps what has failed and is not
    yet done, by a key, for whoever asks whether all is well.
    """

    def __init__(
        self,
        log: Log,
        tell: Callable[[Notice], None],
        clients: Callable[[], Mapping[str, Client]],
        keep: Keeping | None = None,
    ) -> None:
        self.log = log
        self._keep: Keeping = keep or Nowhere()
        self._tell = tell
        self._clients = clients
        self.failing: dict[str, str] = {}
        self._tries: dict[str, int] = {}
        self._noting: dict[Due, list[Future[None]]] = {}

    def coming(self, due: Due) -> None:
        """A departure is ten minutes away, and everything is ready for it."""
        name, person, zone = self._names(due.client, due.person)
        self.log(
            "ready", f"{due.client}: {person}: {local(due.at, zone)}", client=due.client, person=due.person
        )
        held = self._waits(due)
        detail = "It is on hold: access stays until the release." if held else "Everything is ready for it."
        todo = self._release(due.client, due.person) if held else ""
        self._tell(Notice(Kind.UPCOMING, name, person, zone, due.at, detail=detail, todo=todo))

    def stopper(self, due: Due, fault: str) -> None:
        """Something would stop a departure that is ten minutes away."""
        name, person, zone = self._names(due.client, due.person)
        self.log("stopper", fault, level="error", client=due.client, person=due.person)
        todo = f"Mend it before {local(due.at, zone)}; until then it is checked again every minute."
        self._tell(Notice(Kind.STOPPER, name, person, zone, due.at, detail=fault, todo=todo))

    def event(self, event: Event) -> None:
        """A moment has come."""
        name, person, zone = self._names(event.client, event.person)
        what = " ".join(part for part in (event.kind.value, event.what) if part)
        self.log("moment", f"{event.client}: {person} {what}", client=event.client, person=event.person)
        kind = {
            EventKind.HELD: Kind.HELD,
            EventKind.RELEASED: Kind.RELEASED,
            EventKind.HOLD_EXPIRES: Kind.HOLD_EXPIRED,
            EventKind.HOLD_ALARM: Kind.HOLD_EXPIRED,
        }.get(event.kind)
        if kind is None:
            return
        todo = "" if kind is Kind.RELEASED else self._release(event.client, event.person)
        detail = "" if kind is Kind.RELEASED else "Nothing was taken away."
        at = self._agreed(event.client, event.person) or event.at
        self._tell(Notice(kind, name, person, zone, at, detail=detail, todo=todo))

    def trouble(self, due: Due, trouble: Trouble) -> None:
        """A directory failed in the middle of a cut."""
        again = (
            ""
            if trouble.again_in is None
            else f" Tried again in {duration(timedelta(seconds=trouble.again_in))}."
        )
        self._failed(
            f"cut {due.client}/{due.person}",
            due,
            f"{trouble.cut.place}: {trouble.cut.why}.{again}",
            trouble.cut,
        )

    def directory_ended(self, due: Due, report: CutReport) -> None:
        """One directory has ended, well or not, whatever the others do: have it in the evidence."""
        self._noting.setdefault(due, []).append(self._keep.cut(due, report))

    async def noted(self, due: Due) -> None:
        """Wait until the ends of this cut are on a disk, before anybody is told; not for ever."""
        noting = [asyncio.wrap_future(each) for each in self._noting.pop(due, [])]
        if noting and (await asyncio.wait(noting, timeout=_NOTED_WITHIN))[1]:
            said = f"EVIDENCE NOT WRITTEN yet: {due.client}/{due.person}: told of all the same"
            self.log("evidence", said, level="warning", client=due.client, person=due.person)

    def cut(self, due: Due, report: CutReport, *, unseen: bool) -> bool:
        """Tell of a cut; whether nothing is left to do. `unseen`: the moment passed while nobody watched."""
        name, person, zone = self._names(due.client, due.person)
        bad = [each for each in report.cuts if not each.verified and each.result != "absent"]
        if bad:
            why = "; ".join(f"{each.place}: {each.why}" for each in bad)
            self._failed(f"cut {due.client}/{due.person}", due, why, bad[0])
            return False
        self._keep.over(due)
        absent = [each.place for each in report.cuts if each.result == "absent"]
        ends = [each.at for each in report.cuts if each.at is not None]
        if not ends:
            self.log(
                "absent",
                f"{due.client}: {person} has no account ({', '.join(absent)})",
                level="warning",
                client=due.client,
                person=due.person,
            )
            self.mended(f"cut {due.client}/{due.person}")
            return True
        at = max(ends)
        late = at - due.at
        where = ", ".join(each.directory for each in report.cuts if each.at is not None)
        self.log(
            "cut",
            f"{due.client}: {person} in {where}: disabled and sessions revoked, read back; lateness {duration(late)}",
            client=due.client,
            person=due.person,
            directories=where,
            moment=due.at.isoformat(),
            cut=at.isoformat(),
            lateness_seconds=round(late.total_seconds(), 3),
        )
        notes = [note for each in report.cuts for note in each.notes]
        notes += [f"No account in {place}." for place in absent]
        if unseen and late > LATE:
            notes.append("The moment passed while Leaver did not run, or the record came after it.")
        kind = Kind.LATE if late > LATE else Kind.CUT
        detail = f"Disabled, sessions revoked and read back in {where}. " + " ".join(notes)
        todo = "Nothing; groups and licences follow by themselves." if kind is Kind.LATE else ""
        self._tell(Notice(kind, name, person, zone, due.at, at, detail.strip(), todo))
        self.mended(f"cut {due.client}/{due.person}")
        return True

    def found_ended(self, due: Due) -> None:
        """The access of somebody has ended already, by the hand of an earlier process or of a person."""
        self._keep.ended(due)

    def worked(self, worked: Worked, attempt: int) -> None:
        """The long part of the work on a client has ended, well or not."""
        key = f"work {worked.client}"
        if worked.ok:
            said = {0: "nothing to change", 1: "1 change"}.get(worked.changes, f"{worked.changes} changes")
            self.log("verified", f"{worked.client}: {said}, read back", client=worked.client)
            self.mended(key)
            return
        if worked.outcome == "busy":
            self.log("busy", f"{worked.client}: somebody else works on it", client=worked.client)
            return
        self.failing[key] = worked.error
        self.log(worked.outcome, worked.error, level="error", client=worked.client, attempt=attempt + 1)
        if attempt % _REPEAT:
            return
        name, _, zone = self._names(worked.client, "")
        todo = f"It is tried again by itself. See: leaver preview {worked.client}"
        self._tell(Notice(Kind.FAILED, name, zone=zone, detail=worked.error, todo=todo))

    def fault(self, key: str, kind: Kind, text: str, todo: str) -> None:
        """Something that is not about one client is wrong; told of once until it is mended."""
        if self.failing.get(key) != text:
            self.log("fault", text, level="error")
            self._tell(Notice(kind, detail=text, todo=todo))
        self.failing[key] = text

    def mistake(self, key: str, error: Exception) -> None:
        """Something that Leaver itself did wrong; told by its kind, as its text may hold anything."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
        text = f"{key}: unexpected {type(error).__name__}{where}."
        self.fault(key, Kind.FAILED, text, "It is tried again. Report it; by hand where it cannot wait.")

    def mended(self, key: str) -> None:
        """What had failed is done."""
        self._tries.pop(key, None)
        text = self.failing.pop(key, None)
        if text is not None:
            self.log("mended", f"{key}: done after all")
            self._tell(Notice(Kind.RECOVERED, detail=f"{key}. It was: {text}"))

    def forget(self, keys: Iterable[str]) -> None:
        """What no longer matters, such as the failing departure of somebody who stays after all."""
        for key in keys:
            self.failing.pop(key, None)
            self._tries.pop(key, None)

    def _failed(self, key: str, due: Due, why: str, cut: DirectoryCut) -> None:
        name, person, zone = self._names(due.client, due.person)
        self.failing[key] = why
        self.log("failed", why, level="error", client=due.client, person=due.person)
        tries = self._tries[key] = self._tries.get(key, 0) + 1
        if tries % _REPEAT == 1:
            todo = f"It is tried again until it succeeds. If it cannot wait, by hand: {cut.by_hand}"
            self._tell(Notice(Kind.FAILED, name, person, zone, due.at, detail=why, todo=todo))

    def _names(self, client: str, person: str) -> tuple[str, str, str]:
        record = self._clients().get(client)
        if record is None:
            return client, person, "UTC"
        shown = record.display_name(person) if person in record.people else person
        return record.settings.name, shown, record.zone

    def _agreed(self, client: str, person: str) -> datetime | None:
        record = self._clients().get(client)
        departure = record.people[person].departure if record and person in record.people else None
        return departure.at if departure else None

    def _waits(self, due: Due) -> bool:
        record = self._clients().get(due.client)
        return (
            record is not None
            and due.person in record.people
            and effective_end(record.people[due.person]) is None
        )

    def _release(self, client: str, person: str) -> str:
        return f"When the call comes: leaver release {client} {person}"
