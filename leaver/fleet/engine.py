"""Run the Pulumi command line for one stack, and follow its events.

The Automation API would spawn `stack select`, twice `stack output` and `stack history` around every update. One
process does here what takes it five: it reads the same event log, by the same flag and variable.
"""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leaver.errors import DirectoryError
from leaver.fleet import locks

_SHOWN_LINES = 12
# The real azuread plugin mostly waits (20 s after a create): more at once costs nothing and saves minutes.
_PARALLEL = "64"
_EMPTY_WORDS = ("an unhandled error occurred: ", "update failed", "preview failed")
_LIST = re.compile(r"(?:^\d+ errors? occurred:)?\n\t\* ")
_EVENTS = {"PULUMI_DEBUG_COMMANDS": "true"}


class EngineFailed(DirectoryError):
    """The engine, a provider plugin or the program reported an error; the message holds what they said."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What one run of the engine did: how many resources by operation, and its diagnostics."""

    steps: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


class Engine:
    """The Pulumi engine on one stack of the project at `root`."""

    def __init__(self, root: Path, stack: str, environ: Mapping[str, str]) -> None:
        self._root = root
        self._stack = stack
        self._environ = dict(environ)

    def ensure_stack(self) -> None:
        """Make the stack if it does not exist yet."""
        export = ("stack", "export", "--stack", self._stack)
        # To ask first takes half the time of being refused, and nearly always it is there.
        if self._call(*export).returncode == 0:
            return
        if self._call("stack", "init", self._stack, "--no-select").returncode == 0:
            return
        # Somebody else may have made it meanwhile.
        shown = self._call(*export)
        if shown.returncode:
            raise EngineFailed(_last(shown.stderr) or f"{self._stack}: the stack cannot be made or read")

    def preview(self, extra: Mapping[str, str], on_step: Callable[[int], None]) -> EngineRun:
        """Preview the stack; `extra` is added to the environment, `on_step` is told the count of steps so far."""
        return self._run(["preview"], extra, on_step)

    def up(self, extra: Mapping[str, str], on_step: Callable[[int], None]) -> EngineRun:
        """Apply without a second preview: the program holds itself to what was approved.

        What fails stops only what depends on it: one leaver's device must not keep another one's access.
        """
        words = ["up", "--yes", "--skip-preview", "--continue-on-error", "--parallel", _PARALLEL]
        return self._locked(words, extra, on_step)

    def refresh(
        self, urns: Sequence[str], extra: Mapping[str, str], on_step: Callable[[int], None]
    ) -> EngineRun:
        """Read resources back into the state; `urns` empty: all of them."""
        targets = [part for urn in urns for part in ("--target", urn)]
        return self._locked(["refresh", "--yes", "--skip-preview", *targets], extra, on_step)

    def urns(self, wanted: Sequence[str]) -> list[str]:
        """The URNs of resources given as `type logical-name`."""
        exported = self._call("stack", "export", "--stack", self._stack)
        resources = (json.loads(exported.stdout).get("deployment") or {}).get("resources") or []
        chosen = set(wanted)
        return [item["urn"] for item in resources if _short(item["urn"]) in chosen]

    def _call(self, *words: str) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                ["pulumi", "--non-interactive", *words],
                cwd=self._root,
                env=self._environ,
                capture_output=True,
                text=True,
                check=False,
            )
        except FileNotFoundError:
            raise EngineFailed(
                'No "pulumi" on PATH. Run `make setup`, or install Pulumi 3.259 or later.'
            ) from None

    def _locked(
        self, words: Sequence[str], extra: Mapping[str, str], on_step: Callable[[int], None]
    ) -> EngineRun:
        """Run what takes the stack's lock; one that a killed engine left on this machine is taken away first."""
        try:
            return self._run(words, extra, on_step)
        except EngineFailed as error:
            if not locks.all_holders_dead(str(error)):
                raise
        self._call("cancel", "--yes", "--stack", self._stack)
        return self._run(words, extra, on_step)

    def _run(
        self, words: Sequence[str], extra: Mapping[str, str], on_step: Callable[[int], None]
    ) -> EngineRun:
        with tempfile.TemporaryDirectory(prefix="leaver-") as folder:
            log = Path(folder) / "events.jsonl"
            log.touch()
            command = ["pulumi", "--non-interactive", *words, "--stack", self._stack, "--event-log", str(log)]
            try:
                process = subprocess.Popen(
                    command,
                    cwd=self._root,
                    env={**self._environ, **_EVENTS, **extra},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    text=True,
                    errors="replace",
                )
            except FileNotFoundError:
                raise EngineFailed(
                    'No "pulumi" on PATH. Run `make setup`, or install Pulumi 3.259 or later.'
                ) from None
            followed = _Followed(on_step)
            ended = threading.Event()
            follower = threading.Thread(target=followed.follow, args=(log, ended), daemon=True)
            follower.start()
            output, _ = process.communicate()
            ended.set()
            follower.join()
        if process.returncode:
            raise EngineFailed("\n".join(followed.errors) or _tail(output))
        return EngineRun(steps=followed.steps, warnings=tuple(followed.warnings))


class _Followed:
    """What the events of one run said so far."""

    def __init__(self, on_step: Callable[[int], None]) -> None:
        self.steps: dict[str, int] = {}
        self.warnings: list[str] = []
        self.errors: list[str] = []
        self._count = 0
        self._on_step = on_step

    def follow(self, log: Path, ended: threading.Event) -> None:
        """Read the event log until the engine has ended and everything is read."""
        with log.open(encoding="utf-8") as file:
            rest = ""
            while True:
                last = ended.is_set()
                *lines, rest = (rest + file.read()).split("\n")
                for line in lines:
                    self._take(json.loads(line))
                if last:
                    return
                ended.wait(0.1)

    def _take(self, event: Mapping[str, Any]) -> None:
        if "resourcePreEvent" in event:
            self._count += 1
            self._on_step(self._count)
        elif "summaryEvent" in event:
            self.steps = dict(event["summaryEvent"].get("resourceChanges") or {})
        elif "diagnosticEvent" in event:
            diagnostic = event["diagnosticEvent"]
            # Errors come as a list with tabs, which a terminal gets as escapes.
            text = _LIST.sub("\n", diagnostic["message"].strip()).strip()
            if (
                diagnostic["severity"] == "error"
                and text not in self.errors
                and not text.startswith(_EMPTY_WORDS)
            ):
                self.errors.append(text)
            elif diagnostic["severity"] == "warning":
                self.warnings.append(text)


def _short(urn: str) -> str:
    parts = urn.split("::", 3)
    return f"{parts[2].rsplit('$', 1)[-1]} {parts[3]}"


def _last(text: str) -> str:
    return next(iter(_meaningful(text)), "")


def _tail(text: str) -> str:
    return "\n".join(list(_meaningful(text))[:_SHOWN_LINES][::-1])


def _meaningful(text: str) -> Iterator[str]:
    return (line.rstrip() for line in reversed(text.splitlines()) if line.strip())
