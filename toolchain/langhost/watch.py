"""Notices that the process that started this one is gone, however it ended: `kill -9` included."""

import os
import threading
from collections.abc import Callable

INTERVAL = 0.2


def when_orphaned(parent: int, action: Callable[[], None]) -> None:
    """Calls `action` once, on a thread of its own, as soon as `parent` is no longer this process's parent."""

    def watch() -> None:
        pause = threading.Event()
        while os.getppid() == parent:
            pause.wait(INTERVAL)
        action()

    threading.Thread(target=watch, name="orphan watch", daemon=True).start()
