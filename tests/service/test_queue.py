"""The durable queue, on SQLite and on PostgreSQL, in one process and in several."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from leaver.errors import DirectoryError
from leaver.service.lease import leases
from leaver.service.queue import DurableJobs, pause_after
from leaver.service.work import Worked
from tests.service.running import until

pytestmark = pytest.mark.slow


class Worker:
    """Does nothing, and notes who did what when, and who was at work at the same time."""

    def __init__(self, seconds: float = 0.05, answers: dict[str, list[Worked]] | None = None) -> None:
        self.began: list[str] = []
        self.ended: list[tuple[str, str, int]] = []
        self.together: list[frozenset[str]] = []
        self._seconds = seconds
        self._answers = answers or {}
        self._at_work: list[str] = []
        self._lock = threading.Lock()
        self.changed = threading.Condition()

    def run(self, client: str, only_differences: bool) -> Worked:
        with self._lock:
            self.began.append(client)
            self._at_work.append(client)
            self.together.append(frozenset(self._at_work))
            assert len(self._at_work) == len(set(self._at_work)), "two jobs of one client at a time"
        time.sleep(self._seconds)
        with self._lock:
            self._at_work.remove(client)
        waiting = self._answers.get(client)
        return waiting.pop(0) if waiting else Worked(client, "verified")

    def done(self, worked: Worked, attempt: int) -> None:
        with self.changed:
            self.ended.append((worked.client, worked.outcome, attempt))
            self.changed.notify_all()

    def wait(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, seconds), self.ended


@contextmanager
def queue(where: Path, database: str | None, worker: Worker, jobs: int = 2) -> Iterator[DurableJobs]:
    where.mkdir(exist_ok=True)
    made = DurableJobs(
        where,
        database,
        leases(database, where),
        worker.run,
        worker.done,
        lambda: datetime.now(UTC),
        jobs=jobs,
    )
    made.start()
    try:
        yield made
    finally:
        made.stop(0)


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest) -> str | None:
    return None if request.param == "sqlite" else request.getfixturevalue("database")


def test_one_job_at_a_time_per_client_the_most_urgent_first(tmp_path: Path, kept: str | None) -> None:
    worker = Worker(0.6)
    with queue(tmp_path, kept, worker, jobs=1) as jobs:
        jobs.put("first", 1)
        until(lambda: worker.began == ["first"])
        for client, urgency in (("rest", 5), ("voluntary", 4), ("released", 1), ("contentious", 2)):
            jobs.put(client, urgency)
        worker.wait(lambda: len(worker.ended) == 5)
    assert worker.began == ["first", "released", "contentious", "voluntary", "rest"]


def test_a_job_for_a_client_at_work_waits_its_turn(tmp_path: Path) -> None:
    worker = Worker(1.5)
    with queue(tmp_path, None, worker) as jobs:
        jobs.put("acme", 5)
        until(lambda: worker.began == ["acme"])
        jobs.put("acme", 1)
        worker.wait(lambda: len(worker.ended) == 2)
    assert worker.began == ["acme", "acme"]


def test_different_clients_are_worked_on_together(tmp_path: Path) -> None:
    worker = Worker(1.0)
    with queue(tmp_path, None, worker) as jobs:
        for client in ("acme", "kestrel", "zephyr"):
            jobs.put(client, 5)
        worker.wait(lambda: len(worker.ended) == 3)
    assert max(len(each) for each in worker.together) == 2


def test_a_job_that_waits_is_not_queued_twice_but_its_urgency_counts(tmp_path: Path) -> None:
    worker = Worker(0.8)
    with queue(tmp_path, None, worker, jobs=1) as jobs:
        jobs.put("first", 1)
        until(lambda: worker.began == ["first"])
        jobs.put("kestrel", 3)
        jobs.put("acme", 5)
        jobs.put("acme", 5)
        jobs.put("acme", 1)
        worker.wait(lambda: len(worker.ended) == 3)
        time.sleep(1.5)
    assert worker.began == ["first", "acme", "kestrel"]


def test_a_job_that_fails_is_done_again_until_it_succeeds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("leaver.service.queue._FIRST_PAUSE", 0.1)
    failed = [Worked("acme", "failed", error="503"), Worked("acme", "partial"), Worked("acme", "verified")]
    worker = Worker(answers={"acme": failed})
    with queue(tmp_path, None, worker) as jobs:
        jobs.put("acme", 5)
        jobs.put("kestrel", 5)
        worker.wait(lambda: ("acme", "verified", 2) in worker.ended)
    assert [each for each in worker.ended if each[0] == "acme"] == [
        ("acme", "failed", 0),
        ("acme", "partial", 1),
        ("acme", "verified", 2),
    ]


def test_an_urgent_job_does_not_wait_for_the_pause_of_one_that_failed(tmp_path: Path) -> None:
    worker = Worker(answers={"acme": [Worked("acme", "failed"), Worked("acme", "verified")]})
    with queue(tmp_path, None, worker) as jobs:
        jobs.put("acme", 5)
        worker.wait(lambda: len(worker.ended) == 1)
        time.sleep(0.3)
        started = time.monotonic()
        jobs.put("acme", 1)
        worker.wait(lambda: len(worker.ended) == 2)
        assert time.monotonic() - started < 1.9
        time.sleep(2.5)
    assert len(worker.ended) == 2


@pytest.mark.parametrize(
    ("attempt", "outcome", "pause"),
    [
        (0, "failed", 2.0),
        (1, "failed", 4.0),
        (5, "partial", 64.0),
        (9, "failed", 300.0),
        (10_000, "failed", 300.0),
        (3, "busy", 2.0),
    ],
)
def test_pauses_double_up_to_a_cap(attempt: int, outcome: Any, pause: float) -> None:
    assert pause_after(attempt, Worked("acme", outcome)) == pause


def test_a_database_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    worker = Worker()
    address = "postgresql://leaver:hunter2@127.0.0.1:1/none"
    made = DurableJobs(
        tmp_path, address, leases(None, tmp_path), worker.run, worker.done, lambda: datetime.now(UTC)
    )
    with pytest.raises(DirectoryError) as raised:
        made.start()
    assert "hunter2" not in str(raised.value)


PROCESS = """
import json, sys, time
from datetime import UTC, datetime
from pathlib import Path
from leaver.service.lease import leases
from leaver.service.queue import DurableJobs
from leaver.service.work import Worked
home, database, name = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3]
source = leases(database, home / "leases")
def say(**fields):
    # One call for the whole line: print() writes its end apart, and another thread's line gets between.
    sys.stdout.write(json.dumps({"process": name, "at": time.time(), **fields}) + "\\n")
    sys.stdout.flush()
