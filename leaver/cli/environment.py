"""The environment in which a plain `pulumi` works on this project without asking or downloading anything."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from leaver.cli.session import PROJECT_FILE, Session
from leaver.errors import RecordsError


def binaries(root: Path) -> Path:
    """The folder of the project's own programs: that of its virtual environment, else of this Python."""
    own = root / ".venv" / "bin"
    return own if own.is_dir() else Path(sys.executable).parent


def search_path(session: Session) -> str:
    """PATH with the project's own programs first."""
    own = str(binaries(session.root))
    others = [each for each in session.environ.get("PATH", os.defpath).split(os.pathsep) if each != own]
    return os.pathsep.join([own, *others])


def engine_environment(session: Session) -> dict[str, str]:
    """What to set so that `pulumi preview -s CLIENT` works; names of variables and their values.

    The sandbox's passphrase is public, so it is set only where every client is an example.
    """
    wanted = {
        "PATH": search_path(session),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        # As with `leaver apply`: one refused step keeps no group and no role that a leaver is to lose.
        "PULUMI_CONTINUE_ON_ERROR": "true",
    }
    stated = {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & session.environ.keys()
    if not stated and _only_examples(session):
        wanted["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(session.root / "stacks" / "sandbox-passphrase.txt")
    certificate = session.sandbox_home / "ca.pem"
    if sandbox_address(session) and certificate.is_file():
        wanted["SSL_CERT_FILE"] = str(certificate)
    return wanted


def sandbox_address(session: Session) -> str | None:
    """The plain-HTTP address that a running sandbox left; None when there is none. Asks nobody."""
    try:
        found = json.loads((session.sandbox_home / "sandbox.json").read_text(encoding="utf-8"))["http"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return str(found)


def _only_examples(session: Session) -> bool:
    try:
        clients = session.estate().clients.values()
    except RecordsError:
        return False
    return all(client.settings.sandbox for client in clients)


def project_settings(session: Session) -> dict[str, Any]:
    """What Pulumi.yaml says; empty when it says nothing that can be read."""
    import yaml

    try:
        found = yaml.safe_load((session.root / PROJECT_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return found if isinstance(found, dict) else {}


def backend_of_project(session: Session) -> str | None:
    """The address of the state that Pulumi.yaml names, if it names one."""
    backend = project_settings(session).get("backend")
    return backend.get("url") if isinstance(backend, dict) else None
