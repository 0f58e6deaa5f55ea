"""Drive the okta stand-in as the engine does, against a loopback server that answers from a script."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import grpc
from google.protobuf import struct_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc, status_pb2

from leaver.providers.base.server import Servicer
from leaver.providers.base.values import Bag, decode, encode
from leaver.providers.okta.provider import provider

FIXTURES = Path(__file__).parents[1] / "fixtures"
USER = "okta:user/user:User"
GROUP = "okta:group/group:Group"
GROUP_MEMBERSHIPS = "okta:index/groupMemberships:GroupMemberships"
USER_GROUP_MEMBERSHIPS = "okta:index/userGroupMemberships:UserGroupMemberships"
GET_USER = "okta:user/getUser:getUser"


def urn(token: str, name: str = "x") -> str:
    return f"urn:pulumi:dev::exp::{token}::{name}"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What the server saw, in a form that compares: the query decoded, the body parsed."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None

    @classmethod
    def of(cls, method: str, target: str, body: Any) -> Request:
        url = urlsplit(target)
        return cls(method, url.path, tuple(sorted(parse_qsl(url.query, keep_blank_values=True))), body)


class Org(ThreadingHTTPServer):
    """Answers with the scripted answers, in turn; a request too many gets a 599."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: list[Answer] = []
        self.seen: list[Request] = []
        self.headers_seen: list[Mapping[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def play(self, *answers: Answer) -> None:
        self.script = list(answers)
        self.seen = []
        self.headers_seen = []


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Org

    def _answer(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append(Request.of(self.command, self.path, json.loads(data) if data else None))
        self.server.headers_seen.append(dict(self.headers.items()))
        answer = self.server.script.pop(0) if self.server.script else Answer(599)
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        for name, values in answer.headers.items():
            for value in values:
                self.send_header(name, value)
        if answer.status != 204:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if answer.status != 204:
            self.wfile.write(body)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - names of http.server

    def log_message(self, format: str, *args: Any) -> None:
        pass


class InitFailed(Exception):
    """The engine would keep the resource: its id, its outputs, and why it is not whole."""

    def __init__(self, detail: provider_pb2.ErrorResourceInitFailed) -> None:
        super().__init__("; ".join(detail.reasons))
        self.id = detail.id
        self.outputs = decode(detail.properties)


class Failed(Exception):
    """A plain error: the engine keeps what it had."""


@dataclass
class Plugin:
    """A stand-in in this process, spoken to over gRPC; `waits` are the seconds it wanted to wait."""

    stub: provider_pb2_grpc.ResourceProviderStub
    waits: list[float]

    def configure(self, **config: object) -> None:
        texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in config.items()}
        self._call("Configure", provider_pb2.ConfigureRequest(args=encode(texts), acceptSecrets=True))

    def check(self, token: str, inputs: Bag) -> tuple[Bag, dict[str, str]]:
        answer = self._call("Check", provider_pb2.CheckRequest(urn=urn(token), news=encode(inputs)))
        return decode(answer.inputs), {fault.property: fault.reason for fault in answer.failures}

    def diff(self, token: str, olds: Bag, inputs: Bag, ignore: Sequence[str] = ()) -> Any:
        request = provider_pb2.DiffRequest(
            id="x", urn=urn(token), olds=encode(olds), news=encode(inputs), ignoreChanges=list(ignore)
        )
        return self._call("Diff", request)

    def changes(self, token: str, olds: Bag, inputs: Bag, ignore: Sequence[str] = ()) -> dict[str, str]:
        """Property path → kind, in the words of the engine's detailed diff."""
        names = provider_pb2.PropertyDiff.Kind.Name
        answer = self.diff(token, olds, inputs, ignore)
        return {
            path: names(change.kind).lower().replace("_", "-") for path, change in answer.detailedDiff.items()
        }

    def create(self, token: str, inputs: Bag, preview: bool = False) -> tuple[str, Bag]:
        request = provider_pb2.CreateRequest(urn=urn(token), properties=encode(inputs), preview=preview)
        answer = self._call("Create", request)
        return answer.id, decode(answer.properties)

    def read(self, token: str, object_id: str, outputs: Bag, inputs: Bag) -> tuple[str, Bag, Bag]:
        request = provider_pb2.ReadRequest(
            id=object_id, urn=urn(token), properties=encode(outputs), inputs=encode(inputs)
        )
        answer = self._call("Read", request)
        return answer.id, decode(answer.properties), decode(answer.inputs)

    def update(self, token: str, object_id: str, olds: Bag, inputs: Bag, ignore: Sequence[str] = ()) -> Bag:
        request = provider_pb2.UpdateRequest(
            id=object_id, urn=urn(token), olds=encode(olds), news=encode(inputs), ignoreChanges=list(ignore)
        )
        return decode(self._call("Update", request).properties)

    def delete(self, token: str, object_id: str, outputs: Bag) -> None:
        request = provider_pb2.DeleteRequest(id=object_id, urn=urn(token), properties=encode(outputs))
        self._call("Delete", request)

    def invoke(self, token: str, arguments: Bag) -> Bag:
        answer = self._call("Invoke", provider_pb2.InvokeRequest(tok=token, args=encode(arguments)))
        result: struct_pb2.Struct = getattr(answer, "return")
        return decode(result)

    def _call(self, method: str, request: Any) -> Any:
        try:
            return getattr(self.stub, method)(request, timeout=20)
        except grpc.RpcError as error:
            raise _failure(error) from None


def _failure(error: grpc.RpcError) -> Exception:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            detail = provider_pb2.ErrorResourceInitFailed()
            if status.details and status.details[0].Unpack(detail):
                return InitFailed(detail)
    return Failed(error.details())


@contextmanager
def plugin(environ: Mapping[str, str] | None = None) -> Iterator[Plugin]:
    """A stand-in that has not been configured; it never really waits."""
    waits: list[float] = []

    def sleep(seconds: float, cancelled: threading.Event) -> None:
        waits.append(seconds)

    servicer = Servicer(provider(sleep=sleep, environ=environ or {}))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=4))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    try:
        yield Plugin(provider_pb2_grpc.ResourceProviderStub(channel), waits)
    finally:
        channel.close()
        server.stop(None).wait()


@contextmanager
def org() -> Iterator[Org]:
    """A scripted org on a free port."""
    server = Org()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def exchanges() -> dict[str, list[dict[str, Any]]]:
    """The recorded exchanges of the real plugin, by operation, in the order of recording."""
    found: dict[str, list[dict[str, Any]]] = {}
    for line in (FIXTURES / "traces" / "okta.jsonl").read_text().splitlines():
        exchange = json.loads(line)
        found.setdefault(exchange["op"], []).append(exchange)
    return found
