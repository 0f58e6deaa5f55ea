"""What becomes of an account whose record is gone (CIS Controls v8 6.2: disable rather than delete)."""

from __future__ import annotations

from datetime import datetime

from leaver.lifecycle.phase import Phase
from leaver.model import Client


def kept_until(client: Client, since: datetime) -> datetime:
    """The moment from which an account may be deleted whose record was first seen to be gone at `since`."""
    if client.settings.on_removal == "delete":
        return since
    return client.settings.retain.after(since, client.zone)


def removal_phase(client: Client, since: datetime, now: datetime) -> Phase:
    """`retained` or `removable`: where such an account stands at `now`."""
    return Phase.REMOVABLE if now >= kept_until(client, since) else Phase.RETAINED
