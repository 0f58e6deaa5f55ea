"""`leaver changed` and `leaver ci`: what the forge's workflows are made of, and what their tests run too."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import command, group
from leaver.cli.due import Span
from leaver.cli.output import complain, count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, RecordsError, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.model import Client


@command(short_help="Which clients were changed, by a commit or by the clock.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--base", metavar="REF", help="Since the working tree left this commit.")
@click.option("--within", type=Span(), metavar="SPAN", help="By a moment that came in the last 2h, 7d, ...")
@click.option("--all", "all_clients", is_flag=True, help="All clients, changed or not.")
@click.option("--no-examples", is_flag=True, help="Leave out clients whose directories are in the sandbox.")
@click.option("--same-settings", is_flag=True, help="Leave out clients whose client.yaml was changed.")
@click.option("--list", "as_list", is_flag=True, help="Print the keys as a list in JSON, on one line.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def changed(
    session: Session,
    clients: tuple[str, ...],
    base: str | None,
    within: timedelta | None,
    all_clients: bool,
    no_examples: bool,
    same_settings: bool,
    as_list: bool,
    as_json: bool,
) -> int:
    """Print the keys of the clients that were changed, one on a line: those that an apply may find work at.

    With CLIENT only those of them.

    --base compares files, by git alone: a client's folder or its stack's settings. A change of the program
    or the engine counts for all clients. --within reads the records: a departure, a start or an end that came in
    the time that has just passed.

    Ends with 1 when a client's folder has vanished: that is never taken for a client without people.

    \b
    Examples:
      leaver changed --base origin/main
      leaver changed --base origin/main | xargs leaver preview
      leaver changed --within 2h --list
    """
    if sum((base is not None, within is not None, all_clients)) != 1:
        raise UsageError("changed: say one of --base REF, --within SPAN and --all.")
    found = _all_or_due(session, within) if base is None else _by_git(session, base)
    if clients:
        found["clients"] = [key for key in found["clients"] if key in clients]
    if no_examples:
        found["clients"] = _real(session, found["clients"])
    if same_settings:
        found["clients"] = [key for key in found["clients"] if key not in found["settings"]]
    if as_json:
        say_json(found)
    elif as_list:
        say(json.dumps(found["clients"]))
    else:
        for key in found["clients"]:
            say(terminal(key))
    _tell(found)
    return EXIT_PROBLEMS if found["gone"] else EXIT_CLEAN


def _tell(found: Mapping[str, Any]) -> None:
    if found["everything"]:
        complain(f"all clients, because of {found['everything']}")
    complain(f"{count(len(found['clients']), 'client')} changed")
    for key in found["settings"]:
        complain(f"identities/{key}/client.yaml was changed: it says where the client's credentials are sent")
    for key in found["gone"]:
        complain(
            f'identities/{key}: client "{key}": the folder is gone. Restore it from version control; '
            "to end a client, destroy its stack first."
        )


def _by_git(session: Session, base: str) -> dict[str, Any]:
    from leaver.cli.ci_git import changed as by_git

    found = by_git(session.root, base)
    return {
        "clients": list(found.clients),
        "settings": list(found.settings),
        "gone": list(found.gone),
        "everything": found.everything,
    }


def _all_or_due(session: Session, within: timedelta | None) -> dict[str, Any]:
    from leaver.schedule import changing
    from leaver.source import client_keys

    keys = list(client_keys(session.root))
    if within is not None:
        now = session.now()
        read = {key: _read(session, key) for key in keys}
        due = changing({key: client for key, client in read.items() if client}, now - within, now)
        # Most urgent first, which is the order in which the forge starts the jobs.
        keys = [*due, *(key for key, client in read.items() if client is None)]
    return {"clients": keys, "settings": [], "gone": [], "everything": None}


def _real(session: Session, keys: Sequence[str]) -> list[str]:
    read = {key: _read(session, key) for key in keys}
    return [key for key, client in read.items() if client is None or not client.settings.sandbox]


def _read(session: Session, key: str) -> Client | None:
    """A client's records; None when they have problems: its own job will say so, and others go on."""
    from leaver.source import load

    try:
        return load(session.root, [key], cache=session.record_cache(session.root)).clients[key]
    except RecordsError:
        complain(f"identities/{key}: the records have problems. See: leaver check identities/{key}")
        return None


@group(short_help="What the forge's workflows are made of.", hidden=True)
def ci() -> None:
    """Commands for the workflows in .github/workflows; docs/operations.md tells how they are used.

    \b
    Example:
      leaver ci exec -- acme preview acme
    """


@ci.command(short_help="Take a branch's records as data, as a merge would leave them.")
@click.argument("commit")
@with_session
def records(session: Session, commit: str) -> None:
    """Put the records as they would be after a merge of COMMIT into the working tree.

    Takes nothing but *.yaml files of identities/, as data: code, settings and workflows stay as they are here.

    \b
    Example:
      leaver ci records 3b18e51
    """
    from leaver.cli.ci_git import take_records

    say(f"{count(take_records(session.root, commit), 'file')} of records as a merge of {commit} has them")


@ci.command("exec", short_help="Run a command with one client's credentials.")
@click.argument("client")
@click.argument("words", nargs=-1, required=True, metavar="COMMAND [ARGS]...", type=click.UNPROCESSED)
@with_session
def execute(session: Session, client: str, words: tuple[str, ...]) -> int:
    """Run a `leaver` command with the credentials of CLIENT, and no other client's.

    They come from this job's environment: CI_<DIRECTORY>_CLIENT_ID, CI_<DIRECTORY>_PRIVATE_KEY,
    CI_PASSPHRASE, and for Entra the forge's own identity token, which is renewed while the command runs.

    \b
    Example:
      leaver ci exec -- acme preview acme
    """
    from leaver.cli.ci_credentials import client_environment, fetch_token

    [found] = session.estate([client]).clients.values()
    with client_environment(found, session.environ, fetch=fetch_token, complain=complain) as environ:
        return _run([sys.executable, "-m", "leaver.cli", *words], environ, session.root)


def _run(words: Sequence[str], environ: Mapping[str, str], root: Path) -> int:
    child = subprocess.Popen(words, env=dict(environ), cwd=root)
    # A cancelled job is told by a signal; whether a running update may end is for the command to say.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    code = child.wait()
    return 128 - code if code < 0 else code


@ci.command(short_help="What a command printed, as Markdown.")
@click.argument("title")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--code", type=int, default=0, show_default=True, help="The command's exit code.")
def report(title: str, file: Path, code: int) -> None:
    """Print the output in FILE of a command as a section for a pull request's comment or a run's summary.

    Nothing in it is read as Markdown or HTML, whatever a record or a directory holds.

    \b
    Example:
      leaver ci report --code 1 'leaver check' check.txt
    """
    from leaver.cli.ci_report import read, section

    say(section(title, read(file), code))
