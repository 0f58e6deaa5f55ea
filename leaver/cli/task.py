"""`leaver task`: what no API does about somebody who has left, and the word that it is done."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import command, group
from leaver.cli.output import columns, count, say, say_json
from leaver.cli.recording import operator_of, record, tell_records
from leaver.cli.session import Session, with_session
from leaver.cli.words import tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.lifecycle import Task
    from leaver.model import Client


@group(short_help="Tasks by hand of those who have left.")
def task() -> None:
    """What no API does about somebody who has left: a door badge, a shared mailbox, the copier's address book.

    The tasks are those of `runbook: tasks:` in client.yaml. A departure is complete only when they are ticked.

    \b
    Examples:
      leaver task list
      leaver task done acme dana.reyes door-badge --note 'HD-4712'
    """


@command(name="list", short_help="The open tasks, the overdue ones first.")
@click.argument("client", required=False)
@click.option("--all", "everything", is_flag=True, help="Those that are done, too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; moments are UTC.")
@with_session
def list_(session: Session, client: str | None, everything: bool, as_json: bool) -> int:
    """List the tasks of everybody who has left, at CLIENT or everywhere. Ends with 1 when one is overdue.

    \b
    Examples:
      leaver task list
      leaver task list acme --all
      leaver task list --json | jq '.tasks[] | select(.overdue)'
    """
    now = session.now()
    estate = session.estate([client] if client else [])
    found = sorted(
        (
            row
            for each in estate.clients.values()
            for row in rows(each, now)
            if everything or row["done"] is None
        ),
        key=lambda row: (row["done"] is not None, row["due"], row["client"], row["person"], row["task"]),
    )
    overdue = sum(1 for row in found if row["overdue"])
    if as_json:
        say_json({"now": now.isoformat(), "tasks": found})
    else:
        for line in columns([_cells(row) for row in found]):
            say(line)
        left = count(sum(1 for row in found if row["done"] is None), "open task")
        say(f"{left}, {overdue} overdue" if found else "no open tasks")
    return EXIT_PROBLEMS if overdue else EXIT_CLEAN


@command(short_help="Say that a task is done.")
@click.argument("client")
@click.argument("person")
@click.argument("name", metavar="TASK")
@click.option("--note", metavar="TEXT", help="What is to be known of it, such as the number of a receipt.")
@click.option("--operator", metavar="NAME", help="Who says so; else git's user.name and user.email.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def done(
    session: Session,
    client: str,
    person: str,
    name: str,
    note: str | None,
    operator: str | None,
    as_json: bool,
) -> int:
    """Write into PERSON's record that TASK is done; commit and push that alone. Leaves evidence.

    \b
    Examples:
      leaver task done acme dana.reyes door-badge
      leaver task done acme dana.reyes shared-mailbox --note 'converted, HD-4712'
    """
    from leaver.lifecycle import tasks_of
    from leaver.source.single import load_single
    from leaver.source.tick import TaskDone

    single = load_single(session.root, client, person, cache=session.record_cache(session.root))
    if single.place is None:
        raise UsageError(f'"{person}" is a username. Name the person by the key of their record.')
    now = session.now()
    own = {each.key: each for each in tasks_of(single.client, single.person, now)}
    if not own:
        raise UsageError(
            f'{client}: person "{person}": has no tasks: nobody left, or the runbook names none.'
        )
    if name not in own:
        from leaver.model.nearest import hint

        raise UsageError(
            f'{client}: no task "{name}". Correct it{hint(name, own)}. See: leaver task list {client}'
        )
    by = operator_of(session, operator)
    word = TaskDone(single.client, single.person, single.place.file, name, now, str(by), note)
    message = f"Done for {single.person} at {client}: {own[name].title}\n\nBy: {by}\n"
    if note:
        message += f"Note: {note}\n"
    recorded = record(session, word, message, by, f"task {name}: done")
    kept = _keep(session, single.client, own[name], str(by), note, now, recorded.pushed or recorded.commit)
    left = [each.key for each in own.values() if each.done is None and each.key != name]
    if as_json:
        told = {"client": client, "person": single.person, "task": name, "operator": str(by), "left": left}
        say_json({**told, "record": recorded.to_json(), "evidence": kept.to_json()})
    else:
        for line in tell_records([recorded]):
            say(line)
        say(f"Left to do by hand: {', '.join(left)}" if left else "Nothing is left to do by hand.")
    tell_evidence(kept, quiet=as_json)
    return EXIT_PROBLEMS if recorded.faults or not kept.ok else EXIT_CLEAN


def _keep(
    session: Session, client: Client, task: Task, by: str, note: str | None, now: datetime, commit: str | None
) -> Any:
    from leaver.evidence import Entry, Kind, Outcome
    from leaver.evidence.keep import keep

    entry = Entry(
        kind=Kind.TASK,
        client=client.key,
        at=now,
        person=task.person,
        step=task.key,
        outcome=Outcome.DONE,
        why=note or "",
        asked_by=by,
        commit=commit,
        seen={"title": task.title, "due": task.due.isoformat(), "owner": task.owner},
    )
    return keep([entry], session.home, session.environ)


def rows(client: Client, now: datetime) -> list[dict[str, Any]]:
    """The tasks of a client as plain data, `local` being the due moment in the client's zone."""
    from leaver.lifecycle import tasks
    from leaver.model import local

    return [
        {
            "client": client.key,
            "person": each.person,
            "name": client.display_name(each.person),
            "task": each.key,
            "title": each.title,
            "owner": each.owner,
            "due": each.due.isoformat(),
            "local": local(each.due, client.zone),
            "overdue": each.overdue(now),
            "done": each.done.isoformat() if each.done else None,
            "by": each.by,
            "note": each.note,
        }
        for each in tasks(client, now)
    ]


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    state = (
        f"done by {row['by']}"
        if row["done"]
        else f"{'OVERDUE since' if row['overdue'] else 'due'} {row['local']}"
    )
    owner = f", {row['owner']}" if row["owner"] else ""
    return row["client"], row["person"], row["task"], terminal(f"{row['title']} ({state}{owner})")


task.add_command(list_)
task.add_command(done)
