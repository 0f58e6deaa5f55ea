"""A real PostgreSQL for a test, started from the machine's own binaries."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


def binaries() -> Path | None:
    """The folder of a PostgreSQL server, the newest one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), reverse=True)
    on_path = shutil.which("postgres")
    candidates = [*(path.parent for path in found), *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    pytest.skip("run as root, and there is no user to run PostgreSQL as")


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a database on loopback that ends with the block."""
    folder = binaries()
    if folder is None:
        pytest.skip("no PostgreSQL server is installed (initdb, postgres)")
    user = _unprivileged()
    home = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        os.chown(home, pwd.getpwnam(user).pw_uid, pwd.getpwnam(user).pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = {"cwd": home, "user": user, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = home / "data"
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "leaver", "-A", "trust", "-N"],
        check=True,
        **options,  # type: ignore[call-overload]
    )
    server = subprocess.Popen(
        [folder / "postgres", "-D", data, "-p", str(port), "-k", home, "-h", "127.0.0.1", "-F"],
        **options,  # type: ignore[call-overload]
    )
    url = f"postgresql://leaver@127.0.0.1:{port}/postgres"
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(url, connect_timeout=2).close()
                break
            except psycopg.Error:
                assert time.monotonic() < deadline, "PostgreSQL did not start"
                time.sleep(0.05)
        yield url
    finally:
        server.send_signal(signal.SIGQUIT)
        server.wait(20)
        shutil.rmtree(home, ignore_errors=True)
