"""Serving the sandbox in this process, on two loopback sockets, until told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import ipaddress
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import uvicorn

from leaver.errors import DirectoryError, UsageError
from leaver.sandbox.app import create_app
from leaver.sandbox.certificates import serving_certificate
from leaver.sandbox.clock import Clock, ShiftableClock
from leaver.sandbox.endpoint import Endpoint
from leaver.sandbox.faults import Faults
from leaver.sandbox.files import write_private
from leaver.sandbox.settings import Settings
from leaver.sandbox.store import Store
from leaver.sandbox.tenants import signing_key


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        # Two servers share the process; `serve` stops both.
        yield


def loopback_socket(host: str, port: int) -> socket.socket:
    """A bound, listening socket; raises UsageError for any address but loopback, or a port in use."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise UsageError(
            f"sandbox: address {host}: is not loopback, and its users are not meant for a network. Use 127.0.0.1."
        )
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio turns off Nagle only for sockets that say they are TCP: without it each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as fault:
        listener.close()
        raise DirectoryError(
            f"sandbox: port {port}: {fault.strerror}. Stop what uses it, or set LEAVER_SANDBOX_HTTP and"
            " LEAVER_SANDBOX_HTTPS (0: any free port)."
        ) from fault
    listener.listen(1024)
    return listener


@contextlib.contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the lock of a sandbox folder; raises DirectoryError when another process holds it."""
    with (home / "server.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as fault:
            raise DirectoryError(
                f"sandbox: {home}: another sandbox runs from this folder. Use it, or stop it with"
                " `leaver sandbox stop`."
            ) from fault
        yield


async def serve(
    home: Path,
    clock: Clock,
    http_port: int,
    https_port: int,
    *,
    host: str = "127.0.0.1",
    ready: Callable[[Endpoint], None],
    stop: threading.Event,
    on_signals: bool = False,
) -> None:
    """Serve until `stop` is set (or, with `on_signals`, SIGTERM or SIGINT arrives).

    Writes sandbox.json and calls `ready` when both sockets answer; removes sandbox.json at the end.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.ExitStack() as held:
        held.enter_context(alone(home))
        plain = held.enter_context(contextlib.closing(loopback_socket(host, http_port)))
        encrypted = held.enter_context(contextlib.closing(loopback_socket(host, https_port)))
        ca_file, server_file = serving_certificate(home)
        endpoint = Endpoint(
            home,
            os.getpid(),
            f"http://{host}:{plain.getsockname()[1]}",
            f"https://{host}:{encrypted.getsockname()[1]}",
            ca_file.absolute(),
            secrets.token_urlsafe(24),
        )
        store = held.enter_context(contextlib.closing(Store(home / "directory.sqlite3")))
        settings = Settings(home, endpoint.http, endpoint.https, endpoint.admin_token, signing_key(store))
        app = create_app(store, Faults(), settings, ShiftableClock(clock))
        servers = [_Server(_config(app)), _Server(_config(app, server_file))]
        if on_signals:
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await _run(servers, [plain, encrypted], endpoint, ready, stop)


def _config(app: object, server_file: Path | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        log_level="warning",
        access_log=False,
        date_header=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=2,
        timeout_keep_alive=30,
        ssl_certfile=server_file,
        ssl_keyfile=server_file,
    )


async def _run(
    servers: list[_Server],
    sockets: list[socket.socket],
    endpoint: Endpoint,
    ready: Callable[[Endpoint], None],
    stop: threading.Event,
) -> None:
    running = [
        asyncio.create_task(server.serve(sockets=[listener]))
        for server, listener in zip(servers, sockets, strict=True)
    ]
    description = endpoint.home / "sandbox.json"
    try:
        while not all(server.started for server in servers):
            await asyncio.sleep(0.01)
            if any(task.done() for task in running):
                break
        else:
            write_private(description, endpoint.as_json())
            ready(endpoint)
            while not stop.is_set() and not any(task.done() for task in running):
                await asyncio.sleep(0.05)
    finally:
        mine = Endpoint.read(endpoint.home)
        if mine is not None and mine.pid == endpoint.pid:
            description.unlink(missing_ok=True)
        for server in servers:
            server.should_exit = True
        await asyncio.gather(*running)
