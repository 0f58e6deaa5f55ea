"""`leaver status`: where the clients' people stand at this moment, and what comes next."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import command
from leaver.cli.environment import sandbox_address
from leaver.cli.evidence import heads
from leaver.cli.output import columns, count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.cli.task import rows as task_rows
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.model import Client


@command(short_help="Where people stand now, and what changes next.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON; moments are UTC.")
@with_session
def status(session: Session, as_json: bool) -> None:
    """Show where each client's people stand now, who waits for a release, and what changes next.

    Reads the records, and how much evidence there is; `leaver verify` asks the directories.

    \b
    Examples:
      leaver status
      leaver status --json
    """
    now = session.now()
    clients = [_client(client, now) for client in session.estate().clients.values()]
    running = sandbox_address(session)
    written = heads(session)
    if as_json:
        say_json({"now": now.isoformat(), "clients": clients, "evidence": written, "sandbox": running})
        return
    rows: list[tuple[str, ...]] = []
    for each in clients:
        phases = ", ".join(f"{number} {name}" for name, number in each["phases"].items())
        rows.append((each["client"], f"{count(each['people'], 'person', 'people')}: {phases}"))
    for line in columns(rows):
        say(line)
    for each in clients:
        for held in each["waiting"]:
            caller = f"; {terminal(held['owner'])} makes the call" if held["owner"] else ""
            say(
                f"{each['client']}: {terminal(held['name'])} waits for a release since {held['local']}{caller}"
            )
    for each in clients:
        late = sum(1 for task in each["tasks"] if task["overdue"])
        if each["tasks"]:
            overdue = f", {late} overdue" if late else ""
            say(
                f"{each['client']}: {count(len(each['tasks']), 'task')} by hand open{overdue}. See: leaver task list"
            )
    _say_next(clients)
    if written:
        entries = count(sum(each["entries"] for each in written.values()), "entry", "entries")
        say(f"evidence: {entries} of {count(len(written), 'client')}. See: leaver evidence verify")
    say(f"sandbox: {running or 'not running'}")


def _client(client: Client, now: datetime) -> dict[str, Any]:
    from leaver.lifecycle import Phase, phase
    from leaver.model import local

    phases = {key: phase(person, now) for key, person in sorted(client.people.items())}
    counted = Counter(phases.values())
    waiting = []
    for key, each in phases.items():
        departure = client.people[key].departure
        if each is Phase.HELD and departure is not None:
            waiting.append(
                {
                    "person": key,
                    "name": client.display_name(key),
                    "since": departure.at.isoformat(),
                    "local": local(departure.at, client.zone),
                    "ticket": departure.ticket,
                    "owner": client.hold_owner(key),
                    "expires": departure.expires.isoformat() if departure.expires else None,
                }
            )
    return {
        "client": client.key,
        "name": client.settings.name,
        "people": len(client.people),
        "phases": {each.value: counted[each] for each in Phase if counted[each]},
        "waiting": waiting,
        "next": _next(client, now),
        "tasks": [row for row in task_rows(client, now) if row["done"] is None],
    }


def _next(client: Client, now: datetime) -> dict[str, Any] | None:
    from leaver.lifecycle import changes, phase
    from leaver.model import local

    moments = [
        (moment, key)
        for key, person in client.people.items()
        for moment in changes(person)
        if moment > now and phase(person, moment) is not phase(person, now)
    ]
    if not moments:
        return None
    at, key = min(moments)
    return {
        "at": at.isoformat(),
        "local": local(at, client.zone),
        "person": key,
        "name": client.display_name(key),
        "becomes": phase(client.people[key], at).value,
    }


def _say_next(clients: list[dict[str, Any]]) -> None:
    upcoming = [(each["client"], each["next"]) for each in clients if each["next"]]
    for client, what in sorted(upcoming, key=lambda pair: str(pair[1]["at"])):
        say(f"next at {client}: {what['local']}, {terminal(what['name'])} becomes {what['becomes']}")
