"""The long part of the work on one client, in a child process of its own.

The child sees its own client's credentials only and holds the client's lease itself: when the service is
killed, a child that still works keeps everybody else away until it is done. A crash in it ends nothing else.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from leaver.fleet import engine_environment
from leaver.model import Client
from leaver.model.variables import NOW
from leaver.service.log import plain

Outcome = Literal["verified", "partial", "failed", "refused", "busy"]
DATABASE = "LEAVER_DATABASE_URL"
"""Where the leases and the queue are, for the service and its children; the engine does not see it."""
_NICE = 10
_LAST_LINES = 3


@dataclass(frozen=True, slots=True)
class Worked:
    """What the work on a client came to.

    `busy`: somebody else works on it. `next_change` is the next moment at which the client changes by itself,
    retained accounts included; `changes` counts what was changed. `error` is for people, without any secret.
    """

    client: str
    outcome: Outcome
    changes: int = 0
    next_change: datetime | None = None
    error: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything is done and was read back."""
        return self.outcome == "verified"

    def to_json(self) -> dict[str, Any]:
        return {
            "client": self.client,
            "outcome": self.outcome,
            "changes": self.changes,
            "next_change": self.next_change.isoformat() if self.next_change else None,
            "error": self.error,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Worked:
        moment = data.get("next_change")
        return cls(
            client=data["client"],
            outcome=data["outcome"],
            changes=int(data.get("changes", 0)),
            next_change=datetime.fromisoformat(moment) if moment else None,
            error=str(data.get("error", "")),
        )


def run_child(
    root: Path,
    home: Path,
    client: Client,
    environ: Mapping[str, str],
    *,
    now: datetime,
    only_differences: bool,
    command: Sequence[str] | None = None,
) -> Worked:
    """Bring one client to what is desired at `now`, and read it back. Blocks; never raises.

    `only_differences`: look at the directories first, and do nothing when they agree with the records.
    """
    words = command or [sys.executable, "-m", "leaver.cli", "--project", str(root), "work", client.key]
    if only_differences:
        words = [*words, "--only-differences"]
    env = engine_environment(root, home, client, environ)
    # The moment is the service's: its own clock may be corrected by the directories'.
    env[NOW] = now.isoformat()
    if DATABASE in environ:
        env[DATABASE] = environ[DATABASE]
    try:
        child = subprocess.Popen(
            words,
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            # A Ctrl-C on the terminal is for the service, which lets its children finish.
            start_new_session=True,
        )
    except OSError as error:
        return Worked(
            client.key, "failed", error=f"{client.key}: the work cannot be started: {error.strerror}"
        )
    with suppress(OSError):
        # The next cut is more urgent than any preview.
        os.setpriority(os.PRIO_PROCESS, child.pid, _NICE)
    output, complaints = child.communicate()
    try:
        return Worked.from_json(json.loads(output.strip().splitlines()[-1]))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        last = " ".join(complaints.strip().splitlines()[-_LAST_LINES:])
        said = plain(last) or f"it ended with {child.returncode} and said nothing"
        return Worked(client.key, "failed", error=f"{client.key}: {said}")