def run(client, only):
    lease = source.take("client/" + client)
    if lease is None:
        return Worked(client, "busy")
    say(began=client)
    time.sleep(float(sys.argv[4]))
    say(ended=client)
    lease.release()
    return Worked(client, "verified")
jobs = DurableJobs(home, database, source, run, lambda *_: None, lambda: datetime.now(UTC))
jobs.start()
say(ready=True)
for line in sys.stdin:
    word, _, client = line.strip().partition(" ")
    if word == "put":
        jobs.put(client, 5)
    elif word == "adopt":
        say(adopted=jobs.adopt())
    else:
        break
jobs.stop(0)
"""


class Process:
    """A queue in a process of its own."""

    def __init__(self, home: Path, database: str | None, name: str, seconds: float) -> None:
        home.mkdir(exist_ok=True)
        self.said: list[dict[str, Any]] = []
        self._child = subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(home), database or "", name, str(seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
            env=dict(os.environ),
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self.said.append(json.loads(line))

    def tell(self, line: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def wait(self, word: str, value: Any = None, count: int = 1, seconds: float = 30) -> None:
        deadline = time.monotonic() + seconds
        while sum(word in each and value in (None, each[word]) for each in self.said) < count:
            assert time.monotonic() < deadline, (word, self.said)
            time.sleep(0.02)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait(10)

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def test_a_killed_process_goes_on_with_its_job_at_the_next_start(tmp_path: Path) -> None:
    with Process(tmp_path, None, "one", 60) as first:
        first.wait("ready")
        first.tell("put acme")
        first.wait("began", "acme")
    with Process(tmp_path, None, "two", 0.1) as second:
        second.wait("ended", "acme")


def test_two_processes_share_the_work_and_never_one_client(tmp_path: Path, database: str) -> None:
    clients = [f"client-{number}" for number in range(6)]
    with (
        Process(tmp_path / "one", database, "one", 0.4) as one,
        Process(tmp_path / "two", database, "two", 0.4) as two,
    ):
        one.wait("ready")
        two.wait("ready")
        for client in clients * 2:
            one.tell(f"put {client}")
            two.tell(f"put {client}")
        until(lambda: {each["ended"] for each in [*one.said, *two.said] if "ended" in each} == set(clients))
        time.sleep(3)
        said = sorted([*one.said, *two.said], key=lambda each: each["at"])
    at_work: set[str] = set()
    for each in said:
        if "began" in each:
            assert each["began"] not in at_work, "two machines at one client at the same time"
            at_work.add(each["began"])
        elif "ended" in each:
            at_work.discard(each["ended"])
    assert {each["ended"] for each in said if "ended" in each} == set(clients)
    assert {each["process"] for each in said if "ended" in each} == {"one", "two"}


def test_a_killed_process_is_taken_over_from_by_the_other(tmp_path: Path, database: str) -> None:
    with Process(tmp_path / "two", database, "two", 0.1) as two:
        two.wait("ready")
        with Process(tmp_path / "one", database, "one", 60) as one:
            one.wait("ready")
            for client in ("acme", "kestrel", "zephyr"):
                one.tell(f"put {client}")
            one.wait("began", count=1)
            two.tell("adopt")
            two.wait("adopted", 0)
            time.sleep(1)
        deadline = time.monotonic() + 60
        while len({each["ended"] for each in two.said if "ended" in each}) < 3:
            assert time.monotonic() < deadline, (one.said, two.said)
            two.tell("adopt")
            time.sleep(0.5)
