"""What the runs over clients have in common: which clients, and the fleet that works on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from leaver.cli.local_state import make_state_folder
from leaver.cli.session import Session
from leaver.errors import LeaverError

if TYPE_CHECKING:
    from leaver.fleet import Fleet
    from leaver.source import Estate
    from leaver.source.judged import Judged


def _complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from leaver.source import client_keys

    session: Session = context.find_root().obj or Session()
    try:
        return [CompletionItem(key) for key in client_keys(session.root) if key.startswith(begun)]
    except LeaverError:
        return []


clients_argument = click.argument("clients", nargs=-1, metavar="[CLIENT]...", shell_complete=_complete)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def open_fleet(session: Session, estate: Estate) -> Iterator[Fleet]:
    """The fleet of these records, with a bar of progress while it works."""
    from leaver.cli.progress import progress
    from leaver.fleet import Fleet

    make_state_folder(session)
    with progress(len(estate.clients)) as tell:
        yield Fleet(
            session.root,
            estate,
            home=session.home,
            environ=session.environ,
            clock=session.now,
            progress=tell,
        )


def policies_of(estate: Estate, now: datetime) -> list[Judged]:
    """What the records break of the policies. An apply is not refused for it: it may be somebody's departure."""
    from leaver.source.judged import judged

    return judged(estate, estate.clients, now)
