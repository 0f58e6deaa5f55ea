"""How far a run over clients is, on a terminal, when it takes longer than a moment."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.progress import TaskID

    from leaver.fleet import Progress

SHOWN_AFTER = 1.0
"""Seconds; what ends sooner shows nothing."""
_ROWS = 8
_ENDED = ("done", "failed")


@contextmanager
def progress(clients: int) -> Iterator[Callable[[Progress], None]]:
    """A callback for `Fleet`, and a display on standard error that goes away at the end.

    Nothing is shown when standard error is no terminal.
    """
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    display = Display(clients, Console(stderr=True))
    timer = threading.Timer(SHOWN_AFTER, display.show)
    timer.daemon = True
    timer.start()
    try:
        yield display.tell
    finally:
        timer.cancel()
        display.hide()


class Display:
    """One line for each client at work, and one for all of them."""

    def __init__(self, clients: int, console: Console) -> None:
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._lock = threading.Lock()
        self._all = self._bars.add_task("clients", total=clients, text=f"0 of {clients}")
        self._tasks: dict[str, TaskID] = {}
        self._clients = clients
        self._ended: set[str] = set()
        self._hidden = False

    def show(self) -> None:
        with self._lock:
            if not self._hidden:
                self._bars.start()

    def hide(self) -> None:
        with self._lock:
            self._hidden = True
            self._bars.stop()

    def tell(self, progress: Progress) -> None:
        """Show where one client stands; called from any thread."""
        with self._lock:
            if progress.stage in _ENDED:
                self._end(progress.client)
                return
            self._ended.discard(progress.client)
            if progress.client not in self._tasks:
                if len(self._tasks) >= _ROWS:
                    return
                self._tasks[progress.client] = self._bars.add_task(progress.client, total=None, text="")
            self._bars.update(
                self._tasks[progress.client],
                completed=progress.done,
                total=progress.total or None,
                text=f"{progress.stage} {progress.done or ''}".rstrip(),
            )

    def _end(self, client: str) -> None:
        self._ended.add(client)
        task = self._tasks.pop(client, None)
        if task is not None:
            self._bars.remove_task(task)
        ended = len(self._ended)
        self._bars.update(self._all, completed=ended, text=f"{ended} of {self._clients}")
