"""The demo's leaver: somebody with years of belongings in both directories, who ends with none; and the report."""

from __future__ import annotations

import io
import shlex
import textwrap
from collections.abc import Mapping
from contextlib import redirect_stdout
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from leaver.cli import demo_project
from leaver.cli.output import count, say
from leaver.cli.session import Session
from leaver.errors import EXIT_CLEAN

if TYPE_CHECKING:
    from leaver.sandbox.endpoint import Endpoint

CLIENT, PERSON = "kestrel", "bronte.hargreaves"
DIRECTORIES = ("entra", "okta")
USERNAME = f"{PERSON}@{CLIENT}.example"
AHEAD = 0.7
"""From the change to the departure's moment, as a part of the time that the first apply took: about what the preview
and the careless pull requests take on the same machine, so that the approval comes before the moment."""
REPORT = f"departure-{CLIENT}-{PERSON}"
TASKS = {"door-badge": "badge 0417, in the safe", "copier": "address and scans deleted"}
"""The client's tasks by hand, and what is noted of each."""
_ZONE = "Australia/Sydney"
_OPERATOR = "Darius Petrossian <darius.petrossian@kestrel.example>"
_FILE = f"identities/{CLIENT}/people/sydney.yaml"
_PUBLIC = "auditor.keys"
_WIDTH = 100


def make_key(root: Path, home: Path) -> Path:
    """Make the key that signs the demo's evidence; its public half is what the auditor gets."""
    from leaver.evidence.keys import SigningKey, public_line

    made = SigningKey.make()
    file = home / "evidence.pem"
    file.touch(mode=0o600)
    file.write_bytes(made.pem())
    (root / _PUBLIC).write_text(f"{public_line(made.public)}\n", encoding="utf-8")
    return file


class Leaver:
    """The scenes of one departure: `edit` and `before`, then `after`, `tick` and `report`.

    `root` is the demo's own project and `home` its run-time files; the commands run there.
    """

    def __init__(self, root: Path, home: Path, environ: Mapping[str, str]) -> None:
        self._root = root
        self._environ = {**environ, "LEAVER_HOME": str(home)}
        self._before: dict[str, dict[str, int]] = {}

    def edit(self, at: datetime) -> demo_project.Edit:
        """The edit of their record by which they leave at `at`."""
        from leaver.source.word import stamp

        lines = (
            "departure:",
            f"  at: {stamp(at, _ZONE)}",
            "  kind: voluntary",
            "  ticket: KE-2262",
            "  handover: linh.dao",
        )
        return demo_project.Edit(
            f"Bronte Hargreaves leaves at {at.astimezone(ZoneInfo(_ZONE)):%H:%M:%S}, Sydney's time",
            _FILE,
            PERSON,
            lambda record: record + "".join(f"    {line}\n" for line in lines),
        )

    def before(self, endpoint: Endpoint) -> bool:
        """Give them all that somebody has after years, and tell what that is; whether it is something everywhere."""
        from leaver.cli.belongings import give
        from leaver.cli.holdings import held

        for directory in DIRECTORIES:
            give(endpoint, CLIENT, directory, USERNAME)
            self._before[directory] = held(endpoint, CLIENT, directory, USERNAME)
        say("   what Bronte Hargreaves has, as the directories show it:")
        for directory, found in self._before.items():
            _tell(directory, [count(number, kind) for kind, number in found.items()])
        return all(number for found in self._before.values() for number in found.values())

    def after(self, endpoint: Endpoint) -> bool:
        """Tell what became of all that; whether nothing is left."""
        from leaver.cli.holdings import held

        say("   what Bronte Hargreaves still has:")
        nothing = True
        for directory, had in self._before.items():
            found = held(endpoint, CLIENT, directory, USERNAME)
            left = [count(number, kind) for kind, number in found.items() if number]
            gone = sum(had.values()) - sum(found.values())
            _tell(
                directory,
                left
                or [f"nothing: {gone} of {sum(had.values())} things gone, 0 of each of {len(had)} kinds"],
                "red" if left else "green",
            )
            nothing = nothing and not left
        return nothing

    def tick(self) -> bool:
        """Do the tasks by hand, and say so; whether that was recorded."""
        done = [
            self._leaver("task", "done", CLIENT, PERSON, task, "--note", note, "--operator", _OPERATOR)
            for task, note in TASKS.items()
        ]
        return all(done)

    def report(self) -> bool:
        """Write the report as HTML and as PDF; whether the departure is complete and its evidence sound."""
        files = [self._root / f"{REPORT}.{form}" for form in ("html", "pdf")]
        fine = [
            self._leaver("evidence", "report", CLIENT, PERSON, "--output", str(file), shown=at == 0)
            for at, file in enumerate(files)
        ]
        fine.append(self._leaver("evidence", "verify", CLIENT, "--keys", str(self._root / _PUBLIC)))
        for file in files:
            say(f"   {click.style(str(file), bold=True)}")
        return all(fine) and all(file.is_file() for file in files)

    def _leaver(self, *words: str, shown: bool = True) -> bool:
        """Run a command in the demo's project, and tell what it says; whether it ended well."""
        from leaver.cli.app import cli

        said = io.StringIO()
        code = EXIT_CLEAN
        session = Session(environ=self._environ, project=self._root)
        try:
            with redirect_stdout(said):
                cli.main(args=list(words), prog_name="leaver", obj=session)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else EXIT_CLEAN
        short = [Path(word).name if word.startswith(str(self._root)) else word for word in words]
        say(f"   $ leaver {shlex.join(short)}")
        for line in said.getvalue().splitlines() if shown or code else ():
            say(f"     {line.replace(f'{self._root}/', '')}")
        return code == EXIT_CLEAN


def _tell(directory: str, parts: list[str], colour: str | None = None) -> None:
    lines = textwrap.wrap(", ".join(parts), _WIDTH - 13, break_long_words=False)
    for at, line in enumerate(lines):
        say(f"     {directory if at == 0 else '':<6} {click.style(line, fg=colour)}")
