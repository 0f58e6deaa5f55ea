"""Coverage-guided fuzzing of the loader: `python -m tests.fuzz.atheris_load CORPUS -runs=N`."""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["leaver.source", "leaver.model", "yaml"]):
    from tests.fuzz.estate_of_bytes import FILES, load_bytes

NAMES = sorted(FILES)


def one_input(data: bytes) -> None:
    """The first byte chooses the file, the rest is its content."""
    if data:
        load_bytes(NAMES[data[0] % len(NAMES)], data[1:])


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()
