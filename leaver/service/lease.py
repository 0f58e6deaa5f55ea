"""Leases: who may work on a client's stack, and who leads, on one machine or on many.

Pulumi's own locks have no lease: what a killed process held stays held. These end with the process that holds
them: a file lock (flock) on one machine, an advisory lock of a PostgreSQL session on many. A session that hangs
is told apart from one that works by asking the database every two seconds: whoever gets no answer within
`GIVE_UP` seconds stops working, well before the server gives the lock to somebody else.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Protocol

import psycopg

from leaver.errors import DirectoryError

PING_EVERY = 2.0
GIVE_UP = 5
_SERVER_NOTICES = (
    "set tcp_keepalives_idle = 15; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3"
)


class DatabaseUnreachable(DirectoryError):
    """The database does not answer."""


def client_lease(client: str) -> str:
    """The name of the lease without which nobody works on a client's stack."""
    return f"client/{client}"


class Lease(Protocol):
    """A lock that is held until `release`, or until `alive` says that it is lost."""

    def alive(self) -> bool:
        """Whether it is still held; asks the database where there is one."""

    def release(self) -> None:
        """Let go."""


class Leases(Protocol):
    """Where leases come from."""

    shared: bool
    """Whether other machines take part."""

    def take(self, name: str) -> Lease | None:
        """The lease of that name, or None while somebody else holds it. Raises DatabaseUnreachable."""


class _FileLease:
    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def alive(self) -> bool:
        return not self._file.closed

    def release(self) -> None:
        self._file.close()


class FileLeases:
    """Leases of one machine: locked files in `folder`."""

    shared = False

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def take(self, name: str) -> Lease | None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = (self._folder / f"{name.replace('/', '-')}.lock").open("ab")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            return None
        return _FileLease(file)


class _SessionLease:
    def __init__(self, connection: psycopg.Connection[tuple[object, ...]]) -> None:
        self._connection = connection

    def alive(self) -> bool:
        try:
            self._connection.execute("select 1")
        except psycopg.Error:
            self._connection.close()
            return False
        return True

    def release(self) -> None:
        self._connection.close()


class PostgresLeases:
    """Leases of every machine that uses the database at `url`; each is a session of its own."""

    shared = True

    def __init__(self, url: str) -> None:
        self._url = url.replace("postgresql+psycopg://", "postgresql://", 1)

    def take(self, name: str) -> Lease | None:
        try:
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                connect_timeout=GIVE_UP,
                keepalives_idle=2,
                keepalives_interval=1,
                keepalives_count=3,
                tcp_user_timeout=GIVE_UP * 1000,
                application_name=f"leaver {name}"[:63],
            )
        except psycopg.Error as error:
            raise DatabaseUnreachable(
                f"database: no connection ({type(error).__name__}). Check the address, and that it runs."
            ) from None
        try:
            connection.execute(_SERVER_NOTICES)
            found = connection.execute(
                "select pg_try_advisory_lock(hashtextextended(%s, 0))", (f"leaver/{name}",)
            ).fetchone()
        except psycopg.Error as error:
            connection.close()
            raise DatabaseUnreachable(
                f"database: {type(error).__name__} while taking a lease. Look at the server's log."
            ) from None
        if found is None or found[0] is not True:
            connection.close()
            return None
        return _SessionLease(connection)


def leases(database: str | None, folder: Path) -> Leases:
    """The leases that go with a database: PostgreSQL's own, else locked files in `folder`."""
    return PostgresLeases(database) if database and database.startswith("postgres") else FileLeases(folder)


def take_within(source: Leases, name: str, seconds: float) -> Lease | None:
    """Wait for a lease for at most `seconds`; None when somebody else holds it all that time."""
    deadline = time.monotonic() + seconds
    while (lease := source.take(name)) is None and time.monotonic() < deadline:
        time.sleep(min(0.5, max(0.01, deadline - time.monotonic())))
    return lease


def watch(lease: Lease, lost: Callable[[], None]) -> Callable[[], None]:
    """Call `lost`, once and from another thread, when the lease is gone; returns what ends the watch."""
    ended = threading.Event()

    def run() -> None:
        while not ended.wait(PING_EVERY):
            if not lease.alive() and not ended.is_set():
                lost()
                return

    threading.Thread(target=run, name="lease", daemon=True).start()
    return ended.set
