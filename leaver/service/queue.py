"""The durable queue: what has to be brought about at each client survives crashes, and is tried until it is done.

DBOS keeps the jobs in SQLite, or in PostgreSQL where several machines share them: the most urgent first. It polls,
so nothing that must happen within a second goes through it. A job names a client and nothing else; what to do is
computed when it runs, from the records of then. A job that fails puts its successor into the queue, to be run
after a pause: a sleeping job would keep a more urgent one of the same client waiting.

One job at a time per client is the lease's work, and a job that finds its client taken steps back for a moment.
DBOS's partitioned queues could do it, too, but they take their partitions in random order, whatever the priority.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from leaver.errors import DirectoryError
from leaver.service.lease import Lease, Leases, client_lease
from leaver.service.work import Worked

if TYPE_CHECKING:
    from dbos import DBOS

_QUEUE = "clients"
_WORKFLOW = "bring-about"
_VERSION = "1"
"""Of the jobs' form, not of Leaver's: jobs that an older Leaver queued are done by a newer one."""
_POLL = 0.5
_FIRST_PAUSE = 2.0
_LONGEST_PAUSE = 300.0
_BUSY_PAUSE = 2.0
_OVERLAP = timedelta(seconds=60)
_KEPT = timedelta(days=30)
_OTHERS = "executor/"
_APART = "/"
"""Between the client and the rest of a job's name; no key of a client holds one."""

Run = Callable[[str, bool], Worked]
"""Does the work on a client (`only_differences` second); called in a thread of the queue's."""


class Jobs(Protocol):
    """A queue of work on clients."""

    def start(self) -> None:
        """Connect, and go on with what was left. Blocks; raises DirectoryError when that cannot be."""

    def put(self, client: str, urgency: int, *, only_differences: bool = False) -> None:
        """Queue work on a client. May block for a database; raises DirectoryError when it does not answer."""

    def adopt(self) -> int:
        """Take over the work of processes that are gone; how much. Blocks.

        Also tells `done` of what other processes have finished.
        """

    def at_work(self, client: str) -> bool:
        """Whether this process has work on the client under way."""

    def stop(self, seconds: int) -> None:
        """Stop, giving what is under way at most so many seconds. Blocks."""


def pause_after(attempt: int, worked: Worked) -> float:
    """Seconds until the next attempt, after `attempt` failures: doubling, with a cap, without an end."""
    if worked.outcome == "busy":
        return _BUSY_PAUSE
    return min(_FIRST_PAUSE * 2.0 ** min(attempt, 20), _LONGEST_PAUSE)


