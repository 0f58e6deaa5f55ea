"""Leases: one holder at a time, and none that outlives its holder."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import psycopg
import pytest

from leaver.service.lease import (
    DatabaseUnreachable,
    FileLeases,
    Leases,
    PostgresLeases,
    leases,
    take_within,
    watch,
)

pytestmark = pytest.mark.slow

HOLD = """
import sys, time
from pathlib import Path
from leaver.service.lease import FileLeases, PostgresLeases
where = sys.argv[1]
source = PostgresLeases(where) if where.startswith("postgresql:") else FileLeases(Path(where))
lease = source.take("client/acme")
print("held" if lease else "refused", flush=True)
time.sleep(60)
"""


@pytest.fixture(params=["file", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path) if request.param == "file" else request.getfixturevalue("database")


def source(where: str) -> Leases:
    return PostgresLeases(where) if where.startswith("postgresql:") else FileLeases(Path(where))


def test_a_lease_has_one_holder_at_a_time(where: str) -> None:
    first = source(where).take("client/acme")
    assert first is not None
    assert first.alive()
    assert source(where).take("client/acme") is None
    other = source(where).take("client/kestrel")
    assert other is not None
    first.release()
    again = source(where).take("client/acme")
    assert again is not None
    again.release()
    other.release()


def test_a_killed_holder_holds_nothing(where: str) -> None:
    holder = subprocess.Popen([sys.executable, "-c", HOLD, where], stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        assert source(where).take("client/acme") is None
    finally:
        holder.kill()
        holder.wait(10)
    lease = take_within(source(where), "client/acme", 10)
    assert lease is not None
    lease.release()


def test_whoever_waits_gets_a_lease_when_it_is_free(where: str) -> None:
    lease = source(where).take("client/acme")
    assert lease is not None
    assert take_within(source(where), "client/acme", 0.2) is None
    timer = threading.Timer(0.3, lease.release)
    timer.start()
    got = take_within(source(where), "client/acme", 10)
    assert got is not None
    got.release()


def test_a_holder_learns_that_its_lease_is_lost(database: str) -> None:
    lease = PostgresLeases(database).take("client/acme")
    assert lease is not None
    lost = threading.Event()
    unwatch = watch(lease, lost.set)
    with psycopg.connect(database, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where application_name = %s",
            ("leaver client/acme",),
        )
    assert lost.wait(10)
    unwatch()
    assert not lease.alive()


def test_a_database_that_is_not_there_is_said_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as raised:
        PostgresLeases("postgresql://leaver:hunter2@127.0.0.1:1/none").take("leader")
    assert "hunter2" not in str(raised.value)
    assert str(raised.value).startswith("database: no connection")


def test_the_database_decides_where_leases_are(tmp_path: Path) -> None:
    assert leases("postgresql://x/y", tmp_path).shared
    assert not leases(None, tmp_path).shared
