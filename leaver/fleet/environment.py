"""The environment of one client's engine process: its own credentials, and nobody else's (invariant 8)."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from leaver.actions.credentials import VARIABLES
from leaver.evidence.keys import KEY, KEY_FILE
from leaver.evidence.store import DATABASE, SERVICE_DATABASE
from leaver.model import Client
from leaver.model.variables import prefix as directory_prefix
from leaver.source.asked import APPROVED

_GENERAL = ("LEAVER_HOME", "LEAVER_STAND_INS", "LEAVER_SANDBOX_HTTP", "LEAVER_SANDBOX_HTTPS")
# Steps write evidence from within the engine, too, into the same chain and by the same key.
_EVIDENCE = (KEY, KEY_FILE, DATABASE, APPROVED)
SANDBOX_PASSPHRASE = Path("stacks") / "sandbox-passphrase.txt"


def prefix(client: str) -> str:
    """The beginning of the names of all variables that belong to one client."""
    return f"LEAVER_{re.sub('[^A-Z0-9]', '_', client.upper())}_"


def engine_environment(root: Path, home: Path, client: Client, environ: Mapping[str, str]) -> dict[str, str]:
    """What the engine, its plugins and the program of `client` may see.

    Every `LEAVER_*` variable that is not this client's by its whole name is left out (what begins with
    `LEAVER_ACME_` may be acme's or acme-uk's), and `LEAVER_<CLIENT>_PASSPHRASE[_FILE]` becomes the
    passphrase of this stack alone.
    """
    own = prefix(client.key)
    allowed = {*_GENERAL, *_EVIDENCE, f"{own}PASSPHRASE", f"{own}PASSPHRASE_FILE"}
    for directory in client.settings.directories:
        allowed |= {directory_prefix(client.key, directory) + name for name in VARIABLES}
    env = {
        name: value for name, value in environ.items() if not name.startswith("LEAVER_") or name in allowed
    }
    env["LEAVER_HOME"] = str(home)
    if DATABASE not in env and SERVICE_DATABASE in environ:
        env[DATABASE] = environ[SERVICE_DATABASE]
    env["PATH"] = os.pathsep.join([str(root / ".venv" / "bin"), environ.get("PATH", os.defpath)])
    env.setdefault("PULUMI_SKIP_UPDATE_CHECK", "true")
    env.setdefault("PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION", "true")
    for kind in ("PASSPHRASE", "PASSPHRASE_FILE"):
        if own + kind in environ:
            env.pop("PULUMI_CONFIG_PASSPHRASE", None)
            env.pop("PULUMI_CONFIG_PASSPHRASE_FILE", None)
            env[f"PULUMI_CONFIG_{kind}"] = environ[own + kind]
    if client.settings.sandbox:
        if not {"PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"} & env.keys():
            env["PULUMI_CONFIG_PASSPHRASE_FILE"] = str(root / SANDBOX_PASSPHRASE)
        env["SSL_CERT_FILE"] = str(home / "sandbox" / "ca.pem")
    return env
