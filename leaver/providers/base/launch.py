"""Start and stop of a plugin process: the port line, the watch over the engine, the real plugin first."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import stat
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from leaver.providers.base.resource import PluginProvider

ALWAYS = "LEAVER_STAND_INS"
"""Set to `always` to use the stand-ins even where the real plugins are installed."""

_MAX_MESSAGE = 400 * 1024 * 1024
_WATCH_SECONDS = 1.0
_GRACE_SECONDS = 5.0


def main(
    name: str, load: Callable[[], PluginProvider], argv: Sequence[str] | None = None, *, stand_in: bool = True
) -> int:
    """Run the plugin `name`: as the real one if `stand_in` and that is installed, else as what `load` describes."""
    arguments = list(sys.argv if argv is None else argv)
    real = find_real_plugin(name, os.environ) if stand_in else None
    if real is not None:
        # The variable keeps two stand-ins that find each other on PATH from starting each other for ever.
        os.execve(real, [str(real), *arguments[1:]], {**os.environ, ALWAYS: "always"})  # noqa: S606
    return serve(load(), engine=_engine_address(arguments[1:]), environ=os.environ)


def find_real_plugin(name: str, environ: Mapping[str, str]) -> Path | None:
    """The real `pulumi-resource-<name>` that a run would use, or None when the stand-in serves.

    Looked for in `$PULUMI_HOME/plugins` (else `~/.pulumi/plugins`), newest version first, then on `PATH`.
    None as well when `LEAVER_STAND_INS=always`.
    """
    if environ.get(ALWAYS) == "always":
        return None
    program = f"pulumi-resource-{name}"
    root = Path(environ.get("PULUMI_HOME") or Path(environ.get("HOME", "~")).expanduser() / ".pulumi")
    installed = sorted((root / "plugins").glob(f"resource-{name}-v*"), key=_version, reverse=True)
    candidates = [folder / program for folder in installed if not _partial(folder)]
    candidates += [Path(folder) / program for folder in environ.get("PATH", "").split(os.pathsep) if folder]
    return next((path for path in candidates if _runs(path) and not is_stand_in(path)), None)


def is_stand_in(program: Path) -> bool:
    """Whether `program` is a start script of Leaver's own stand-ins."""
    try:
        with program.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    return head.startswith(b"#!") and b"leaver.providers" in head


def serve(provider: PluginProvider, *, engine: str | None, environ: Mapping[str, str]) -> int:
    """Serve `provider` on a free port of 127.0.0.1 until the engine stops it or dies."""
    # Asked before the engine hears of us: it may be killed at any moment after.
    parent = os.getppid()
    _protocol_only()
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    from leaver.providers.base.server import Servicer

    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    servicer = Servicer(provider, debug=bool(environ.get("LEAVER_DEBUG")))
    server = grpc.server(
        futures.ThreadPoolExecutor(max_workers=256, thread_name_prefix=provider.name),
        options=[
            ("grpc.max_receive_message_length", _MAX_MESSAGE),
            ("grpc.max_send_message_length", _MAX_MESSAGE),
            ("grpc.so_reuseport", 0),
        ],
    )
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    watch(stop, engine=engine, parent=parent)
    servicer.cancelled.set()
    # What is under way may end and be recorded; retries no longer wait.
    server.stop(grace=_GRACE_SECONDS).wait()
    # Threads that still wait for the directory must not keep a plugin alive whose engine is gone.
    os._exit(0)


def watch(stop: threading.Event, *, engine: str | None, parent: int) -> None:
    """Return when `stop` is set, the parent process changed, or the engine's address refuses."""
    rounds = 0
    while not stop.wait(_WATCH_SECONDS):
        rounds += 1
        if os.getppid() != parent:
            return
        if engine and rounds % 5 == 0 and not _answers(engine):
            return


def _protocol_only() -> None:
    """Let `pulumi.runtime.proto` be imported without the SDK around it, a third of a plugin's start."""
    spec = importlib.util.find_spec("pulumi")
    if spec is None or not spec.submodule_search_locations or "pulumi" in sys.modules:
        return
    folder = Path(spec.submodule_search_locations[0])
    for name, place in (("pulumi", folder), ("pulumi.runtime", folder / "runtime")):
        package = types.ModuleType(name)
        package.__path__ = [str(place)]
        sys.modules[name] = package


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]") or "127.0.0.1", int(port)), timeout=2.0):
            return True
    except (OSError, ValueError):
        return False


def _engine_address(arguments: Sequence[str]) -> str | None:
    plain = [argument for argument in arguments if not argument.startswith("-")]
    return plain[-1] if plain and ":" in plain[-1] else None


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", folder.name.rpartition("-v")[2])[:3])


def _partial(folder: Path) -> bool:
    # The engine writes this marker beside a plugin whose download was interrupted.
    return folder.with_name(folder.name + ".partial").exists()


def _runs(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) and os.access(path, os.X_OK)
