"""The service with everything around it made up: a clock to set, directories that remember, a queue that notes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from leaver.actions import CutReport, DirectoryCut, Ended, nothing_ended
from leaver.errors import DirectoryError
from leaver.model import Client, ClientSettings, Person
from leaver.notify import Notice
from leaver.service.bulletin import Bulletin
from leaver.service.log import Log
from leaver.service.loop import Service, Surroundings
from leaver.service.records import Reader, Records

T = datetime(2026, 11, 27, 17, 0, tzinfo=UTC)


def client(key: str, people: Mapping[str, Mapping[str, Any]]) -> Client:
    """A client with one directory; people are given as their YAML would read, in UTC."""
    settings = {
        "name": key.title(),
        "zone": "UTC",
        "on call": "oncall@msp.example",
        "directories": {
            "entra": {
                "kind": "entra",
                "tenant": "00000000-0000-4000-8000-00000000ac3e",
                "domain": f"{key}.example",
            }
        },
    }
    return Client(
        key=key,
        settings=ClientSettings.model_validate(settings),
        groups={},
        people={
            name: Person.model_validate(dict(record), context={"zone": "UTC"})
            for name, record in people.items()
        },
    )


def leaving(at: datetime, **more: Any) -> dict[str, Any]:
    return {"departure": {"at": at.strftime("%Y-%m-%d %H:%M:%S"), **more}}


@dataclass
class Directories:
    """What a `Cutter` would do, in memory. `failing` clients fail; `slow` ones never answer."""

    clock: Any
    gone: set[tuple[str, str]] = field(default_factory=set)
    cuts: list[tuple[datetime, str, str]] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)
    slow: set[str] = field(default_factory=set)
    mistaken: set[str] = field(default_factory=set)
    stops: dict[str, str] = field(default_factory=dict)
    armed: list[tuple[datetime, str]] = field(default_factory=list)

    async def cut(self, client: Client, person: str, tell: Any, ended: Ended = nothing_ended) -> CutReport:
        report = await self._cut(client, person)
        ended(report)
        return report

    async def _cut(self, client: Client, person: str) -> CutReport:
        if client.key in self.slow:
            await asyncio.Event().wait()
        if client.key in self.mistaken:
            raise NameError("name 'hunter2' is not defined")
        now = self.clock()
        username = client.username(person, "entra") or ""
        if client.key in self.failing:
            bad = DirectoryCut(client.key, "entra", username, "failed", "503", by_hand="In the portal.")
            return CutReport(client.key, person, now, (bad,))
        self.cuts.append((now, client.key, person))
        self.gone.add((client.key, person))
        return CutReport(
            client.key, person, now, (DirectoryCut(client.key, "entra", username, "cut", at=now),)
        )

    async def still_open(self, client: Client, dues: Any) -> list[Any]:
        if client.key in self.slow:
            await asyncio.Event().wait()
        if client.key in self.failing:
            raise DirectoryError(f"{client.key}/entra: 503.")
        if client.key in self.mistaken:
            raise NameError("name 'hunter2' is not defined")
        return [due for due in dues if (due.client, due.person) not in self.gone]

    async def arm(self, client: Client, dues: Any) -> dict[Any, str]:
        self.armed += [(self.clock(), due.person) for due in dues]
        return {due: self.stops[due.person] for due in dues if due.person in self.stops}

    async def forget(self, client: str) -> None:
        """Nothing is kept."""

    async def close(self) -> None:
        """Nothing is open."""


@dataclass
class Queue:
    """Notes what is put into it."""

    put_in: list[tuple[str, int, bool]] = field(default_factory=list)
    down: bool = False
    working: set[str] = field(default_factory=set)

    def start(self) -> None:
        if self.down:
            raise DirectoryError("queue: the database cannot be used.")

    def put(self, client: str, urgency: int, *, only_differences: bool = False) -> None:
        self.put_in.append((client, urgency, only_differences))

    def adopt(self) -> int:
        return 0

    def at_work(self, client: str) -> bool:
        return client in self.working

    def stop(self, seconds: int) -> None:
        """Nothing runs."""


class Repository:
    """A follower and reader of records that a test sets."""

    every = 3600.0
    fault = ""

    def __init__(self, clients: Mapping[str, Client]) -> None:
        self.clients = dict(clients)
        self.number = 0
        self.problems: tuple[str, ...] = ()

    def set(self, clients: Mapping[str, Client]) -> None:
        self.clients, self.number = dict(clients), self.number + 1

    def refresh(self) -> Path:
        return Path()

    def version(self) -> str:
        return str(self.number)

    def read(self, root: Path, last: Records | None) -> Records:
        return Records(root, dict(self.clients), self.problems)


class Stage:
    """A service at a moment that the test chooses."""

    def __init__(self, *clients: Client, now: datetime = T - timedelta(hours=1)) -> None:
        self.now = now
        self.passed = 0.0
        self.ahead: float | None = 0.0
        self.leads = True
        self.told: list[Notice] = []
        self.logged = io.StringIO()
        self.directories = Directories(lambda: self.now)
        self.queue = Queue()
        self.records = Repository({each.key: each for each in clients})
        self.read: Reader = self.records.read
        self.pause: float | None = None
        log = Log(lambda: self.now, stream=self.logged)

        async def ahead(_: dict[str, Client]) -> float | None:
            return self.ahead

        self.service = Service(
            self.records,
            self.directories,  # type: ignore[arg-type]
            self.queue,
            lambda known: Bulletin(log, self.told.append, known),
            Surroundings(
                lambda: self.now,
                lambda root, last: self.read(root, last),
                ahead,
                lambda: self.leads,
                monotonic=lambda: self.passed,
            ),
        )

    async def start(self) -> None:
        """As at the start of the process."""
        await self.service.begin()
        await self.at(self.now)

    async def at(self, now: datetime, *, jump: bool = False) -> None:
        """Let time pass until `now`, and whatever begins then go on until it waits."""
        if not jump:
            self.passed += (now - self.now).total_seconds()
        self.now = now
        while True:
            self.service._wake.clear()
            self.pause = await self.service.step()
            await self.settle()
            if not self.service._wake.is_set():
                return

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0.001)

    async def merge(self, *clients: Client) -> None:
        """A pull request is merged."""
        self.records.set({each.key: each for each in clients})
        await self.service.refresh()
        await self.at(self.now)

    @property
    def cut(self) -> list[str]:
        return [person for _, _, person in self.directories.cuts]

    def kinds(self) -> list[str]:
        return [str(notice.kind) for notice in self.told]


def plays(scene: Callable[[], Awaitable[None]]) -> None:
    async def whole() -> None:
        await asyncio.wait_for(scene(), 20)  # type: ignore[arg-type]

    asyncio.run(whole())


async def started(*clients: Any, now: datetime = T - timedelta(hours=1), **directories: Any) -> Stage:
    stage = Stage(*clients, now=now)
    for name, value in directories.items():
        setattr(stage.directories, name, value)
    await stage.start()
    return stage
