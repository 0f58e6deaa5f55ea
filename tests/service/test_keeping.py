"""The service's evidence: it holds nothing up, and nothing of it is lost while the process lives."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from leaver.actions import CutReport, DirectoryCut
from leaver.evidence import Evidence, EvidenceError, Kind, Outcome, open_store
from leaver.evidence.waiting import waiting
from leaver.notify import Kind as NoticeKind
from leaver.notify import Notice
from leaver.schedule import Due, Urgency
from leaver.service import keeping
from leaver.service.bulletin import Bulletin
from leaver.service.keeping import Keeper, telling
from leaver.service.log import Log
from tests.notify.sinks import until
from tests.service.stage import Stage, T, client, leaving

DUE = Due(Urgency.CONTENTIOUS, T, "acme", "dana")
LATER = T + timedelta(seconds=2)


def report(result: str = "cut") -> CutReport:
    found = DirectoryCut("acme", "entra", "dana@acme.example", result, at=LATER if result == "cut" else None)  # type: ignore[arg-type]
    return CutReport("acme", "dana", T, (found,))


class Office:
    """A keeper, and what it told."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.told: list[Notice] = []
        self.logged = io.StringIO()
        log = Log(lambda: LATER, stream=self.logged)
        self.keeper: Keeper = telling(home, {}, lambda: None, lambda: LATER, log, self.told.append)

    def written(self) -> list[tuple[Kind, Outcome | None, str | None]]:
        with open_store(self.home) as store:
            return [(each.entry.kind, each.entry.outcome, each.entry.person) for each in store.read("acme")]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(keeping, "_FIRST_PAUSE", 0.01)
    found = Office(tmp_path)
    yield found
    found.keeper.close(5)


def test_a_cut_is_in_the_evidence_with_its_lateness(office: Office) -> None:
    office.keeper.cut(DUE, report())
    assert office.keeper.close(5) == 0
    with open_store(office.home) as store:
        (stored,) = store.read("acme")
        head = store.head("acme")
    assert (stored.entry.kind, stored.entry.outcome) == (Kind.CUT, Outcome.DONE)
    assert stored.entry.lateness == timedelta(seconds=2)
    assert head is not None
    assert f"acme: head {head.sha256}" in office.logged.getvalue()


