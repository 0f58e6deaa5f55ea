"""Start and stop of a plugin: the real one first, the port line, no orphans."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2, provider_pb2_grpc

from leaver.providers.base.launch import find_real_plugin, is_stand_in, watch
from leaver.providers.base.values import decode, encode

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent.parent
START = "from leaver.providers.azuread import main; raise SystemExit(main())"


def program(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def real(path: Path) -> Path:
    return program(path, '#!/bin/sh\necho real "$@" "$LEAVER_STAND_INS"\n')


def stand_in(path: Path) -> Path:
    return program(path, f"#!{sys.executable}\nfrom leaver.providers.azuread import main\nmain()\n")


def started(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", START, *arguments],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
    )


def port_of(plugin: subprocess.Popen[str]) -> int:
    assert plugin.stdout is not None
    return int(plugin.stdout.readline())


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "bin").mkdir()
    return {"PULUMI_HOME": str(tmp_path / "home"), "PATH": str(tmp_path / "bin")}


def test_without_a_real_plugin_the_stand_in_serves(environ: dict[str, str], tmp_path: Path) -> None:
    stand_in(tmp_path / "bin" / "pulumi-resource-azuread")
    assert find_real_plugin("azuread", environ) is None


def test_the_newest_installed_plugin_is_the_real_one(environ: dict[str, str], tmp_path: Path) -> None:
    plugins = tmp_path / "home" / "plugins"
    real(plugins / "resource-azuread-v6.9.0" / "pulumi-resource-azuread")
    newest = real(plugins / "resource-azuread-v6.11.1" / "pulumi-resource-azuread")
    real(plugins / "resource-azuread-v7.0.0" / "pulumi-resource-azuread")
    (plugins / "resource-azuread-v7.0.0.partial").touch()
    real(plugins / "resource-okta-v9.0.0" / "pulumi-resource-okta")
    assert find_real_plugin("azuread", environ) == newest


def test_plugins_are_looked_for_in_the_home_folder_by_default(tmp_path: Path) -> None:
    found = real(tmp_path / ".pulumi" / "plugins" / "resource-okta-v7.0.1" / "pulumi-resource-okta")
    assert find_real_plugin("okta", {"HOME": str(tmp_path)}) == found


def test_a_real_plugin_on_path_is_found_behind_the_stand_in(environ: dict[str, str], tmp_path: Path) -> None:
    stand_in(tmp_path / "bin" / "pulumi-resource-azuread")
    found = real(tmp_path / "other" / "pulumi-resource-azuread")
    environ["PATH"] += os.pathsep + str(tmp_path / "other")
    assert find_real_plugin("azuread", environ) == found


def test_a_file_that_cannot_run_is_no_plugin(environ: dict[str, str], tmp_path: Path) -> None:
    real(tmp_path / "bin" / "pulumi-resource-azuread").chmod(0o644)
    assert find_real_plugin("azuread", environ) is None


def test_the_stand_ins_can_be_forced(environ: dict[str, str], tmp_path: Path) -> None:
    real(tmp_path / "home" / "plugins" / "resource-azuread-v6.11.1" / "pulumi-resource-azuread")
    assert find_real_plugin("azuread", {**environ, "LEAVER_STAND_INS": "always"}) is None


def test_a_start_script_of_the_setup_is_known_as_a_stand_in(tmp_path: Path) -> None:
    assert is_stand_in(stand_in(tmp_path / "stand-in"))
    assert not is_stand_in(real(tmp_path / "real"))
    assert not is_stand_in(tmp_path / "absent")


def test_the_stand_in_gives_way_to_the_real_plugin(tmp_path: Path) -> None:
    real(tmp_path / "plugins" / "resource-azuread-v6.11.1" / "pulumi-resource-azuread")
    plugin = started("127.0.0.1:9", PULUMI_HOME=str(tmp_path), LEAVER_STAND_INS="")
    assert plugin.communicate(timeout=20)[0] == "real 127.0.0.1:9 always\n"


def test_a_plugin_serves_the_port_that_it_prints_and_stops_on_a_signal() -> None:
    plugin = started(LEAVER_STAND_INS="always")
    with grpc.insecure_channel(f"127.0.0.1:{port_of(plugin)}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=10).version == "6.11.1"
        with pytest.raises(grpc.RpcError, match="talks to the sandbox on this machine only"):
            stub.Configure(
                provider_pb2.ConfigureRequest(
                    args=encode(
                        {
                            "metadataHost": "graph.microsoft.com",
                            "tenantId": "t",
                            "clientId": "c",
                            "clientSecret": "s",
                        }
                    )
                ),
                timeout=10,
            )
    plugin.send_signal(signal.SIGINT)
    assert plugin.wait(timeout=10) == 0


def test_a_signal_lets_what_is_under_way_end() -> None:
    script = "\n".join(
        (
            "import threading, time",
            "from leaver.providers.base.launch import main",
            "from leaver.providers.base.resource import PluginProvider",
            "def slow(call, arguments):",
            "    call.cancelled.wait(20)",
            "    return {'ended': True}",
            "load = lambda: PluginProvider('t', '1.0.0', (), lambda c, e: c, {}, {'t:index:slow': slow})",
            "raise SystemExit(main('t', load))",
        )
    )
    plugin = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    with grpc.insecure_channel(f"127.0.0.1:{port_of(plugin)}") as channel:
        stub = provider_pb2_grpc.ResourceProviderStub(channel)
        stub.Configure(provider_pb2.ConfigureRequest(args=encode({"a": "b"})), timeout=10)
        pending = stub.Invoke.future(provider_pb2.InvokeRequest(tok="t:index:slow"), timeout=20)
        # The service answers in the order of arrival: once this is back, the slow one has begun.
        stub.GetPluginInfo(empty_pb2.Empty(), timeout=10)
        plugin.send_signal(signal.SIGTERM)
        assert decode(getattr(pending.result(), "return")) == {"ended": True}
    assert plugin.wait(timeout=10) == 0


def test_a_plugin_dies_with_its_engine() -> None:
    # The shell stands for the engine: it starts the plugin, tells its number and is then killed.
    engine = subprocess.Popen(
        ["sh", "-c", f'{sys.executable} -c "{START}" & echo $!; wait'],
        cwd=ROOT,
        env={**os.environ, "LEAVER_STAND_INS": "always"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert engine.stdout is not None
    plugin = int(engine.stdout.readline())
    engine.stdout.readline()
    engine.kill()
    engine.wait()
    limit = time.monotonic() + 10
    while alive(plugin):
        assert time.monotonic() < limit, "the plugin outlived its engine"
        time.sleep(0.05)


def test_the_watch_ends_when_the_engine_no_longer_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
    stop = threading.Event()
    guard = threading.Timer(30, stop.set)
    guard.start()
    watch(stop, engine=address, parent=os.getppid())
    guard.cancel()
    assert not stop.is_set()


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A killed shell leaves its child to the system, which may not have collected it yet.
    state = Path(f"/proc/{process}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
