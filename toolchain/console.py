"""What the setup says: one line a step, with the time it took."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class SetupFailed(Exception):
    """Something that setup needs cannot be had; the message names the fault and every remedy."""


def say(text: str) -> None:
    """Prints one line at once, so that a log shows it before the step behind it ends."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def duration(seconds: float) -> str:
    """`12.3 s`, or `4 min 05 s` from a minute on."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s"


@contextmanager
def step(text: str) -> Iterator[None]:
    """Announces a step, then says how long it took. A step that fails says nothing more: its error does."""
    say(f"setup: {text} ...")
    started = time.monotonic()
    yield
    say(f"setup: {text}: {duration(time.monotonic() - started)}")
