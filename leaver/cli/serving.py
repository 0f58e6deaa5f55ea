"""What a `leaver run` is made of: its clock, records, credentials, leases, queue and notices, put together."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from leaver.cli.session import Session
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, EXIT_PROBLEMS, UsageError

if TYPE_CHECKING:
    from leaver.actions import Directory
    from leaver.model import Client
    from leaver.notify import Notice, Sender
    from leaver.service.bulletin import Bulletin
    from leaver.service.cutter import Cutter
    from leaver.service.follow import Follower
    from leaver.service.keeping import Keeper
    from leaver.service.lease import Lease, Leases
    from leaver.service.log import Log
    from leaver.service.loop import Service
    from leaver.service.records import Records
    from leaver.service.work import Worked

DATABASE = "LEAVER_DATABASE_URL"
_TIME_TO_END = 60
_PRIORITY = -10


def _ticking(session: Session) -> tuple[Callable[[], datetime], bool]:
    """The clock, and whether it is pretended: one that starts at the moment given, and ticks."""
    if not (session.moment or session.environ.get("LEAVER_NOW")):
        return session.now, False
    start, began = session.now(), time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began), True


@dataclass
class Work:
    """Everything that a run is made of."""

    root: Path
    home: Path
    environ: Mapping[str, str]
    clock: Callable[[], datetime]
    pretended: bool
    log: Log
    sender: Sender
    follower: Follower
    leases: Leases
    database: str | None
    jobs: int
    cache: Path
    leader: Lease | None = field(default=None)
    keeper: Keeper | None = field(default=None)

    @classmethod
    def prepare(
        cls, session: Session, here: bool, database: str | None, jobs: int, log_format: str | None
    ) -> Work:
        from leaver.notify import Sender
        from leaver.service.follow import MainBranch, WorkTree
        from leaver.service.lease import leases
        from leaver.service.log import Log

        clock, pretended = _ticking(session)
        log = Log(clock, as_json=log_format == "json" or (log_format is None and not sys.stderr.isatty()))
        home = session.home / "service"
        environ = dict(session.environ)
        if database is not None:
            environ[DATABASE] = database
        return cls(
            root=session.root,
            home=session.home,
            environ=environ,
            clock=clock,
            pretended=pretended,
            log=log,
            sender=Sender.from_environment(
                environ,
                failed=lambda target, title: log("notify", f"{target}: not sent: {title}", level="warning"),
            ),
            follower=WorkTree(session.root) if here else MainBranch(session.root, home, environ),
            leases=leases(database, home / "leases"),
            database=database,
            jobs=jobs,
            cache=session.record_cache(session.root),
        )

    def tell(self, notice: Notice) -> None:
        self.sender.tell(notice)

    def read(self, root: Path, last: Records | None) -> Records:
        from leaver.service.bounds import bounded
        from leaver.service.records import read

        return bounded(lambda folder, before: read(folder, self.cache, before), self.clock)(root, last)

    def bulletin(self, clients: Callable[[], Mapping[str, Client]]) -> Bulletin:
        from leaver.service.bulletin import Bulletin

        return Bulletin(self.log, self.tell, clients, self.keeper)

    def keep(self, root: Callable[[], Path | None], clock: Callable[[], datetime]) -> None:
        """Begin to write evidence; `root` answers the folder of the records of now."""
        from leaver.service.keeping import telling

        self.keeper = telling(self.home, self.environ, root, clock, self.log, self.tell)

    def kept(self) -> bool:
        """Wait until the evidence is written; whether all of it is."""
        from leaver.service.keeping import TIME_TO_END

        left = self.keeper.close(TIME_TO_END) if self.keeper is not None else 0
        if left:
            self.log("evidence", f"{left} cuts are not in the evidence: note them by hand", level="error")
        return not left

    def cutter(self, clock: Callable[[], datetime]) -> Cutter:
        from leaver.service.cutter import Cutter

        return Cutter(self.open, clock)

    def open(self, client: Client, name: str) -> Directory:
        """Connect to a directory; raises a LeaverError when there are no credentials."""
        from leaver import actions

        settings, sandbox = client.settings.directories[name], client.settings.sandbox
        found = actions.credentials(
            client.key, name, settings, sandbox=sandbox, environ=self.environ, home=self.home
        )
        return actions.connect(
            client.key, name, settings, sandbox=sandbox, credentials=found, policy=actions.cut_policy()
        )

    async def ahead(self, clients: dict[str, Client]) -> float | None:
        """By how many seconds the directories' clocks are ahead of ours."""
        from leaver import actions
        from leaver.errors import LeaverError
        from leaver.service.clocks import directories_ahead

        if self.pretended:
            return None
        origins = set()
        for client in clients.values():
            for name, settings in client.settings.directories.items():
                with suppress(LeaverError):
                    found = actions.credentials(
                        client.key,
                        name,
                        settings,
                        sandbox=client.settings.sandbox,
                        environ=self.environ,
                        home=self.home,
                    )
                    origins.add(found.graph if isinstance(found, actions.EntraCredentials) else found.address)
        return await directories_ahead(origins, self.clock)

    def leads(self) -> bool:
        """Whether this process leads; tries to, where nobody does. Raises a LeaverError."""
        if self.leader is not None:
            if self.leader.alive():
                return True
            self.leader = None
        self.leader = self.leases.take("leader")
        return self.leader is not None

    def child(self, records: Records, key: str, now: datetime, only_differences: bool) -> Worked:
        from leaver.service.work import Worked, run_child

        client = records.clients.get(key)
        if client is None:
            # Its folder has gone from the records since the job was queued.
            return Worked(key, "verified")
        return run_child(
            records.root, self.home, client, self.environ, now=now, only_differences=only_differences
        )

    def once(self, clients: Sequence[str] = ()) -> int:
        """What is due now at `clients`, or at all of them, and nothing that waits."""
        from leaver.errors import LeaverError
        from leaver.notify import Kind
        from leaver.service.once import bring_all, end_due
        from leaver.service.records import summary

        try:
            leads = self.leads()
        except LeaverError as error:
            # Without the database nothing but the lease is missing, and the cuts need none.
            self.log("fault", str(error), level="error")
            leads = True
        if not leads:
            self.log("standby", "another leaver run leads; nothing is left to do")
            return EXIT_CLEAN
        records = self.read(self.follower.refresh(), None)
        if clients:
            records = records.only(clients)
        self.keep(lambda: records.root, self.clock)
        bulletin = self.bulletin(lambda: records.clients)
        if records.problems:
            text = summary(records.problems)
            bulletin.fault("records", Kind.RECORDS, text, "Those clients are left out. See: leaver check")
        ended = asyncio.run(end_due(records.clients, self.cutter(self.clock), bulletin, self.clock))
        code = bring_all(
            records.clients,
            lambda key, only: self.child(records, key, self.clock(), only),
            bulletin,
            self.jobs,
        )
        kept = self.kept()
        return max(
            code,
            EXIT_CLEAN if ended else EXIT_DIRECTORY,
            EXIT_PROBLEMS if records.problems or not kept else 0,
        )

    def serve(self, port: int) -> int:
        """Serve until SIGTERM or SIGINT."""
        from leaver.notify import Heartbeat
        from leaver.notify.heartbeat import VARIABLE
        from leaver.service.dispatch import CUTS_FIRST
        from leaver.service.hook import Hook
        from leaver.service.loop import Service, Surroundings
        from leaver.service.queue import DurableJobs
        from leaver.service.work import Worked

        if not self.leases.shared and not self.leads():
            raise UsageError(
                f"run: another leaver run serves {self.home}. Stop it first, or share a PostgreSQL "
                "database: --database."
            )

        def run_job(key: str, only_differences: bool) -> Worked:
            # Cuts are more urgent, and need the processor; one that hangs holds up the rest for a moment only.
            deadline = time.monotonic() + CUTS_FIRST
            while service.records is None or (service.endings.busy and time.monotonic() < deadline):
                if service.stopping:
                    return Worked(key, "failed", error=f"{key}: the service was stopped before it began.")
                time.sleep(0.1)
            return self.child(service.records, key, service.now(), only_differences)

        queue = DurableJobs(
            self.home / "service",
            self.database,
            self.leases,
            run_job,
            lambda *each: service.worked(*each),
            self.clock,
            jobs=self.jobs,
        )
        self.keep(lambda: service.records.root if service.records else None, lambda: service.now())
        service = Service(
            self.follower,
            self.cutter(lambda: service.now()),
            queue,
            self.bulletin,
            Surroundings(self.clock, self.read, self.ahead, self.leads, self.leases.shared),
        )
        beat = None
        if url := self.environ.get(VARIABLE):
            beat = Heartbeat(
                url,
                lambda: service.healthy,
                failed=lambda why: self.log("heartbeat", f"not taken: {why}", level="warning"),
            )
        hook = Hook(self.home / "service", service.look, lambda: service.healthy, port=port)
        with suppress(OSError):
            # Where it may (root, or Nice= of its unit): a busy machine must not make anybody's access last longer.
            os.setpriority(os.PRIO_PROCESS, 0, _PRIORITY)
        self.log("start", f"serving; hook at {hook.address}", pid=os.getpid())
        try:
            asyncio.run(_serve(service))
        finally:
            hook.close()
            if beat is not None:
                beat.close()
            self.log("stop", "waiting for the work under way to end")
            queue.stop(_TIME_TO_END)
            kept = self.kept()
        self.log("stop", "ended")
        return EXIT_CLEAN if kept else EXIT_PROBLEMS


async def _serve(service: Service) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stop)
    loop.add_signal_handler(signal.SIGHUP, service.look)
    await service.run()
