"""Runs one Pulumi program in a process of its own: the language host starts it.

Arguments: the run's settings as JSON (commands.program writes them), the program's file or folder, and the
program's own arguments. Ends with 0; 32 when an error was shown to the user; 1 for every other failure.
"""

import asyncio
import json
import logging
import os
import runpy
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pulumi
from pulumi import runtime

# By path: the project's Python need not know the package that this file belongs to.
_when_orphaned = runpy.run_path(str(Path(__file__).with_name("watch.py")))["when_orphaned"]
SHOWN = 32
INTERRUPTED = 130
# The SDK keeps a thread for each resource call in flight; the engine's own limit can be in the billions.
MOST_THREADS = 256


def main(settings: dict[str, Any], entry: Path, arguments: list[str]) -> int:
    """Connects the SDK to the engine, runs the program, waits for all it declared; returns the exit code."""
    _when_orphaned(settings["host"], lambda: os._exit(1))
    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    connection = runtime.Settings(
        monitor=settings["monitor"],
        engine=settings["engine"],
        project=settings["project"],
        stack=settings["stack"],
        organization=settings["organization"],
        root_directory=settings["root_directory"],
        parallel=settings["parallel"],
        dry_run=settings["dry_run"],
    )
    runtime.configure(connection)
    os.chdir(settings["pwd"])
    sys.argv = [str(entry), *arguments]
    if entry.is_file():
        sys.path.insert(0, str(entry.parent))
    # The SDK abandons tasks when a program fails, and asyncio would report each of them.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    threads = ThreadPoolExecutor(min(4 * max(settings["parallel"], 1), MOST_THREADS))
    loop.set_default_executor(threads)
    return _run(loop, entry)


def _run(loop: asyncio.AbstractEventLoop, entry: Path) -> int:
    try:
        loop.run_until_complete(runtime.run_in_stack(lambda: _execute(entry)))
    except pulumi.RunError as fault:
        pulumi.log.error(str(fault))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as fault:
        pulumi.log.error(f"the program failed:\n{_own_frames(fault)}")
        return SHOWN
    return 0


def _execute(entry: Path) -> None:
    runpy.run_path(str(entry), run_name="__main__")


def _own_frames(fault: BaseException) -> str:
    """The traceback from the program's own code on, without what ran it; all of it when that never ran."""
    frames = traceback.extract_tb(fault.__traceback__)
    runners = {__file__, "<frozen runpy>", runpy.__file__}
    started = any(frame.name == _execute.__name__ for frame in frames)
    last = max((i for i, frame in enumerate(frames) if frame.filename in runners), default=-1)
    limit = last + 1 - len(frames) if started and last + 1 < len(frames) else None
    return "".join(traceback.format_exception(fault, limit=limit))


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]), Path(sys.argv[2]).absolute(), sys.argv[3:])
    if code != 0:
        sys.stdout.flush()
        sys.stderr.flush()
        # The SDK's threads may still wait for an engine that has given up; they must not hold the exit.
        os._exit(code)
