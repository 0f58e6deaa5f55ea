"""The virtual environment, made from a hashed lock file and made anew only when that changes."""

import hashlib
import importlib.util
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from toolchain import places
from toolchain.console import SetupFailed, step
from toolchain.processes import ProgramFailed, environment, run

Profile = Literal["runtime", "dev"]
_CERTIFICATES = "SSL_CERT_FILE"
_STAMP = "leaver-setup.json"
_VENV_MISSING = """\
setup: {python}: has no `{module}` module, so it can make no virtual environment. One of these helps:
  - Debian and Ubuntu: apt-get install python3-venv
  - name another Python, 3.11 or newer, that has it: make PYTHON=/path/to/python3 ..."""
_INSTALL_FAILED = """\
setup: {lock}: the packages could not be installed: {fault}
One of these helps:
  - a network on which the Python package registry answers; then run the same command again
  - a mirror: set PIP_INDEX_URL and UV_DEFAULT_INDEX to it (SSL_CERT_FILE: its certificate authority)
  - {python} is too new or too rare for a pinned package: make clean, then make PYTHON=/path/to/python3.11 ..."""


def digest(profile: Profile, root: Path) -> str:
    """What an environment of this profile is made of, as one short hash."""
    content = hashlib.sha256()
    for name in (profile, "bootstrap"):
        content.update(places.lock_file(name, root).read_bytes())
    return content.hexdigest()[:16]


def is_ready(profile: Profile, root: Path) -> bool:
    """True when the environment is complete for the profile. One made for `dev` serves `runtime` too."""
    stamp = _read_stamp(root)
    made = stamp.get("profile")
    if stamp.get("root") != str(root) or made not in {profile, "dev"}:
        return False
    current: Profile = "dev" if made == "dev" else "runtime"
    return stamp.get("digest") == digest(current, root) and (places.binaries(root) / "python").exists()


def ensure(profile: Profile, root: Path = places.ROOT) -> None:
    """Makes `.venv` for the profile, or brings it up to date. Raises SetupFailed with the remedies."""
    if is_ready(profile, root):
        return
    wanted: Profile = "dev" if _read_stamp(root).get("profile") == "dev" else profile
    folder = places.venv(root)
    whole = _read_stamp(root).get("root") == str(root) and (folder / "bin" / "uv").exists()
    # Until the stamp is back, the environment counts as half-made and the next run starts from nothing.
    (folder / _STAMP).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="leaver-setup-") as scratch:
        log = Path(scratch) / "log"
        if not whole:
            _create(folder, log)
            _install_bootstrap(root, log)
        _install(wanted, root, log)
    stamp = {"root": str(root), "profile": wanted, "digest": digest(wanted, root)}
    (folder / _STAMP).write_text(json.dumps(stamp) + "\n")


def _create(folder: Path, log: Path) -> None:
    for module in ("venv", "ensurepip"):
        if importlib.util.find_spec(module) is None:
            raise SetupFailed(_VENV_MISSING.format(python=sys.executable, module=module))
    if folder.exists():
        shutil.rmtree(folder)
    with step(f"making .venv with Python {sys.version.split()[0]}"):
        try:
            run([sys.executable, "-m", "venv", str(folder)], environment(), log)
        except ProgramFailed as fault:
            raise SetupFailed(
                f"{_VENV_MISSING.format(python=sys.executable, module='ensurepip')}\n{fault}"
            ) from fault


def _install_bootstrap(root: Path, log: Path) -> None:
    lock = places.lock_file("bootstrap", root)
    command = [str(places.binaries(root) / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    with step("installing uv"):
        _try(lock, [*command, "--disable-pip-version-check", "-r", str(lock)], log)


def _install(profile: Profile, root: Path, log: Path) -> None:
    lock = places.lock_file(profile, root)
    uv = places.binaries(root) / "uv"
    command = [str(uv), "pip", "sync", "--python", str(places.binaries(root) / "python"), "--require-hashes"]
    with step(f"installing the packages of requirements/{lock.name}"):
        _try(lock, [*command, "--compile-bytecode", str(lock), str(places.lock_file("bootstrap", root))], log)


def _try(lock: Path, command: list[str], log: Path) -> None:
    try:
        run(command, environment(**mirrors()), log)
    except ProgramFailed as fault:
        raise SetupFailed(
            _INSTALL_FAILED.format(lock=lock.name, fault=fault, python=sys.executable)
        ) from fault


def mirrors() -> dict[str, str]:
    """What uv needs to know of the settings for pip that a machine has in its environment."""
    pairs = {"PIP_INDEX_URL": "UV_DEFAULT_INDEX", "PIP_CERT": _CERTIFICATES}
    return {
        uv: os.environ[pip] for pip, uv in pairs.items() if os.environ.get(pip) and not os.environ.get(uv)
    }


def _read_stamp(root: Path) -> dict[str, str]:
    try:
        stamp = json.loads((places.venv(root) / _STAMP).read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}
