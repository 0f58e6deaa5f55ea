"""Run the benchmarks that are named, or all of them: `python -m bench [NAME...] [OPTION...]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from bench.registry import find
from bench.shown import machine, say
from bench.tree import CommandFailed
from leaver.errors import LeaverError

USAGE = """usage: python -m bench [NAME...] [OPTION...]

Options are the benchmark's own, so they need exactly one name: `python -m bench preview --help`.
Benchmarks: {names}"""


def main(argv: Sequence[str]) -> int:
    """Exit codes: 0 all ran, 1 one of them failed, 2 usage."""
    benchmarks = find()
    first = next((at for at, word in enumerate(argv) if word.startswith("-")), len(argv))
    names, options = list(argv[:first]), list(argv[first:])
    unknown = [name for name in names if name not in benchmarks]
    if unknown or (options and len(names) != 1):
        say(USAGE.format(names=", ".join(benchmarks)))
        return 0 if options in (["-h"], ["--help"]) and not unknown else 2
    failed = False
    for name in names or benchmarks:
        say(f"\n## {name}\n\n{machine()}\n")
        try:
            failed = bool(benchmarks[name](options)) or failed
        except (CommandFailed, LeaverError) as error:
            say(f"{name}: {error}")
            failed = True
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
