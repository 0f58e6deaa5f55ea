"""A loopback server that plays recorded exchanges, and an engine's end of a plugin served in process."""

from __future__ import annotations

import base64
import json
import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

import grpc
import trustme
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from leaver.providers.base.resource import PluginProvider
from leaver.providers.base.server import Servicer
from leaver.providers.base.values import Bag, decode, encode

LOST = 0
"""The status of an exchange whose answer never comes: the connection is closed."""

CALLER = "22222222-2222-4222-8222-222222222222"


@dataclass
class Exchange:
    """One recorded request with its answer; `path` has its query, with + for spaces."""

    method: str
    path: str
    body: Any
    status: int
    headers: dict[str, str]
    answer: Any
    waited: float


def recorded(file: Path) -> dict[str, list[Exchange]]:
    """The exchanges of a trace file by operation, in their order."""
    operations: dict[str, list[Exchange]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        operations.setdefault(entry["op"], []).append(
            Exchange(
                entry["method"],
                entry["path"],
                entry["reqBody"],
                entry["status"],
                {
                    name: value if isinstance(value, str) else value[0]
                    for name, value in (entry.get("respHeaders") or {}).items()
                },
                entry["respBody"],
                entry["dt"],
            )
        )
    return operations


@dataclass
class Script:
    """What the server answers, and what it was asked: (method, path with query, body)."""

    exchanges: list[Exchange] = field(default_factory=list)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    """Recorded base address → the server's, replaced in answers and, the other way round, in bodies."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def play(self, exchanges: Sequence[Exchange]) -> None:
        """Start over with these."""
        self.exchanges, self.asked, self.headers = list(exchanges), [], []

    def answer(self, method: str, path: str, body: Any, headers: Mapping[str, str]) -> Exchange:
        """The next recorded answer, whatever was asked; after the last one, the last to the same request."""
        with self.lock:
            position = len(self.asked)
            self.asked.append((method, path, body))
            self.headers.append({name.lower(): value for name, value in headers.items()})
            if position < len(self.exchanges):
                return self.exchanges[position]
            same = [item for item in self.exchanges if (item.method, item.path) == (method, path)]
            missing = Exchange(method, path, None, 404, {}, {"error": {"code": "NotScripted"}}, 0.0)
            return same[-1] if same else missing


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    script: Script

    def _serve(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        body: Any = None
        if raw and "form" in self.headers.get("Content-Type", ""):
            body = dict(parse_qsl(raw))
        elif raw:
            body = json.loads(raw)
        text = json.dumps(body)
        for theirs, ours in self.script.hosts.items():
            text = text.replace(ours, theirs)
        found = self.script.answer(
            self.command, unquote(self.path), json.loads(text), dict(self.headers.items())
        )
        if found.status == LOST:
            self.close_connection = True
            return
        answer = json.dumps(found.answer)
        for theirs, ours in self.script.hosts.items():
            answer = answer.replace(theirs, ours)
        content = b"" if found.answer is None else answer.encode()
        self.send_response(found.status)
        for name, value in found.headers.items():
            self.send_header(name, value)
        if content:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@contextmanager
def serving(script: Script, authority: trustme.CA | None = None) -> Iterator[int]:
    """Play `script` on a free port of 127.0.0.1, over TLS when an authority is given."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"script": script}))
    server.daemon_threads = True
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Clock:
    """Monotonic seconds that pass only while somebody sleeps; `naps` are the sleeps so far."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.naps: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float, _cancelled: threading.Event) -> None:
        """Let time pass at once."""
        self.naps.append(seconds)
        self.seconds += seconds


def token(**claims: str) -> str:
    """An unsigned access token."""
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
        for part in ({"alg": "none"}, {"oid": CALLER, **claims})
    ]
    return ".".join([*parts, "signature"])


@dataclass(frozen=True)
class Failed:
    """An operation's error: its message and, for a half-made resource, what the engine keeps."""

    message: str
    resource_id: str = ""
    properties: Bag = field(default_factory=dict)


class Engine:
    """The engine's end of a provider served in process."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub) -> None:
        self.stub = stub

    def configure(self, config: Mapping[str, object]) -> None:
        """Raises RpcError when refused."""
        self.stub.Configure(provider_pb2.ConfigureRequest(args=encode(config)))

    def check(self, token: str, inputs: Mapping[str, object]) -> tuple[Bag, list[tuple[str, str]]]:
        """The checked inputs and the (property, reason) of each fault."""
        answer = self.stub.Check(provider_pb2.CheckRequest(urn=urn(token), news=encode(inputs)))
        return decode(answer.inputs), [(item.property, item.reason) for item in answer.failures]

    def diff(
        self,
        token: str,
        olds: Mapping[str, object],
        inputs: Mapping[str, object],
        ignored: Sequence[str] = (),
    ) -> dict[str, str]:
        """Property path → kind of change, as an engine shows them; inputs are checked first."""
        news, _ = self.check(token, inputs)
        answer = self.stub.Diff(
            provider_pb2.DiffRequest(
                id=str(olds["id"]),
                urn=urn(token),
                olds=encode(olds),
                news=encode(news),
                ignoreChanges=list(ignored),
            )
        )
        return {
            path: provider_pb2.PropertyDiff.Kind.Name(change.kind).lower().replace("_", "-")
            for path, change in answer.detailedDiff.items()
        }

    def create(
        self, token: str, inputs: Mapping[str, object], *, timeout: float = 0, preview: bool = False
    ) -> Bag | Failed:
        """The outputs of a create of checked inputs, with the id under `id`."""
        news, failures = self.check(token, inputs)
        assert failures == []
        request = provider_pb2.CreateRequest(
            urn=urn(token), properties=encode(news), timeout=timeout, preview=preview
        )
        return self._attempt(lambda: decode(self.stub.Create(request).properties))

    def read(
        self, token: str, resource_id: str, olds: Bag | None = None, inputs: Bag | None = None
    ) -> tuple[str, Bag, Bag] | Failed:
        """(id, outputs, inputs) of a refresh, or of an import when there are no `olds`."""
        request = provider_pb2.ReadRequest(
            id=resource_id, urn=urn(token), properties=encode(olds or {}), inputs=encode(inputs or {})
        )

        def work() -> tuple[str, Bag, Bag]:
            answer = self.stub.Read(request)
            return answer.id, decode(answer.properties), decode(answer.inputs)

        return self._attempt(work)

    def update(
        self,
        token: str,
        olds: Bag,
        inputs: Mapping[str, object],
        *,
        ignored: Sequence[str] = (),
        preview: bool = False,
    ) -> Bag | Failed:
        """The outputs of an update to checked inputs."""
        news, failures = self.check(token, inputs)
        assert failures == []
        request = provider_pb2.UpdateRequest(
            id=str(olds["id"]),
            urn=urn(token),
            olds=encode(olds),
            news=encode(news),
            ignoreChanges=list(ignored),
            preview=preview,
        )
        return self._attempt(lambda: decode(self.stub.Update(request).properties))

    def delete(self, token: str, olds: Bag) -> Failed | None:
        """None when it is gone."""
        request = provider_pb2.DeleteRequest(id=str(olds["id"]), urn=urn(token), properties=encode(olds))
        return self._attempt(lambda: void(self.stub.Delete(request)))

    def invoke(self, token: str, arguments: Mapping[str, object]) -> Bag | Failed:
        """What a function returns."""
        request = provider_pb2.InvokeRequest(tok=token, args=encode(arguments))
        return self._attempt(lambda: decode(getattr(self.stub.Invoke(request), "return")))

    def _attempt(self, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except grpc.RpcError as fault:
            return _failed(fault)


def urn(token: str, name: str = "it") -> str:
    """The URN of the resource `it`."""
    return f"urn:pulumi:dev::test::{token}::{name}"


@contextmanager
def plugged(provider: PluginProvider, clock: Callable[[], float]) -> Iterator[Engine]:
    """`provider` behind its gRPC service, and an engine's end of it."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(provider, clock=clock), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    try:
        yield Engine(provider_pb2_grpc.ResourceProviderStub(channel))
    finally:
        channel.close()
        server.stop(grace=None)


_RANDOM = (
    (re.compile(r"TERRAFORM_UPDATE_[0-9a-f-]{36}"), "TERRAFORM_UPDATE_<uuid>"),
    (re.compile(r'("mailNickname": ")[0-9a-f]{8}-[0-9a-f]"'), r'\1<random>"'),
    (re.compile(r'("password": ")[^"]*"'), r'\1<password>"'),
    (re.compile(r'("client_secret": ")[^"]*"'), r'\1<redacted>"'),
)


def settled(method: str, path: str, body: Any) -> tuple[str, str, str]:
    """A request with what is random or redacted replaced, ready to compare."""
    text = json.dumps(body, sort_keys=True)
    for pattern, replacement in _RANDOM:
        text = pattern.sub(replacement, text)
    return method, path, text


def _failed(fault: grpc.RpcError) -> Failed:
    for name, value in fault.trailing_metadata() or ():
        if name == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            detail = provider_pb2.ErrorResourceInitFailed()
            assert status.details[0].Unpack(detail)
            return Failed("; ".join(detail.reasons), detail.id, decode(detail.properties))
    return Failed(fault.details() or "")


def void(_: object) -> None:
    """Drop a result."""
