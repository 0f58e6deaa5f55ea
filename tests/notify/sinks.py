"""A mail server and a web server on loopback that keep what they are given."""

from __future__ import annotations

import asyncio
import email
import email.policy
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Mail:
    """An SMTP server (RFC 5321, the few commands that a client needs)."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.port = 0
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True).start()
        assert self._ready.wait(10)

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        self._ready.set()
        async with server:
            await self._end.wait()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")

        recipients: list[str] = []
        say("220 sink.example")
        while line := (await reader.readline()).decode().strip():
            word = line.upper()
            if word.startswith("RCPT TO:"):
                recipients.append(line.partition(":")[2].strip(" <>"))
            if word == "DATA":
                say("354 go on")
                raw = await reader.readuntil(b"\r\n.\r\n")
                self.messages.append(
                    email.message_from_bytes(raw, policy=email.policy.default)  # type: ignore[arg-type]
                )
                self.recipients.append(recipients)
                recipients = []
            if word == "QUIT":
                say("221 bye")
                break
            say("250 fine")
            await writer.drain()
        writer.close()

    def close(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._end.set)


class Web:
    """An HTTP server; `status` is what it answers, `seconds` how long that takes it."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, Any]] = []
        self.status = 200
        self.seconds = 0.0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._take()

            def do_GET(self) -> None:
                self._take()

            def _take(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                # Before anybody sees the request: a test that has seen it changes the status for the next one.
                status = outer.status
                outer.got.append((self.command, self.path, json.loads(raw) if raw else None))
                time.sleep(outer.seconds)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def mail() -> Iterator[Mail]:
    sink = Mail()
    yield sink
    sink.close()


@contextmanager
def web() -> Iterator[Web]:
    sink = Web()
    yield sink
    sink.close()


def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)
