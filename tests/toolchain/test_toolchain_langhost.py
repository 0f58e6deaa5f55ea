"""The language host under the real engine: what a plain `pulumi` does with it, and that nothing outlives it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from toolchain_harness import wait_until

from toolchain import engine, launchers, places

pytestmark = pytest.mark.e2e

TINY = """
import pulumi

class Thing(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("tiny:index:Thing", name)
        self.register_outputs({})

for number in range(30):
    Thing(f"thing-{number}")
pulumi.export("who", pulumi.Config().require("who"))
pulumi.export("word", pulumi.Config().require_secret("word"))
pulumi.export("stack", f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}")
pulumi.export("preview", pulumi.runtime.is_dry_run())
"""
WAITING = """
import os, pathlib, threading
import pulumi

pathlib.Path(__file__).with_name("pid").write_text(str(os.getpid()))
threading.Event().wait()
"""
POLICY = """
import sys
import threading
from concurrent import futures

import grpc
from google.protobuf.empty_pb2 import Empty
from pulumi.runtime.proto import analyzer_pb2 as messages
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerServicer, add_AnalyzerServicer_to_server
from pulumi.runtime.proto.plugin_pb2 import PluginInfo

class Pack(AnalyzerServicer):
    def GetPluginInfo(self, request, context):
        return PluginInfo(version="1.0.0")
    def GetAnalyzerInfo(self, request, context):
        return messages.AnalyzerInfo(name="no-thing-7", version="1.0.0", supportsConfig=False)
    def Configure(self, request, context):
        return Empty()
    def Analyze(self, request, context):
        faults = []
        if request.name == "thing-7":
            faults = [messages.AnalyzeDiagnostic(
                policyName="seven", policyPackName="no-thing-7", policyPackVersion="1.0.0",
                message="seven is refused", enforcementLevel=messages.MANDATORY, urn=request.urn)]
        return messages.AnalyzeResponse(diagnostics=faults)
    def AnalyzeStack(self, request, context):
        return messages.AnalyzeResponse()

server = grpc.server(futures.ThreadPoolExecutor())
add_AnalyzerServicer_to_server(Pack(), server)
print(server.add_insecure_port("127.0.0.1:0"), flush=True)
server.start()
server.wait_for_termination()
"""


@pytest.fixture(scope="module")
def pulumi() -> str:
    """An engine to test with: ours, or the machine's."""
    ours = engine.cached()
    found = str(ours) if ours.exists() else shutil.which("pulumi")
    if found is None:
        pytest.fail("no engine: run make setup")
    return found


class Project:
    """A Pulumi project in a folder of its own, with a stack `dev`, run by our host whatever else there is."""

    def __init__(self, folder: Path, pulumi: str, program: str) -> None:
        self.folder = folder / "project"
        self.folder.mkdir()
        self._pulumi = pulumi
        # Its place on PATH makes it this clone's host, as the link in .venv/bin does.
        host = folder / "bin" / launchers.HOST
        host.parent.mkdir()
        host.write_text(launchers.HOST_SCRIPT)
        host.chmod(0o755)
        python = host.with_name("python")
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        (folder / "state").mkdir()
        self.env = os.environ | {
            "PATH": f"{host.parent}{os.pathsep}{os.environ['PATH']}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        }
        (self.folder / "Pulumi.yaml").write_text("name: tiny\nruntime: python\nstackConfigDir: stacks\n")
        (self.folder / "stacks").mkdir()
        (self.folder / "stacks" / "Pulumi.dev.yaml").write_text("config:\n  tiny:who: Dana\n")
        (self.folder / "__main__.py").write_text(program)
        self("stack", "init", "dev")

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [self._pulumi, *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __call__(self, *arguments: str, code: int = 0) -> str:
        with self.start(*arguments) as process:
            output, _ = process.communicate(timeout=90)
        assert process.returncode == code, output
        return output


@pytest.fixture
def tiny(tmp_path: Path, pulumi: str) -> Project:
    return Project(tmp_path, pulumi, TINY)


@pytest.fixture
def waiting(
    tmp_path: Path, pulumi: str
) -> Iterator[tuple[subprocess.Popen[str], psutil.Process, psutil.Process]]:
    """An engine that waits for a program that waits for ever: the engine, the host, the program."""
    project = Project(tmp_path, pulumi, WAITING)
    note = project.folder / "pid"
    process = project.start("preview", "-s", "dev")
    wait_until(lambda: note.exists() and note.read_text() != "", 60)
    program = psutil.Process(int(note.read_text()))
    host = program.parent()
    assert host is not None
    yield process, host, program
    for left in (process, host, program):
        if isinstance(left, subprocess.Popen):
            left.kill()
            left.communicate()
        elif alive(left):
            left.kill()


def alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def test_a_plain_pulumi_previews_applies_refreshes_and_destroys(tiny: Project) -> None:
    tiny("config", "set", "--secret", "word", "hush", "-s", "dev")
    preview = tiny("preview", "-s", "dev")
    assert "31 to create" in preview
    assert "hush" not in preview
    assert "31 created" in tiny("up", "--yes", "-s", "dev")
    output = tiny("stack", "output", "--json", "-s", "dev")
    assert '"who": "Dana"' in output
    assert '"word": "[secret]"' in output
    assert '"stack": "organization/tiny/dev"' in output
    assert '"preview": false' in output
    assert "31 unchanged" in tiny("refresh", "--yes", "-s", "dev")
    assert "31 unchanged" in tiny("up", "--yes", "--skip-preview", "-s", "dev")
    assert "31 deleted" in tiny("destroy", "--yes", "-s", "dev")


def test_about_and_install_are_answered(tiny: Project) -> None:
    about = tiny("about")
    assert f"executable='{sys.executable}' version='{sys.version.split()[0]}'" in about
    assert "`make setup` keeps the Python packages installed." in tiny("install")


def test_the_error_of_a_program_is_shown_once_from_its_own_code_on(tmp_path: Path, pulumi: str) -> None:
    project = Project(tmp_path, pulumi, "def fail():\n    raise ValueError('no such client')\nfail()\n")
    output = project("preview", "-s", "dev", code=1)
    diagnostics = output.split("Diagnostics:")[1]
    assert diagnostics.count("ValueError: no such client") == 1
    assert "runpy" not in diagnostics
    assert "langhost" not in diagnostics


def test_the_exit_code_of_a_program_is_told(tmp_path: Path, pulumi: str) -> None:
    project = Project(tmp_path, pulumi, "import sys\nsys.exit(3)\n")
    assert "the Python program ended with code 3" in project("preview", "-s", "dev", code=1)


def test_what_a_program_prints_is_shown(tmp_path: Path, pulumi: str) -> None:
    project = Project(tmp_path, pulumi, "print('who loses what')\n")
    assert "who loses what" in project("preview", "-s", "dev")


def test_a_policy_pack_in_a_folder_is_run_and_obeyed(tiny: Project, tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "PulumiPolicy.yaml").write_text("runtime: python\n")
    (pack / "__main__.py").write_text(POLICY)
    tiny("config", "set", "--secret", "word", "hush", "-s", "dev")
    output = tiny("preview", "-s", "dev", "--policy-pack", str(pack), code=1)
    assert "seven is refused" in output
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(pack) in (p.info["cmdline"] or [])]


def test_neither_host_nor_program_outlives_a_killed_engine(
    waiting: tuple[subprocess.Popen[str], psutil.Process, psutil.Process],
) -> None:
    process, host, program = waiting
    assert launchers.HOST not in program.cmdline()[0]
    process.kill()
    wait_until(lambda: not alive(host) and not alive(program))


def test_a_program_does_not_outlive_its_killed_host(
    waiting: tuple[subprocess.Popen[str], psutil.Process, psutil.Process],
) -> None:
    _, host, program = waiting
    host.kill()
    wait_until(lambda: not alive(program))


def test_an_interrupted_engine_ends_soon_and_takes_all_with_it(
    waiting: tuple[subprocess.Popen[str], psutil.Process, psutil.Process],
) -> None:
    process, host, program = waiting
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=20) != 0
    wait_until(lambda: not alive(host) and not alive(program))


def test_set_up_as_it_is_the_engine_starts_our_host_without_a_warning(tiny: Project) -> None:
    launcher = places.binaries() / "pulumi"
    if not launcher.exists():
        pytest.skip("the machine's own pulumi is used")
    tiny("config", "set", "who", "Dana", "-s", "dev")
    tiny("config", "set", "--secret", "word", "hush", "-s", "dev")
    plain = {**tiny.env, "PATH": "/usr/bin:/bin"}
    answer = subprocess.run(
        [launcher, "preview", "-s", "dev", "--non-interactive"],
        cwd=tiny.folder,
        env=plain,
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "warning" not in answer.stdout + answer.stderr
