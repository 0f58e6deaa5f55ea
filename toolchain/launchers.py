"""The programs in `.venv/bin` that lead to the clone: `leaver`, the plugins, and the engine where it is ours."""

import shlex
from pathlib import Path

from toolchain import places

_MARK = "Written by Leaver's setup"
_MODULES = {
    "leaver": "leaver.cli",
    "pulumi-resource-azuread": "leaver.providers.azuread",
    "pulumi-resource-leaver": "leaver.providers.leaver.__main__",
    "pulumi-resource-okta": "leaver.providers.okta",
}
HOST = "pulumi-language-python"
# The shell lines let the interpreter's path be long or hold spaces, which a `#!` line does not.
_PYTHON = """\
#!/bin/sh
'''exec' {python} "$0" "$@"
' '''
# {mark}.
import sys

from {module} import main

sys.exit(main())
"""
_ENGINE = """\
#!/bin/sh
# {mark}: the pinned engine, with this clone's plugins first on PATH.
root={root}
export PATH={binaries}:"$PATH"
export PULUMI_SKIP_UPDATE_CHECK="${{PULUMI_SKIP_UPDATE_CHECK:-true}}"
# The engine takes the project's relative backend from the current folder; in subfolders that misses.
case "$PWD/" in "$root"/*/*)
    if [ -z "${{PULUMI_BACKEND_URL:-}}" ] && grep -q '^ *url: file://\\./{state}{options}$' "$root/Pulumi.yaml"; then
        export PULUMI_BACKEND_URL="file://$root/{state}{options}"
    fi ;;
esac
exec {engine} "$@"
"""
# Lies beside the cached engine, where an engine expects its language host, and is linked to from `.venv/bin`:
# so the engine starts it without a warning, by the link's name, and the link's folder tells which clone it is.
HOST_SCRIPT = f"""\
#!/bin/sh
# {_MARK}: Pulumi's language host for Python.
exec "$(dirname -- "$0")/python" -P -m toolchain.langhost.host "$@"
"""
STATE = ".leaver/pulumi"
# The backend writes each file's metadata beside it and not atomically: a kill there makes the state unreadable.
STATE_OPTIONS = "?metadata=skip"


def is_ours(program: Path) -> bool:
    """True for what this module wrote, in this clone or another, and for the engines it leads to."""
    if places.cache_home() in program.resolve().parents:
        return True
    try:
        with program.open("rb") as file:
            return _MARK.encode() in file.read(2048)
    except OSError:
        return False


def write_own(root: Path = places.ROOT) -> None:
    """Makes `leaver` and the plugins in `.venv/bin` lead to this clone; leaves the engine's launchers alone."""
    for name, module in _MODULES.items():
        _put(places.binaries(root) / name, _python(root, module), 0o755)
    _put(site_packages(root) / "leaver-project.pth", f"{root}\n", 0o644)
    (root / STATE).mkdir(parents=True, exist_ok=True)


def write(engine: Path | None, own_host: bool, root: Path = places.ROOT) -> None:
    """Makes `.venv/bin` lead to this clone.

    engine: our own engine, or None when the machine's `pulumi` is used.
    own_host: whether our language host is needed.
    Takes away launchers that are no longer needed, and makes the folder for the default state.
    """
    write_own(root)
    folder = places.binaries(root)
    if engine is None:
        (folder / "pulumi").unlink(missing_ok=True)
    else:
        script = _ENGINE.format(
            mark=_MARK,
            root=shlex.quote(str(root)),
            binaries=shlex.quote(str(folder)),
            engine=shlex.quote(str(engine)),
            state=STATE,
            options=STATE_OPTIONS,
        )
        _put(folder / "pulumi", script, 0o755)
    _put_host(folder / HOST, engine, own_host)


def site_packages(root: Path) -> Path:
    """The folder of the environment's packages."""
    [python] = (places.venv(root) / "lib").glob("python3.*")
    return python / "site-packages"


def _python(root: Path, module: str) -> str:
    python = shlex.quote(str(places.binaries(root) / "python"))
    return _PYTHON.format(python=python, mark=_MARK, module=module)


def _put_host(path: Path, engine: Path | None, wanted: bool) -> None:
    if not wanted:
        path.unlink(missing_ok=True)
    elif engine is None:
        _put(path, HOST_SCRIPT, 0o755)
    elif not path.is_symlink() or path.readlink() != engine.with_name(HOST):
        path.unlink(missing_ok=True)
        path.symlink_to(engine.with_name(HOST))


def _put(path: Path, text: str, mode: int) -> None:
    if path.is_symlink() or not path.exists() or path.read_text() != text:
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(text)
        fresh.chmod(mode)
        fresh.replace(path)
