"""Tell a lock that a killed engine left behind from one that a living engine holds.

The engine's locks have no lease: after `kill -9` the lock stays, and `pulumi cancel` deletes any lock, held or
not. A lock of this machine whose process is gone is dead beyond doubt; of any other nobody here can know.
"""

from __future__ import annotations

import os
import re
import socket

_COUNT = re.compile(r"the stack is currently locked by (\d+) lock")
_HOLDER = re.compile(r"created by \S+@(?P<host>\S+) \(pid (?P<pid>\d+)\)")


def all_holders_dead(message: str) -> bool:
    """Whether every lock in the engine's message was made on this machine by a process that is gone."""
    holders = _HOLDER.findall(message)
    count = _COUNT.search(message)
    if not holders or count is None or int(count[1]) != len(holders):
        return False
    return all(host == socket.gethostname() and not _alive(int(pid)) for host, pid in holders)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