class DurableJobs:
    """The queue of one process; the only one in it, as DBOS is a singleton.

    `done` is told, in a thread of the queue's, of each attempt, and how many failed before it.
    """

    def __init__(
        self,
        home: Path,
        database: str | None,
        leases: Leases,
        run: Run,
        done: Callable[[Worked, int], None],
        clock: Callable[[], datetime],
        *,
        jobs: int = 2,
    ) -> None:
        self._clock = clock
        self._heard: set[str] = set()
        self._url = database or f"sqlite:///{home / 'service.sqlite3'}"
        self._leases = leases
        self._run = run
        self._done = done
        self._jobs = jobs
        self._executor = uuid.uuid4().hex if leases.shared else "local"
        self._lease: Lease | None = None
        self._dbos: type[DBOS] | None = None
        self._workflow: Callable[[str, int, bool, int], dict[str, Any]] | None = None
        self._waiting: dict[str, int] = {}
        self._at_work: set[str] = set()
        self._lock = threading.Lock()

    def start(self) -> None:
        """Connect, and go on with what was left. Raises DirectoryError when the database does not answer."""
        from dbos import DBOS

        self._lease = self._leases.take(_OTHERS + self._executor) if self._leases.shared else None
        try:
            DBOS(
                config={
                    "name": "leaver",
                    "system_database_url": self._url,
                    "application_version": _VERSION,
                    "executor_id": self._executor,
                    "log_level": "CRITICAL",
                    "console_log_level": "CRITICAL",
                }
            )
            self._workflow = DBOS.workflow(name=_WORKFLOW)(self._body())
            DBOS.launch()
            DBOS.register_queue(
                _QUEUE,
                worker_concurrency=self._jobs,
                polling_interval_sec=_POLL,
                on_conflict="always_update",
            )
            old = DBOS.list_workflows(
                status=["SUCCESS", "CANCELLED"],
                completed_before=f"{self._clock() - _KEPT:%Y-%m-%dT%H:%M:%S.%fZ}",
                load_input=False,
                load_output=False,
                limit=10_000,
            )
            if old:
                DBOS.delete_workflows([each.workflow_id for each in old])
        except Exception as error:
            DBOS.destroy(destroy_registry=True)
            if self._lease is not None:
                self._lease.release()
            # Not the error's own text: it may hold the address with its password.
            raise DirectoryError(
                f"queue: the database cannot be used ({type(error).__name__}). "
                "Check its address, that it runs, and that its user may create tables."
            ) from None
        self._dbos = DBOS

    def put(self, client: str, urgency: int, *, only_differences: bool = False) -> None:
        with self._lock:
            waiting = self._waiting.get(client)
            # A job that has not started will see the newest records anyway.
            if waiting is not None and waiting <= urgency:
                return
            self._waiting[client] = urgency
        try:
            superseded = self._queued(client)
            self._enqueue(client, urgency, only_differences, 0, None)
            if superseded:
                from dbos import DBOS

                DBOS.cancel_workflows(sorted(superseded))
        except Exception as error:
            with self._lock:
                self._waiting.pop(client, None)
            raise DirectoryError(f"queue: {client}: cannot be queued ({type(error).__name__}).") from None

    def adopt(self) -> int:
        from dbos import WorkflowStatus

        if self._dbos is None or not self._leases.shared:
            return 0
        self._hear_of_others()
        pending: Iterable[WorkflowStatus] = self._dbos.list_workflows(
            status="PENDING", load_input=False, load_output=False
        )
        adopted = 0
        for executor in sorted({each.executor_id or "" for each in pending} - {self._executor, ""}):
            lease = self._leases.take(_OTHERS + executor)
            if lease is None:
                continue
            try:
                adopted += len(self._dbos._recover_pending_workflows([executor]))
            finally:
                lease.release()
        return adopted

    def at_work(self, client: str) -> bool:
        with self._lock:
            return client in self._at_work

    def _hear_of_others(self) -> None:
        from dbos import DBOS

        recent = f"{self._clock() - _OVERLAP:%Y-%m-%dT%H:%M:%S.%fZ}"
        found = DBOS.list_workflows(
            status="SUCCESS", name=_WORKFLOW, completed_after=recent, load_input=False
        )
        ended = {each.workflow_id: each for each in found}
        for name in ended.keys() - self._heard:
            each = ended[name]
            if (
                each.executor_id != self._executor
                and each.output
                and (worked := Worked.from_json(each.output)).ok
            ):
                self._done(worked, 0)
        self._heard = set(ended)

    def stop(self, seconds: int) -> None:
        """Stop; jobs under way get at most `seconds` to end, and are done again at the next start otherwise."""
        if self._dbos is not None:
            self._dbos.destroy(destroy_registry=True, workflow_completion_timeout_sec=seconds)
            self._dbos = None
        if self._lease is not None:
            self._lease.release()

    def _enqueue(
        self, client: str, urgency: int, only_differences: bool, attempt: int, delay: float | None
    ) -> str:
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        if self._workflow is None:
            raise DirectoryError(f"queue: {client}: the queue has not started. Try again.")
        name = f"{client}{_APART}{uuid.uuid4().hex}"
        with (
            SetWorkflowID(name),
            SetEnqueueOptions(priority=urgency, delay_seconds=delay),
        ):
            DBOS.enqueue_workflow(_QUEUE, self._workflow, client, urgency, only_differences, attempt)
        return name

    def _queued(self, client: str) -> set[str]:
        """The jobs of the client that wait, at once or for a pause to end."""
        from dbos import DBOS

        found = DBOS.list_workflows(
            status=["ENQUEUED", "DELAYED"],
            workflow_id_prefix=f"{client}{_APART}",
            load_input=False,
            load_output=False,
        )
        return {each.workflow_id for each in found}

    def _body(self) -> Callable[[str, int, bool, int], dict[str, Any]]:
        from dbos import DBOS

        def bring_about(client: str, urgency: int, only_differences: bool, attempt: int) -> dict[str, Any]:
            with self._lock:
                self._waiting.pop(client, None)
            found = DBOS.run_step({"name": "work"}, self._step, client, only_differences, attempt)
            worked = Worked.from_json(found)
            if not worked.ok and not DBOS.run_step({"name": "others"}, lambda: bool(self._queued(client))):
                failed = attempt + (worked.outcome != "busy")
                self._enqueue(client, urgency, only_differences, failed, pause_after(attempt, worked))
            return found

        return bring_about

    def _step(self, client: str, only_differences: bool, attempt: int) -> dict[str, Any]:
        with self._lock:
            taken = client in self._at_work
            self._at_work.add(client)
        if taken:
            return Worked(client, "busy").to_json()
        try:
            worked = self._run(client, only_differences) if self._free(client) else Worked(client, "busy")
        finally:
            with self._lock:
                self._at_work.discard(client)
        self._done(worked, attempt)
        return worked.to_json()

    def _free(self, client: str) -> bool:
        """Whether nobody works on the client; the work itself makes sure of it, but costs a process."""
        try:
            lease = self._leases.take(client_lease(client))
        except DirectoryError:
            return True
        if lease is not None:
            lease.release()
        return lease is not None
