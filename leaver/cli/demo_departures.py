"""The demo's departures: one at its moment by itself, one under a hold until the call comes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leaver.cli import demo_project
from leaver.cli.output import say
from leaver.errors import DirectoryError

if TYPE_CHECKING:
    from leaver.cli.session import Session
    from leaver.sandbox.endpoint import Endpoint

CLIENT = "brightwater"
AHEAD = timedelta(seconds=20)
_PATIENCE = 60
_AGREED, _HELD = "delroy.hinds", "lucia.ferrante"
_FILE = f"identities/{CLIENT}/people.yaml"


class Departures:
    """The scene: `begin` while the rest of the demo goes on, `show` when the moment has come.

    The service runs on a copy of one client's records, so that it does not apply what the demo edits.
    """

    def __init__(self, session: Session, root: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._session = session
        self._root = root
        self._environ = {**environ, "LEAVER_HOME": str(home)}
        self._log = home / "service.log"
        self._service: subprocess.Popen[bytes] | None = None
        self._agreed = session.now()

    def begin(self) -> None:
        """Agree on both departures, and start the service that keeps the first."""
        demo_project.copy_project(self._session.root, self._root, clients=(CLIENT,))
        self._agreed = (self._session.now() + AHEAD).replace(microsecond=0)
        at = f"{self._agreed.astimezone(UTC):%Y-%m-%d %H:%M:%S} +00:00"
        expires = f"{self._agreed.astimezone(UTC) + timedelta(hours=12):%Y-%m-%d %H:%M} +00:00"
        agreed = ("departure:", f"  at: {at}", "  kind: involuntary", "  hold: none")
        held = (
            "departure:",
            f"  at: {at}",
            "  kind: contentious",
            f"  hold: {{until: released, owner: on-call@msp.example, expires: {expires}}}",
        )
        for key, lines in ((_AGREED, agreed), (_HELD, held)):
            say(f"   {key}")
            for line in demo_project.Edit(key, _FILE, key, _departing(lines)).difference(self._root):
                if line.startswith("+"):
                    say(f"     {click.style(line, fg='green')}")
        # The release commits its word there, and not into the clone.
        demo_project.make_repository(self._root, self._environ)
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("wb") as log:
            self._service = self._leaver("run", "--here", "--log", "json", stdout=log, stderr=log)
        say(
            f"   leaver run: started at {self._clock()}, the moment is {self._agreed.astimezone(UTC):%H:%M:%S}"
        )

    def show(self, endpoint: Endpoint) -> bool:
        """Wait for the cut, show that the held one still signs in, release it; whether all went as it should."""
        cut = self._wait_for_the_cut()
        say(
            f"   {self._clock()}  {_AGREED}: access ended at {cut['cut'][11:23]}, agreed {cut['moment'][11:19]}, "
            f"lateness {cut['lateness_seconds']:.2f} s, by itself"
        )
        shut = not self._signs_in(endpoint, _AGREED)
        waits = self._signs_in(endpoint, _HELD)
        # A release needs no service; and one that went on would apply it once more, behind the demo's back.
        self.end()
        say(f"   {self._clock()}  the phone rings: leaver release {CLIENT} {_HELD} --yes")
        released = self._leaver(
            "release",
            CLIENT,
            _HELD,
            "--yes",
            "--operator",
            "On Call <on-call@msp.example>",
            stdout=subprocess.PIPE,
        )
        output, _ = released.communicate(timeout=_PATIENCE)
        for line in output.decode(errors="replace").splitlines():
            say(f"     {line}")
        say(f"   {self._clock()}  released")
        ended = not self._signs_in(endpoint, _HELD)
        return shut and waits and ended and released.returncode == 0 and cut["lateness_seconds"] >= 0

    def end(self) -> None:
        """Stop the service."""
        if self._service is not None and self._service.poll() is None:
            self._service.send_signal(signal.SIGTERM)
            try:
                self._service.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                self._service.kill()

    def _wait_for_the_cut(self) -> dict[str, Any]:
        deadline = time.monotonic() + _PATIENCE + AHEAD.total_seconds()
        while time.monotonic() < deadline:
            for line in self._log.read_text(encoding="utf-8").splitlines():
                told = json.loads(line) if line.startswith("{") else {}
                if told.get("event") == "cut" and told.get("person") == _AGREED:
                    return dict(told)
            time.sleep(0.1)
        raise DirectoryError(f"demo: the service did not end {_AGREED}'s access. Its log: {self._log}")

    def _signs_in(self, endpoint: Endpoint, person: str) -> bool:
        username = f"{person}@{CLIENT}.example"
        answer = endpoint.admin(
            "POST", "/signin", {"client": CLIENT, "directory": "okta", "username": username}
        )
        said = "signs in" if answer["ok"] else f"is refused: {answer.get('error') or answer.get('reason')}"
        say(f"   {self._clock()}  {username} {said}")
        return bool(answer["ok"])

    def _leaver(self, *words: str, **streams: Any) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "leaver.cli", "--project", str(self._root), *words],
            env=self._environ,
            stdin=subprocess.DEVNULL,
            **streams,
        )

    def _clock(self) -> str:
        return f"{self._session.now().astimezone(UTC):%H:%M:%S}"


def _departing(lines: tuple[str, ...]) -> Any:
    return lambda record: record + "".join(f"    {line}\n" for line in lines)
