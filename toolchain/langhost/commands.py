"""Turns the engine's requests into command lines. Knows Pulumi's messages; starts nothing."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

from pulumi.runtime.proto.language_pb2 import ProgramInfo, RunPluginRequest, RunRequest

PROGRAM = Path(__file__).with_name("program.py")


def interpreter(info: ProgramInfo) -> str:
    """The Python of the project: its `virtualenv` option when that exists, else the host's own."""
    options = info.options.fields
    if "virtualenv" in options and (folder := options["virtualenv"].string_value):
        python = Path(info.root_directory, folder, "bin", "python")
        if python.exists():
            return str(python)
    return sys.executable


def program(request: RunRequest, engine: str, host: int) -> list[str]:
    """The command that runs a Pulumi program against the engine.

    engine: the engine's address; host: this process's id, which the program watches.
    """
    info = request.info
    folder = info.program_directory or request.pwd
    settings = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "root_directory": info.root_directory or request.pwd,
        "pwd": request.pwd,
        "parallel": request.parallel,
        "dry_run": request.dryRun,
        "host": host,
    }
    entry = str(Path(folder, info.entry_point or request.program or "."))
    # -P keeps the host's folder off the program's module path.
    return [interpreter(info), "-u", "-P", str(PROGRAM), json.dumps(settings), entry, *request.args]


def program_environment(request: RunRequest) -> dict[str, str]:
    """The host's environment and, in it, the stack's configuration, as Pulumi's SDK reads it."""
    return _without_byte_code_ban(os.environ) | {
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def plugin(request: RunPluginRequest) -> list[str]:
    """The command that runs a plugin written in Python: a policy pack or a provider in a folder."""
    folder = request.info.program_directory or request.program
    python = [interpreter(request.info), "-u"]
    if request.kind == "analyzer":
        return [*python, "-m", "pulumi.policy", *request.args, folder]
    return [*python, folder, *request.args]


def plugin_environment(request: RunPluginRequest) -> dict[str, str]:
    """The environment that the engine wants for the plugin, or the host's when it names none."""
    named = dict(pair.split("=", 1) for pair in request.env if "=" in pair)
    return _without_byte_code_ban(named or os.environ)


def _without_byte_code_ban(env: Mapping[str, str]) -> dict[str, str]:
    # Without byte code every run compiles the provider packages again, which costs seconds.
    return {name: value for name, value in env.items() if name != "PYTHONDONTWRITEBYTECODE"}
