"""Starting, finding and stopping the sandbox's server process."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from leaver.errors import DirectoryError
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.serving import alone

_READY_WITHIN = 20.0
_GONE_WITHIN = 10.0


@dataclass(frozen=True)
class Registration:
    """A directory to register at the start: `tenant` is a UUID (entra) or an org name (okta).

    `was` is the key that the client had before, if any.
    """

    client: str
    directory: str
    kind: str
    tenant: str
    domains: tuple[str, ...]
    was: str | None = None


def start(
    home: Path, *, http_port: int = 18480, https_port: int = 18443, clients: Iterable[Registration] = ()
) -> Endpoint:
    """Start the sandbox in a process of its own, or find the one that runs; register `clients`.

    `home` is `<LEAVER_HOME>/sandbox`; port 0 means any free one. Raises DirectoryError when it does not come
    up, with the server's own words.
    """
    endpoint = status(home) or _launch(home, http_port, https_port)
    for each in clients:
        endpoint.register(each.client, each.directory, each.kind, each.tenant, each.domains, was=each.was)
    return endpoint


def status(home: Path) -> Endpoint | None:
    """The sandbox that runs from `home`, or None; removes what a killed one left behind."""
    found = Endpoint.read(home)
    if found is None:
        return None
    if _answers(found):
        return found
    if not _alive(found.pid):
        (home / "sandbox.json").unlink(missing_ok=True)
    return None


def stop(home: Path) -> bool:
    """Stop the sandbox of `home` and wait until it is gone; False when none ran.

    Signals only a process that answers with our admin token: a reused process id is left alone.
    """
    found = status(home)
    if found is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + _GONE_WITHIN
    while _alive(found.pid):
        if time.monotonic() > deadline:
            raise DirectoryError(
                f"sandbox: process {found.pid}: still runs {_GONE_WITHIN:.0f} s after SIGTERM. Look at"
                f" {home / 'server.log'}, then kill it."
            )
        time.sleep(0.02)
    return True


def _launch(home: Path, http_port: int, https_port: int) -> Endpoint:
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = home / "server.log"
    # The package may be run from a checkout that is not installed.
    package_root = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(filter(None, [package_root, os.environ.get("PYTHONPATH")]))
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "leaver.sandbox", str(home), str(http_port), str(https_port)],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "PYTHONPATH": path},
        )
    deadline = time.monotonic() + _READY_WITHIN
    while time.monotonic() < deadline:
        found = Endpoint.read(home)
        # Another start may have been faster: its server is as good as ours.
        if found is not None and _answers(found):
            if found.pid != child.pid:
                # Ours would take the folder over as soon as the other one stops.
                child.terminate()
                child.wait()
            return found
        if child.poll() is not None and not _held(home):
            break
        time.sleep(0.02)
    else:
        child.terminate()
        child.wait()
    last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
    raise DirectoryError(last[0] if last else f"sandbox: {home}: did not start. Look at {log}.")


def _held(home: Path) -> bool:
    try:
        with alone(home):
            return False
    except DirectoryError:
        return True


def _answers(endpoint: Endpoint) -> bool:
    try:
        answered: bool = endpoint.admin("GET", "/status", timeout=5.0)["pid"] == endpoint.pid
    except (DirectoryError, ValueError, KeyError):
        return False
    return answered


def _alive(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        # When the server is our own child, its end must be collected.
        os.waitpid(pid, os.WNOHANG)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
