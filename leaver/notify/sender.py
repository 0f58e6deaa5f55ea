"""Sending in a thread of its own: a slow or dead target never delays a cut."""

from __future__ import annotations

import queue
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Protocol

from leaver.errors import UsageError
from leaver.notify import texts
from leaver.notify.notice import Kind, Notice

ALL = "LEAVER_NOTIFY_URLS"
ALARMS = "LEAVER_NOTIFY_ALARM_URLS"
_APART = re.compile(r"[\s,]+(?=[A-Za-z0-9]+://)")
_TRIES = 4
_PAUSE = 2.0
_TIMEOUT = 15.0
_GATHER = 0.5
_SINGLE = 5
_FULL = 10_000


class Target(Protocol):
    """Something that messages can be sent to."""

    def send(self, title: str, body: str, alarm: bool) -> bool:
        """Send; whether it arrived. Never raises."""


def targets(environ: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """The addresses for everything and those for alarms only; they hold secrets, so never print one."""
    return _split(environ.get(ALL, "")), _split(environ.get(ALARMS, ""))


def _split(text: str) -> list[str]:
    return [each for each in _APART.split(text.strip().strip(",")) if each]


class AppriseTarget:
    """One address that the apprise library understands.

    Raises UsageError for one that it does not, by its number and scheme, as the rest of it is secret.
    """

    def __init__(self, url: str, number: int = 1) -> None:
        import apprise

        asset = apprise.AppriseAsset(app_id="Leaver", app_desc="Leaver", app_url="", secure_logging=True)
        self._apprise = apprise.Apprise(asset=asset)
        self._types = (apprise.NotifyType.INFO, apprise.NotifyType.WARNING)
        self.scheme = url.partition("://")[0]
        if not self._apprise.add(url):
            raise UsageError(
                f"{ALL}: address {number} ({self.scheme}://…) is none that apprise understands. "
                "See its list of services."
            )

    def send(self, title: str, body: str, alarm: bool) -> bool:
        try:
            return bool(
                self._apprise.notify(
                    body=body or title, title=title, notify_type=self._types[alarm], timeout=_TIMEOUT
                )
            )
        except Exception:
            # A plugin may raise whatever its library raises, with the address and its secret in the text.
            return False


@dataclass
class _Lane:
    """One target with a thread and a queue of its own, so that a dead one holds up no other."""

    name: str
    target: Target
    alarms_only: bool
    waiting: queue.Queue[Notice | None] = field(default_factory=lambda: queue.Queue(_FULL))
    thread: threading.Thread | None = None


class Sender:
    """Sends notices to every target; `tell` returns at once.

    `failed` is called, from another thread, with the name of a target that did not take a message.
    """

    def __init__(
        self,
        lanes: Sequence[tuple[str, Target, bool]] = (),
        *,
        failed: Callable[[str, str], None] = lambda _target, _title: None,
        pause: float = _PAUSE,
    ) -> None:
        self._lanes = [_Lane(*each) for each in lanes]
        self._failed = failed
        self._pause = pause
        self._stopped = threading.Event()
        for lane in self._lanes:
            lane.thread = threading.Thread(
                target=self._work, args=(lane,), name=f"notify-{lane.name}", daemon=True
            )
            lane.thread.start()

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str], *, failed: Callable[[str, str], None] = lambda _t, _s: None
    ) -> Sender:
        """The targets that the variables name. Raises UsageError for an address that is none."""
        everything, alarms = targets(environ)
        lanes: list[tuple[str, Target, bool]] = []
        for number, (url, only) in enumerate(
            [*((url, False) for url in everything), *((url, True) for url in alarms)], 1
        ):
            target = AppriseTarget(url, number)
            lanes.append((f"{target.scheme} {number}", target, only))
        return cls(lanes, failed=failed)

    def tell(self, notice: Notice) -> None:
        """Queue a notice; never waits."""
        for lane in self._lanes:
            if lane.alarms_only and not notice.kind.alarm:
                continue
            try:
                lane.waiting.put_nowait(notice)
            except queue.Full:
                self._failed(lane.name, texts.title(notice))

    def close(self, seconds: float = 10.0) -> None:
        """Send what waits, for at most `seconds`."""
        deadline = time.monotonic() + seconds
        self._stopped.set()
        for lane in self._lanes:
            lane.waiting.put(None)
        for lane in self._lanes:
            if lane.thread is not None:
                lane.thread.join(max(0.0, deadline - time.monotonic()))

    def _work(self, lane: _Lane) -> None:
        while True:
            gathered, last = self._gather(lane.waiting)
            for kind, group in groupby(sorted(gathered, key=_order), key=lambda notice: notice.kind):
                self._send(lane, kind, list(group))
            if last:
                return

    def _gather(self, waiting: queue.Queue[Notice | None]) -> tuple[list[Notice], bool]:
        """What waits now and in the next moment: a mass departure is one message, not a thousand."""
        first = waiting.get()
        if first is None:
            return [], True
        gathered = [first]
        self._stopped.wait(_GATHER)
        while True:
            try:
                found = waiting.get_nowait()
            except queue.Empty:
                return gathered, False
            if found is None:
                return gathered, True
            gathered.append(found)

    def _send(self, lane: _Lane, kind: Kind, notices: list[Notice]) -> None:
        if len(notices) > _SINGLE:
            messages = [texts.digest(notices)]
        else:
            messages = [(texts.title(notice), texts.body(notice)) for notice in notices]
        for title, body in messages:
            for attempt in range(_TRIES):
                if lane.target.send(title, body, kind.alarm):
                    break
                self._failed(lane.name, title)
                if attempt + 1 < _TRIES:
                    self._stopped.wait(self._pause * 2**attempt)


def _order(notice: Notice) -> tuple[bool, str]:
    return not notice.kind.alarm, notice.kind.value
