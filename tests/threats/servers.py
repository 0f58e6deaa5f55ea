"""A directory that answers whatever a test says, over real HTTP on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from leaver.actions import Directory, EntraCredentials, OktaCredentials, Secret, connect
from leaver.actions.call import Policy
from tests.actions.script import ENTRA, OKTA, TENANT

HASTY = Policy(
    connect=1, read=1, call=1, settling=0.1, longest_wait=0.1, pause=0.001, pages=3, page_bytes=200_000
)
TOKEN = f"/{TENANT}/oauth2/v2.0/token"


@dataclass
class Said:
    """One answer; `body` is sent as it is."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Any, **headers: str) -> Said:
        """JSON; underscores in the headers' names stand for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(json.dumps(data).encode(), headers={"Content-Type": "application/json", **named})


class Server:
    """Answers every path with `always` but those in `answers`; `asked` has what was asked of it."""

    def __init__(self) -> None:
        self.always = Said(b"{}")
        self.answers: dict[str, Said] = {}
        self.asked: list[str] = []
        self.address = ""

    def answer(self, path: str) -> Said:
        return self.answers.get(path, self.always)


@contextmanager
def serving() -> Iterator[Server]:
    """A server on a port of its own."""
    server = Server()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            server.asked.append(f"{self.command} {self.path}")
            said = server.answer(self.path.partition("?")[0])
            self.send_response(said.status)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            self.wfile.write(said.body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _handle  # noqa: N815 - the library's names

        def log_message(self, *words: Any) -> None:
            """Nothing: pytest shows what matters."""

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.address = f"http://127.0.0.1:{listening.server_port}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listening.shutdown()
        listening.server_close()
        thread.join()


def entra(server: Server, policy: Policy = HASTY) -> Directory:
    """The real client of Microsoft Graph, at this server."""
    server.answers.setdefault(TOKEN, Said.of({"access_token": "token-one", "expires_in": 3600}))
    held = EntraCredentials(
        TENANT, "app", login=server.address, graph=server.address, client_secret=Secret("s3cret-value")
    )
    return connect("acme", "entra", ENTRA, sandbox=True, credentials=held, policy=policy)


def okta(server: Server, policy: Policy = HASTY) -> Directory:
    """The real client of Okta, at this server."""
    held = OktaCredentials("acme", "okta.com", server.address, api_token=Secret("s3cret-value"))
    return connect("acme", "okta", OKTA, sandbox=True, credentials=held, policy=policy)
