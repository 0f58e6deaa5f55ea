"""`leaver demo`: the whole product, in a project and a sandbox of its own."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leaver.cli import demo_project
from leaver.cli.command import command
from leaver.cli.demo_careless import careless
from leaver.cli.demo_departures import Departures
from leaver.cli.demo_leaver import AHEAD, Leaver, make_key
from leaver.cli.output import count, say
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, DirectoryError

if TYPE_CHECKING:
    from leaver.fleet import ApplyReport, Fleet, PreviewReport
    from leaver.sandbox.endpoint import Endpoint
    from leaver.source import Estate

_DIFF_COLOURS = {"+": "green", "-": "red"}
_OURS = (
    "LEAVER_HOME",
    "LEAVER_NOW",
    "LEAVER_EVIDENCE_DATABASE_URL",
    "LEAVER_DATABASE_URL",
    "LEAVER_EVIDENCE_KEY",
    "LEAVER_EVIDENCE_KEY_FILE",
    "PULUMI_BACKEND_URL",
    "PULUMI_STACK",
    "PULUMI_CONFIG_PASSPHRASE",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
)
"""Variables of the caller that would lead the demo to another state or evidence than its own."""


@command(short_help="The whole product in a minute, without a tenant.")
@with_session
def demo(session: Session) -> int:
    """Show the whole product against the sandbox: preview, apply and verify three example clients.

    Works on a copy of the examples in .leaver/demo, with a sandbox of its own; nothing else is touched, and
    the sandbox stops at the end.

    \b
    Example:
      leaver demo
    """
    started = time.monotonic()
    root = session.root / ".leaver" / "demo"
    ended = _Demo(session, root).run()
    say()
    if ended != EXIT_CLEAN:
        say("The demo did not end as it should; look at what is said above.")
        return ended
    say(f"Done in {time.monotonic() - started:.0f} s. Where to look next:")
    for line in (
        "identities/                    the records of the example clients; change one",
        "leaver sandbox start           the example clients' directories, to keep",
        "leaver preview acme            what a change would do; then leaver apply acme",
        "leaver preview acme --at '2027-03-26 17:00'    the same at a later moment",
        'eval "$(.venv/bin/leaver env)"; pulumi preview -s acme    the same with plain Pulumi',
        "leaver --help                  everything else",
    ):
        say(f"  {line}")
    return EXIT_CLEAN


class _Demo:
    def __init__(self, session: Session, root: Path) -> None:
        self._session = session
        self._root = root
        self._home = root / ".leaver"
        self._environ: Mapping[str, str] = {
            **{name: value for name, value in session.environ.items() if name not in _OURS},
            # The address in Pulumi.yaml is relative, and would mean the clone's own state here.
            "PULUMI_BACKEND_URL": f"file://{self._home / 'pulumi'}?metadata=skip",
        }
        self._step = 0

    def run(self) -> int:
        """Every step; the sandbox stops however it ends."""
        from leaver.sandbox.server import stop

        # One that an interrupted demo left behind would hold the files that are made anew.
        stop(self._home / "sandbox")
        demo_project.copy_project(self._session.root, self._root)
        demo_project.make_repository(self._root, self._environ)
        self._environ = {**self._environ, "LEAVER_EVIDENCE_KEY_FILE": str(make_key(self._root, self._home))}
        ends = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with self._timed("Start the sandbox: Microsoft Graph and Okta on this machine"):
                endpoint = self._start()
            return self._show(endpoint)
        finally:
            stop(self._home / "sandbox")
            signal.signal(signal.SIGTERM, ends)

    @contextmanager
    def _timed(self, title: str) -> Iterator[None]:
        self._step += 1
        say()
        say(click.style(f"{self._step}. {title}", bold=True))
        started = time.monotonic()
        yield
        say(click.style(f"   ({time.monotonic() - started:.1f} s)", dim=True))

    def _start(self) -> Endpoint:
        from leaver.cli.seeding import prepare, registrations
        from leaver.sandbox.server import start

        estate = self._load()
        wanted = registrations(estate)
        endpoint = start(self._home / "sandbox", http_port=0, https_port=0, clients=wanted)
        prepare(endpoint, estate, wanted)
        people = sum(len(client.people) for client in estate.clients.values())
        say(
            f"   {count(len(estate.clients), 'client')} with {people} people, "
            f"{count(len(wanted), 'directory', 'directories')} at {endpoint.http}"
        )
        return endpoint

    def _show(self, endpoint: Endpoint) -> int:
        from leaver.cli.reports import tell_apply

        started = time.monotonic()
        with self._timed("Apply the records: make every account and group, and read them back"):
            estate = self._load()
            first = self._apply(estate, self._preview(estate, demo_project.CLIENTS))
            for report in first:
                tell_apply(report, estate)
        if not all(report.ok for report in first):
            return EXIT_PROBLEMS
        pace = timedelta(seconds=time.monotonic() - started)
        departures = Departures(self._session, self._root / "service", self._home, self._environ)
        try:
            with self._timed("Agree on two departures in 20 seconds, one of them under a hold"):
                departures.begin()
            fine = self._change(endpoint, pace * AHEAD)
            with self._timed("Meanwhile: the agreed departure by itself, the held one at the call"):
                kept = departures.show(endpoint)
        finally:
            departures.end()
        return EXIT_CLEAN if fine and kept else EXIT_PROBLEMS

    def _change(self, endpoint: Endpoint, ahead: timedelta) -> bool:
        from leaver.cli.reports import tell_apply, tell_previews

        leaver = Leaver(self._root, self._home, self._environ)
        with self._timed("Open a change: one leaver, one disabled, one deleted, one joiner, one mover"):
            agreed = (self._session.now() + ahead).replace(microsecond=0)
            self._tell_change((leaver.edit(agreed), *demo_project.EDITS))
            self._try_to_sign_in(endpoint)
            much = leaver.before(endpoint)
        with self._timed("Preview it at that moment, as the reviewer of the pull request sees it"):
            estate = self._load()
            previews = self._preview(estate, demo_project.CHANGED, agreed)
            tell_previews(previews, estate)
            demo_project.merge_change(self._root, self._environ)
        with self._timed("Careless pull requests: each is stopped before anything can happen"):
            stopped = careless(self._session.root, self._root / "careless", self._environ)
        with self._timed("Apply what was approved, and read it back"):
            time.sleep(max(0.0, (agreed - self._session.now()).total_seconds()))
            second = self._apply(estate, previews)
            for report in second:
                tell_apply(report, estate)
        with self._timed("Ask the directories"):
            shut = not self._try_to_sign_in(endpoint)
            nothing = leaver.after(endpoint)
        with self._timed("Do by hand what no API does, and say so"):
            ticked = leaver.tick()
        with self._timed("Apply again: nothing is left to change"):
            estate = self._load()
            again = self._apply(estate, self._preview(estate, demo_project.AGAIN))
            for report in again:
                tell_apply(report, estate)
        still = all(set(report.steps) <= {"same"} for report in again)
        with self._timed("The report of the departure, for the client's manager and the auditor"):
            told = leaver.report()
        done = all(report.ok for report in (*second, *again))
        return much and stopped and shut and nothing and ticked and still and told and done

    def _load(self) -> Estate:
        from leaver.source import load

        return load(self._root)

    @contextmanager
    def _fleet(self, estate: Estate) -> Iterator[Fleet]:
        from leaver.cli.progress import progress
        from leaver.fleet import Fleet

        with progress(len(estate.clients)) as tell:
            yield Fleet(
                self._root,
                estate,
                home=self._home,
                environ=self._environ,
                clock=self._session.now,
                progress=tell,
            )

    def _preview(
        self, estate: Estate, clients: Sequence[str], at: datetime | None = None
    ) -> list[PreviewReport]:
        with self._fleet(estate) as fleet:
            previews = fleet.preview(clients, at or self._session.now())
        for report in previews:
            if report.error:
                raise DirectoryError(f"{report.client}: {report.error}")
        return previews

    def _apply(self, estate: Estate, previews: list[PreviewReport]) -> list[ApplyReport]:
        with self._fleet(estate) as fleet:
            return fleet.apply(previews, self._session.now())

    def _tell_change(self, edits: Iterable[demo_project.Edit]) -> None:
        demo_project.open_change(self._root, self._environ)
        for edit in edits:
            say(f"   {edit.says} ({edit.file})")
            for line in edit.difference(self._root):
                say(f"     {click.style(line, fg=_DIFF_COLOURS.get(line[:1]))}")

    def _try_to_sign_in(self, endpoint: Endpoint) -> bool:
        """Sign in to every account that the change ends; whether any of them got in."""
        got_in = False
        for client, directory, username in demo_project.SIGN_INS:
            body = {"client": client, "directory": directory, "username": username}
            answer = endpoint.admin("POST", "/signin", body)
            got_in = got_in or answer["ok"]
            said = (
                "signs in" if answer["ok"] else f"is refused: {answer.get('error') or answer.get('reason')}"
            )
            say(f"   {username} at {client}/{directory} {said}")
        return got_in
