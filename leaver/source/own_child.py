"""Runs one policy of a client, in a process of its own that Leaver starts with `python -I -S`.

Not to be imported: it knows nothing of Leaver, has the standard library only, and gives up what it can before it
runs the code. That is a second fence. The first is that a maintainer has read the code and listed its hash.
"""

import contextlib
import ctypes
import json
import os
import resource
import sys
from datetime import datetime

CPU_SECONDS = 5
MEMORY = 1 << 29
MOST_BREAKS = 1000
_NEW_USER_AND_NET = 0x10000000 | 0x40000000
# What importing and running plain code raises. Everything else (sockets, processes, files to write) is refused.
_ALLOWED = {
    "import",
    "compile",
    "exec",
    "marshal.loads",
    "code.__new__",
    "function.__new__",
    "object.__getattr__",
    "object.__setattr__",
    "object.__delattr__",
    "sys._getframe",
    "builtins.id",
    "array.__new__",
}
_READING = {"open", "os.listdir", "os.scandir"}


def _give_up() -> None:
    with contextlib.suppress(Exception):
        # A network of its own, without any device, where the kernel lets us.
        ctypes.CDLL(None, use_errno=True).unshare(_NEW_USER_AND_NET)
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (most, most))
    for name in ("ctypes", "_ctypes", "resource"):
        sys.modules.pop(name, None)
    libraries = tuple(f"{os.path.realpath(path)}{os.sep}" for path in sys.path if path)

    def fence(event: str, given: tuple[object, ...]) -> None:
        if event in _ALLOWED:
            return
        if event in _READING and given and _inside(str(given[0]), libraries):
            mode = given[1] if event == "open" and len(given) > 1 else "r"
            if mode is None or not set(str(mode)) & set("wax+"):
                return
        raise PermissionError(f"a policy may not do this: {event}")

    sys.addaudithook(fence)


def _inside(path: str, folders: tuple[str, ...]) -> bool:
    # Links are followed and `..` is resolved before the comparison, as opening the file would do it.
    return f"{os.path.realpath(path)}{os.sep}".startswith(folders)


def _main() -> None:
    told = json.load(sys.stdin)
    scope: dict[str, object] = {"__name__": "policy"}
    output, sys.stdout = sys.stdout, sys.stderr
    _give_up()
    try:
        exec(compile(told["code"], told["name"], "exec"), scope)  # noqa: S102 - a maintainer listed its hash
        check = scope["check"]
        breaks = []
        for file, path, fault in check(told["client"], datetime.fromisoformat(told["now"])):  # type: ignore[operator]
            breaks.append([file, list(path), fault])
            if len(breaks) >= MOST_BREAKS:
                break
        answer = {"level": scope.get("LEVEL"), "remedy": scope.get("REMEDY"), "breaks": breaks}
    except BaseException as error:
        here = [line for name, line in _lines(error) if name == told["name"]]
        where = f" at line {here[-1]}" if here else ""
        answer = {"failed": f"{type(error).__name__}{where}"}
    json.dump(answer, output)
    output.flush()


def _lines(error: BaseException) -> list[tuple[str, int]]:
    found = []
    step = error.__traceback__
    while step is not None:
        found.append((step.tb_frame.f_code.co_filename, step.tb_lineno))
        step = step.tb_next
    return found


if __name__ == "__main__":
    _main()