def test_nobody_waits_for_a_disk_that_hangs(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    free = threading.Event()
    real = Evidence.append_all

    def slow(self: Evidence, entries: list) -> object:  # type: ignore[type-arg]
        free.wait(10)
        return real(self, entries)

    monkeypatch.setattr(Evidence, "append_all", slow)
    began = time.monotonic()
    for _ in range(100):
        office.keeper.cut(DUE, report())
        office.keeper.over(DUE)
    assert time.monotonic() - began < 0.5
    assert office.written() == []
    free.set()
    assert office.keeper.close(10) == 0
    assert len(office.written()) == 100


def test_what_cannot_be_written_is_shouted_about_once_and_written_in_the_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Evidence.append_all
    left = [3]

    def failing(self: Evidence, entries: list) -> object:  # type: ignore[type-arg]
        if left[0]:
            left[0] -= 1
            raise EvidenceError("the disk is full")
        return real(self, entries)

    monkeypatch.setattr(Evidence, "append_all", failing)
    office.keeper.cut(DUE, report())
    _until(lambda: bool(office.written()))
    assert office.keeper.close(5) == 0
    assert [(each.kind, each.detail) for each in office.told] == [
        (NoticeKind.FAILED, "the disk is full"),
        (NoticeKind.RECOVERED, "Evidence is written again. It was: the disk is full"),
    ]
    assert office.logged.getvalue().count("error: EVIDENCE NOT WRITTEN: the disk is full") == 3
    assert office.written() == [(Kind.CUT, Outcome.DONE, "dana")]


def test_what_is_left_unwritten_at_the_end_is_counted(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: Evidence, entries: list) -> object:  # type: ignore[type-arg]
        raise NameError("name 'hunter2' is not defined")

    monkeypatch.setattr(Evidence, "append_all", failing)
    for _ in range(3):
        office.keeper.cut(DUE, report())
        office.keeper.over(DUE)
    assert office.keeper.close(5) == 3
    assert "unexpected NameError" in office.logged.getvalue()
    assert "hunter2" not in office.logged.getvalue()


def test_a_cut_that_fails_for_hours_leaves_some_entries_and_its_end_one(office: Office) -> None:
    for _ in range(25):
        office.keeper.cut(DUE, report("failed"))
    office.keeper.cut(DUE, report())
    office.keeper.close(5)
    assert [outcome for _, outcome, _ in office.written()] == [*[Outcome.FAILED] * 3, Outcome.DONE]


def test_an_ending_of_which_nothing_tells_is_told_of_once(office: Office) -> None:
    other = Due(Urgency.CONTENTIOUS, T, "acme", "lee")
    office.keeper.cut(DUE, report())
    for _ in range(3):
        office.keeper.ended(DUE)
        office.keeper.ended(other)
    office.keeper.close(5)
    assert office.written() == [
        (Kind.CUT, Outcome.DONE, "dana"),
        (Kind.VERIFICATION, Outcome.ALREADY, "lee"),
    ]


def test_what_another_process_wrote_meanwhile_is_known(office: Office) -> None:
    office.keeper.ended(Due(Urgency.CONTENTIOUS, T, "acme", "lee"))
    _until(lambda: len(office.written()) == 1)
    second = Keeper(office.home, {}, lambda: None, lambda: LATER, failed=print, mended=lambda: None)
    second.cut(DUE, report())
    assert second.close(5) == 0
    office.keeper.ended(DUE)
    office.keeper.close(5)
    assert [person for _, _, person in office.written()] == ["lee", "dana"]


async def _served(stage: Stage) -> None:
    await stage.start()
    await stage.at(T)
    await stage.service.close()


def test_the_service_writes_what_it_did_and_what_it_found_done(tmp_path: Path) -> None:
    import asyncio

    stage = Stage(client("acme", {"dana": leaving(T), "lee": leaving(T - timedelta(days=3))}))
    stage.directories.gone.add(("acme", "lee"))
    log = Log(lambda: stage.now, stream=stage.logged)
    keeper = telling(tmp_path, {}, lambda: None, lambda: stage.now, log, stage.told.append)
    stage.service.bulletin = Bulletin(log, stage.told.append, lambda: stage.service.clients, keeper)
    stage.service.endings._bulletin = stage.service.bulletin
    asyncio.run(_served(stage))
    assert keeper.close(5) == 0
    with open_store(tmp_path) as store:
        found = [(each.entry.kind, each.entry.person, each.entry.agreed) for each in store.read("acme")]
    assert found == [(Kind.VERIFICATION, "lee", T - timedelta(days=3)), (Kind.CUT, "dana", T)]


def _until(so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_what_the_service_could_not_write_before_it_was_killed_is_written_by_the_next(tmp_path: Path) -> None:
    down = {"LEAVER_EVIDENCE_DATABASE_URL": "postgresql://leaver@127.0.0.1:1/none"}
    said: list[str] = []
    first = Keeper(tmp_path, down, lambda: None, lambda: LATER, failed=said.append, mended=lambda: None)
    first.cut(DUE, report())
    _until(lambda: bool(waiting(tmp_path)))
    # No close: it is as if it had been killed.
    second = Keeper(tmp_path, {}, lambda: None, lambda: LATER, failed=said.append, mended=lambda: None)
    assert second.close(5) == 0
    with open_store(tmp_path) as store:
        assert [each.entry.person for each in store.read("acme")] == ["dana"]
    assert (
        said[0] == "evidence database: no connection (OperationalError). Check the address, and that it runs."
    )
    assert first.close(5) == 0


def test_a_directory_that_is_done_leaves_one_entry_while_another_fails(office: Office) -> None:
    for _ in range(3):
        office.keeper.cut(DUE, report())
        bad = DirectoryCut("acme", "okta", "dana@acme.example", "failed", "503")
        office.keeper.cut(DUE, CutReport("acme", "dana", T, (bad,)))
    assert office.keeper.close(5) == 0
    assert [outcome for _, outcome, _ in office.written()] == [Outcome.DONE, Outcome.FAILED]


def test_a_cut_is_on_the_disk_when_its_future_is_done_while_the_store_hangs(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = threading.Event()
    real = Evidence.append_all

    def slow(self: Evidence, entries: list) -> object:  # type: ignore[type-arg]
        free.wait(10)
        return real(self, entries)

    monkeypatch.setattr(Evidence, "append_all", slow)
    office.keeper.cut(DUE, report()).result(5)
    # It is renamed when it is taken up: for a moment neither name may be seen.
    until(lambda: len(waiting(office.home)) == 1)
    free.set()
    assert office.keeper.close(5) == 0
    assert office.written() == [(Kind.CUT, Outcome.DONE, "dana")]
