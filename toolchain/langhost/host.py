"""`pulumi-language-python`: the gRPC service through which the engine runs Python programs.

Serves what the engine calls for preview, up, refresh, destroy, about, install and policy packs; the engine is
told UNIMPLEMENTED for the rest (code generation, packing), which it takes well.
"""

# ruff: noqa: N802, ARG002 - the names and the arguments are those of Pulumi's protocol
import importlib.metadata
import os
import platform
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue
from typing import IO

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import language_pb2 as messages
from pulumi.runtime.proto.language_pb2_grpc import (
    LanguageRuntimeServicer,
    add_LanguageRuntimeServicer_to_server,
)
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

from toolchain.langhost import commands, watch
from toolchain.langhost.children import Children

VERSION = "3.259.0"
# By this code the program says that its error has been shown already.
SHOWN = 32
_UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class LanguageHost(LanguageRuntimeServicer):
    """The service. engine: the engine's address, which programs are told."""

    def __init__(self, engine: str, children: Children) -> None:
        self._engine = engine
        self._children = children

    def Handshake(
        self, request: messages.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> messages.LanguageHandshakeResponse:
        self._engine = request.engine_address or self._engine
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> PluginInfo:
        return PluginInfo(version=VERSION)

    def GetRequiredPackages(
        self, request: messages.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> messages.GetRequiredPackagesResponse:
        # Plugins come from PATH or the plugin folder; naming them here would make the engine download them.
        return messages.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: messages.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> messages.GetRequiredPluginsResponse:
        return messages.GetRequiredPluginsResponse()

    def Run(self, request: messages.RunRequest, context: grpc.ServicerContext) -> messages.RunResponse:
        command = commands.program(request, self._engine, os.getpid())
        env = commands.program_environment(request)
        with self._children.start(command, env, request.pwd, piped=False) as child:
            context.add_callback(child.terminate)
            code = child.wait()
        if code in {0, SHOWN}:
            return messages.RunResponse(bail=code == SHOWN)
        ending = f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
        return messages.RunResponse(error=f"the Python program {ending}")

    def RunPlugin(
        self, request: messages.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.RunPluginResponse]:
        command, env = commands.plugin(request), commands.plugin_environment(request)
        with self._children.start(command, env, request.pwd, piped=True) as child:
            context.add_callback(child.terminate)
            chunks: SimpleQueue[messages.RunPluginResponse | None] = SimpleQueue()
            open_streams = 0
            for stream, wrap in ((child.stdout, _stdout), (child.stderr, _stderr)):
                if stream is not None:
                    _pump(stream, chunks, wrap)
                    open_streams += 1
            while open_streams:
                if (chunk := chunks.get()) is None:
                    open_streams -= 1
                else:
                    yield chunk
            yield messages.RunPluginResponse(exitcode=child.wait())

    def About(self, request: messages.AboutRequest, context: grpc.ServicerContext) -> messages.AboutResponse:
        return messages.AboutResponse(
            executable=commands.interpreter(request.info), version=platform.python_version()
        )

    def GetProgramDependencies(
        self, request: messages.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> messages.GetProgramDependenciesResponse:
        found = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
        dependencies = [messages.DependencyInfo(name=n, version=v) for n, v in sorted(found.items())]
        return messages.GetProgramDependenciesResponse(dependencies=dependencies)

    def InstallDependencies(
        self, request: messages.InstallDependenciesRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.InstallDependenciesResponse]:
        yield messages.InstallDependenciesResponse(
            stdout=b"`make setup` keeps the Python packages installed.\n"
        )

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        self._children.interrupt()
        return Empty()


def _stdout(data: bytes) -> messages.RunPluginResponse:
    return messages.RunPluginResponse(stdout=data)


def _stderr(data: bytes) -> messages.RunPluginResponse:
    return messages.RunPluginResponse(stderr=data)


def _pump(
    stream: IO[bytes],
    chunks: SimpleQueue[messages.RunPluginResponse | None],
    wrap: Callable[[bytes], messages.RunPluginResponse],
) -> None:
    def pump() -> None:
        while data := os.read(stream.fileno(), 65536):
            chunks.put(wrap(data))
        chunks.put(None)

    threading.Thread(target=pump, daemon=True).start()


def main() -> int:
    """Serves until the engine says stop or is gone. Arguments: flags for logs, then the engine's address."""
    parent = os.getppid()
    children = Children()
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    # Every call may block for as long as its program runs, so the pool must not be the limit.
    server = grpc.server(ThreadPoolExecutor(max_workers=64), options=_UNLIMITED)
    add_LanguageRuntimeServicer_to_server(LanguageHost(sys.argv[-1], children), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    watch.when_orphaned(parent, stopping.set)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    stopping.wait()
    children.close()
    server.stop(grace=1).wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
