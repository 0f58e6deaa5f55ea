# ruff: noqa: ARG002, N802 - names and arguments are those of the generated service
"""The gRPC side of a provider plugin: Pulumi's ResourceProvider service over a `PluginProvider`."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from leaver.providers.base import config, planning, schema, state
from leaver.providers.base.errors import Failure, InitFailed, ProviderError
from leaver.providers.base.resource import Call, PluginProvider, ResourceType
from leaver.providers.base.status import guarded
from leaver.providers.base.values import UNKNOWN, Bag, Secret, decode, encode, has_unknown, is_secret, reveal

_Answer = TypeVar("_Answer")
_KINDS = {
    "add": (provider_pb2.PropertyDiff.ADD, provider_pb2.PropertyDiff.ADD_REPLACE),
    "delete": (provider_pb2.PropertyDiff.DELETE, provider_pb2.PropertyDiff.DELETE_REPLACE),
    "update": (provider_pb2.PropertyDiff.UPDATE, provider_pb2.PropertyDiff.UPDATE_REPLACE),
}


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """Answers the engine; every fault leaves as one message, never as a traceback.

    `clock` gives monotonic seconds (for deadlines). With `debug`, tracebacks of Leaver's own faults go to
    standard error, which the engine shows in its verbose log.
    """

    def __init__(
        self, provider: PluginProvider, *, clock: Callable[[], float] = time.monotonic, debug: bool = False
    ) -> None:
        self.provider = provider
        self.cancelled = threading.Event()
        self._session: Any = None
        self._clock = clock
        self._debug = debug

    # --- the plugin itself -------------------------------------------------------------------------

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=self.provider.accept_secrets)

    def Attach(self, request: plugin_pb2.PluginAttach, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=self.provider.version)

    def GetSchema(
        self, request: provider_pb2.GetSchemaRequest, context: grpc.ServicerContext
    ) -> provider_pb2.GetSchemaResponse:
        return provider_pb2.GetSchemaResponse(schema=json.dumps(schema.package(self.provider)))

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        inputs, failures = config.check(self.provider, decode(request.news))
        return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(failures))

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        names = config.differing(decode(request.olds), decode(request.news))
        changes = provider_pb2.DiffResponse.DIFF_SOME if names else provider_pb2.DiffResponse.DIFF_NONE
        return provider_pb2.DiffResponse(changes=changes, diffs=names)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        def work() -> provider_pb2.ConfigureResponse:
            stated = config.parsed(self.provider, decode(request.args))
            if not has_unknown(stated):
                self._session = self.provider.configure(stated, self.cancelled)
            return provider_pb2.ConfigureResponse(
                acceptSecrets=self.provider.accept_secrets, supportsPreview=True
            )

        return self._guarded(context, work)

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        self.cancelled.set()
        return empty_pb2.Empty()

    # --- resources ---------------------------------------------------------------------------------

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        def work() -> provider_pb2.CheckResponse:
            kind = self._kind(request.urn)
            subject = request.urn.rsplit("::", 1)[-1]
            inputs, failures = planning.check(kind, decode(request.news), subject)
            return provider_pb2.CheckResponse(inputs=encode(inputs), failures=_failures(failures))

        return self._guarded(context, work)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        def work() -> provider_pb2.DiffResponse:
            kind = self._kind(request.urn)
            olds = _plain(decode(request.olds))
            planned = planning.plan(kind, olds, decode(request.news), request.ignoreChanges)
            changes = planning.diff(kind, olds, planned)
            replaces = planning.replacements(kind, olds, planned, changes)
            detailed = {
                path: provider_pb2.PropertyDiff(kind=_KINDS[change][planning.top_level(path) in replaces])
                for path, change in changes.items()
            }
            some = provider_pb2.DiffResponse.DIFF_SOME
            return provider_pb2.DiffResponse(
                changes=some if changes else provider_pb2.DiffResponse.DIFF_NONE,
                diffs=sorted({planning.top_level(path) for path in changes}),
                replaces=replaces,
                detailedDiff=detailed,
                hasDetailedDiff=True,
            )

        return self._guarded(context, work)

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        def work() -> provider_pb2.CreateResponse:
            kind = self._kind(request.urn)
            inputs = decode(request.properties)
            planned = planning.plan(kind, None, inputs)
            meta = state.meta_of(kind, create=request.timeout)
            if request.preview:
                bag = state.outputs(kind, "", planned, meta=meta, preview=True)
                return provider_pb2.CreateResponse(properties=self._encode(kind, bag, inputs))
            call = self._call(kind, "create", request.timeout)
            try:
                resource_id, values = kind.create(call, planned)
            except ProviderError as fault:
                if not call.known_id:
                    raise
                partial = {**_without_unknowns(planned), **(call.known_state or {})}
                bag = state.outputs(kind, call.known_id, partial, meta=meta)
                raise InitFailed(call.known_id, self._marked(kind, bag, inputs), [str(fault)]) from fault
            bag = state.outputs(kind, resource_id, values, meta=meta)
            return provider_pb2.CreateResponse(id=resource_id, properties=self._encode(kind, bag, inputs))

        return self._guarded(context, work)

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        def work() -> provider_pb2.ReadResponse:
            kind = self._kind(request.urn)
            olds, inputs = _plain(decode(request.properties)), decode(request.inputs)
            importing = not olds
            resource_id = kind.import_id(request.id) if importing else request.id
            if resource_id is None:
                return provider_pb2.ReadResponse()
            values = kind.read(self._call(kind, "read", 0), resource_id, olds)
            if values is None:
                return provider_pb2.ReadResponse()
            # An import may be asked for by another name than the id: an Okta login.
            resource_id = str(values.get("id") or resource_id)
            bag = state.outputs(kind, resource_id, values, meta=state.meta_of(kind, olds))
            found = (
                state.imported_inputs(kind, bag) if importing else state.refreshed_inputs(kind, inputs, bag)
            )
            return provider_pb2.ReadResponse(
                id=resource_id, properties=self._encode(kind, bag, inputs), inputs=encode(found)
            )

        return self._guarded(context, work)

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        def work() -> provider_pb2.UpdateResponse:
            kind = self._kind(request.urn)
            olds, inputs = _plain(decode(request.olds)), decode(request.news)
            planned = planning.plan(kind, olds, inputs, request.ignoreChanges)
            meta = state.meta_of(kind, olds, update=request.timeout)
            if request.preview:
                bag = state.outputs(kind, request.id, planned, meta=meta, preview=True)
                return provider_pb2.UpdateResponse(properties=self._encode(kind, bag, inputs))
            if kind.update is None:
                raise ProviderError(f"{kind.token}: {request.id}: every change replaces it")
            call = self._call(kind, "update", request.timeout)
            try:
                values = kind.update(call, request.id, olds, planned)
            except ProviderError as fault:
                kept = call.known_state or (olds if kind.failed_update == "old" else planned)
                bag = state.outputs(kind, request.id, kept, meta=meta)
                raise InitFailed(request.id, self._marked(kind, bag, inputs), [str(fault)]) from fault
            bag = state.outputs(kind, request.id, values, meta=meta)
            return provider_pb2.UpdateResponse(properties=self._encode(kind, bag, inputs))

        return self._guarded(context, work)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        def work() -> empty_pb2.Empty:
            kind = self._kind(request.urn)
            kind.delete(
                self._call(kind, "delete", request.timeout), request.id, _plain(decode(request.properties))
            )
            return empty_pb2.Empty()

        return self._guarded(context, work)

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        def work() -> provider_pb2.InvokeResponse:
            function = self.provider.invokes.get(request.tok)
            if function is None:
                raise ProviderError(
                    f"{self.provider.name}: {request.tok}: not served by this plugin. "
                    f"It serves: {', '.join(sorted(self.provider.invokes)) or 'no functions'}."
                )
            timeout = 300.0
            call = Call(self._configured(), timeout, self._clock() + timeout, self.cancelled)
            answer = provider_pb2.InvokeResponse()
            # The field is called `return`, which Python cannot spell.
            getattr(answer, "return").CopyFrom(encode(function(call, _plain(decode(request.args)))))
            return answer

        return self._guarded(context, work)

    # --- helpers -----------------------------------------------------------------------------------

    def _kind(self, urn: str) -> ResourceType:
        token = urn.split("::")[2].rsplit("$", 1)[-1]
        kind = self.provider.resources.get(token)
        if kind is None:
            raise ProviderError(
                f"{self.provider.name}: {token}: not served by this plugin. "
                f"It serves: {', '.join(sorted(self.provider.resources))}."
            )
        return kind

    def _configured(self) -> Any:
        if self._session is None:
            raise ProviderError(f"{self.provider.name}: used before its configuration is known")
        return self._session

    def _call(self, kind: ResourceType, operation: str, timeout: float) -> Call:
        seconds = timeout if timeout > 0 else kind.timeout(operation)
        return Call(self._configured(), seconds, self._clock() + seconds, self.cancelled)

    def _marked(self, kind: ResourceType, bag: Bag, inputs: Bag) -> Bag:
        """`bag` with its secrets wrapped, when the engine leaves that to the plugin."""
        if not self.provider.accept_secrets:
            return bag
        secret = {item.name for item in kind.fields if item.secret}
        secret |= {name for name, value in inputs.items() if is_secret(value)}
        return {
            name: Secret(value) if name in secret and value is not UNKNOWN else value
            for name, value in bag.items()
        }

    def _encode(self, kind: ResourceType, bag: Bag, inputs: Bag) -> Any:
        return encode(self._marked(kind, bag, inputs))

    def _guarded(self, context: grpc.ServicerContext, work: Callable[[], _Answer]) -> _Answer:
        return guarded(context, work, plugin=self.provider.name, debug=self._debug)


def _failures(failures: list[Failure]) -> list[provider_pb2.CheckFailure]:
    return [provider_pb2.CheckFailure(property=item.property, reason=item.reason) for item in failures]


def _plain(bag: Bag) -> Bag:
    plain = reveal(bag)
    assert isinstance(plain, dict)  # noqa: S101 - reveal keeps the shape
    return plain


def _without_unknowns(bag: Bag) -> Bag:
    return {name: None if value is UNKNOWN else value for name, value in bag.items()}
