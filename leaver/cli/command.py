"""What every command has: the global options, and one place where errors become messages and exit codes."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from leaver.cli.output import complain
from leaver.cli.session import Session, set_on_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, LeaverError

EXIT_INTERRUPTED = 130


def shared_options(hidden: bool) -> list[click.Option]:
    # On the group they show in its help; on the commands they only work, for people who type them last.
    return [
        click.Option(
            ["--project"],
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="DIR",
            help="The project's folder; else the nearest one upwards with a Pulumi.yaml.",
            expose_value=False,
            hidden=hidden,
            callback=set_on_session("project"),
        ),
        click.Option(
            ["--debug"],
            is_flag=True,
            help="Show the traceback of an error.",
            expose_value=False,
            hidden=hidden,
            callback=set_on_session("debug"),
        ),
        click.Option(
            ["--now"],
            metavar="TIME",
            help="Pretend that it is TIME, with an offset.",
            expose_value=False,
            hidden=True,
            callback=set_on_session("moment"),
        ),
    ]


class LeaverCommand(click.Command):
    """A command that takes the global options too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.extend(shared_options(hidden=True))


class LeaverGroup(click.Group):
    """A group whose `main` ends every run with one of the documented exit codes."""

    command_class = LeaverCommand
    group_class = type

    def main(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Run a command and end the process; errors are printed by their message, without a traceback."""
        session = kwargs.setdefault("obj", None) or Session()
        kwargs |= {"obj": session, "standalone_mode": False}
        if session.environ.get("NO_COLOR"):
            kwargs["color"] = False
        _never_fail_to_encode()
        try:
            code = super().main(*args, **kwargs)
        except Exception as error:
            code = _report(error, session)
        sys.exit(code if isinstance(code, int) else EXIT_CLEAN)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return list(self.commands)


def command(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], LeaverCommand]:
    """`click.command` for a command of Leaver."""
    return click.command(name, cls=LeaverCommand, **attributes)


def group(name: str | None = None, **attributes: Any) -> Callable[[Callable[..., Any]], LeaverGroup]:
    """`click.group` for a group of commands of Leaver."""
    return click.group(name, cls=LeaverGroup, **attributes)


def _never_fail_to_encode() -> None:
    # A terminal that knows no é gets an escape instead of a crash.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _report(error: Exception, session: Session) -> int:
    if isinstance(error, click.Abort):
        complain("leaver: stopped")
        return EXIT_INTERRUPTED
    if isinstance(error, BrokenPipeError):
        # The reader (head, less) has had enough; nothing more can be said on this pipe, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_PROBLEMS
    if isinstance(error, click.ClickException):
        error.show()
        return error.exit_code
    if session.debug:
        complain("".join(traceback.format_exception(error)))
    if isinstance(error, LeaverError):
        complain(str(error))
        return error.exit_code
    if isinstance(error, OSError) and error.strerror and error.filename:
        complain(f"leaver: {error.filename}: {error.strerror}.")
        return EXIT_PROBLEMS
    # Not the error's own text: who raised it may have put a credential there.
    complain(f"leaver: {_raised_at(error)}: unexpected {type(error).__name__}. Run again with --debug.")
    return EXIT_PROBLEMS


def _raised_at(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if f"{os.sep}leaver{os.sep}" in frame.filename] or frames
    if not ours:
        return "leaver"
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno}"
