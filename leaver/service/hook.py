"""A local HTTP hook: whoever knows the token has the service look at the repository at once."""

from __future__ import annotations

import json
import os
import secrets
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FILE = "hook.json"


class Hook:
    """Serves on loopback only; `POST /fetch` with `Authorization: Bearer TOKEN` calls `called`.

    `GET /health` answers 200 while `healthy()`, else 503. The address and the token stand in hook.json of
    `home` (for this user only), and go with the server.
    """

    def __init__(
        self, home: Path, called: Callable[[], None], healthy: Callable[[], bool], *, port: int = 0
    ) -> None:
        token = secrets.token_urlsafe(32)

        class Handler(BaseHTTPRequestHandler):
            timeout = 5

            def do_POST(self) -> None:
                given = self.headers.get("Authorization", "")
                if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
                    self._answer(HTTPStatus.UNAUTHORIZED)
                elif self.path != "/fetch":
                    self._answer(HTTPStatus.NOT_FOUND)
                else:
                    called()
                    self._answer(HTTPStatus.ACCEPTED)

            def do_GET(self) -> None:
                if self.path != "/health":
                    self._answer(HTTPStatus.NOT_FOUND)
                else:
                    self._answer(HTTPStatus.OK if healthy() else HTTPStatus.SERVICE_UNAVAILABLE)

            def _answer(self, status: HTTPStatus) -> None:
                body = json.dumps({"status": status.phrase}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *_arguments: object) -> None:
                """Say nothing: the service's log is lines of its own."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.token = token
        self._file = home / FILE
        self._write()
        threading.Thread(target=self._server.serve_forever, name="hook", daemon=True).start()

    def _write(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self._file.with_suffix(".new")
        new.unlink(missing_ok=True)
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"address": self.address, "token": self.token, "pid": os.getpid()}, file)
        new.replace(self._file)

    def close(self) -> None:
        """Stop serving, and take the file away."""
        self._server.shutdown()
        self._server.server_close()
        self._file.unlink(missing_ok=True)
