"""`leaver due`: what is coming, and who waits for a release."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import command
from leaver.cli.output import columns, say, say_json
from leaver.cli.session import Session, with_session
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.model import Client
    from leaver.schedule import Event

_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Span(click.ParamType[timedelta]):
    """A length of time: `90m`, `24h`, `7d`, `2w`."""

    name = "span"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Read the text of an option."""
        match = re.fullmatch(r"([1-9][0-9]{0,4})([mhdw])", str(value))
        if match is None:
            text = terminal(str(value))
            self.fail(f'"{text}" is no length of time. Write one such as 90m, 24h, 7d or 2w.', param, ctx)
        return timedelta(**{_UNITS[match[2]]: int(match[1])})


@command(short_help="What is coming, and who waits for a release.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option(
    "--within", type=Span(), default="7d", show_default=True, metavar="SPAN", help="How far to look."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON; moments are UTC.")
@with_session
def due(session: Session, clients: tuple[str, ...], within: timedelta, as_json: bool) -> None:
    """List what happens at the clients (all of them if none is named) in the time ahead, by moment.

    Whoever waits for a release comes first, with the owner of the hold, and whether the hold has expired. Reads
    the records only; moments are shown in each client's zone.

    \b
    Examples:
      leaver due
      leaver due acme --within 24h
      leaver due --within 4w --json
    """
    from leaver.schedule import events

    now = session.now()
    known = session.estate(clients).clients
    waiting = [each for client in known.values() for each in _waiting(client, now)]
    coming = events(known, now, now + within)
    if as_json:
        say_json(
            {
                "now": now.isoformat(),
                "until": (now + within).isoformat(),
                "waiting": waiting,
                "events": [event.to_json() | _names(known[event.client], event) for event in coming],
            }
        )
        return
    for held in waiting:
        say(terminal(_said(held)))
    rows = [_row(known[event.client], event, now) for event in coming]
    for line in columns(rows):
        say(line)
    if not rows:
        say(f"nothing happens within {_length(within)}")


def _waiting(client: Client, now: datetime) -> list[dict[str, Any]]:
    from leaver.lifecycle import Phase, phase
    from leaver.model import local

    found = []
    for key, person in sorted(client.people.items()):
        departure = person.departure
        if departure is None or phase(person, now) is not Phase.HELD:
            continue
        expires = departure.expires
        found.append(
            {
                "client": client.key,
                "person": key,
                "name": client.display_name(key),
                "since": departure.at.isoformat(),
                "local": local(departure.at, client.zone),
                "owner": client.hold_owner(key),
                "expires": expires.isoformat() if expires else None,
                "expired": expires is not None and expires <= now,
                "ticket": departure.ticket,
            }
        )
    return found


def _said(held: dict[str, Any]) -> str:
    text = (
        f"{held['client']}: {held['name']} waits for a release since {held['local']}, owner {held['owner']}"
    )
    if held["ticket"]:
        text += f", {held['ticket']}"
    return f"{text}: THE HOLD HAS EXPIRED" if held["expired"] else text


def _names(client: Client, event: Event) -> dict[str, Any]:
    from leaver.model import local

    person = client.people[event.person]
    return {
        "name": client.display_name(event.person),
        "local": local(event.at, client.zone),
        "ticket": person.departure.ticket if person.departure else None,
    }


def _row(client: Client, event: Event, now: datetime) -> tuple[str, ...]:
    from leaver.model import local
    from leaver.schedule import EventKind

    departure = client.people[event.person].departure
    notes: list[str] = []
    if departure is not None and (event.kind.cuts or event.kind is EventKind.HELD):
        notes = [departure.kind.value, *([departure.ticket] if departure.ticket else [])]
    what = f"{event.kind.value} {event.what}".strip()
    text = f"{client.display_name(event.person)} {what}" + (f" ({', '.join(notes)})" if notes else "")
    return (local(event.at, client.zone), f"in {_length(event.at - now)}", client.key, terminal(text))


def _length(span: timedelta) -> str:
    """`3 d 4 h`, `2 h 5 min`, `40 s`: the two largest units."""
    seconds = int(span.total_seconds())
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((at for at, (number, _) in enumerate(parts) if number), 3)
    return " ".join(f"{number} {unit}" for number, unit in parts[first : first + 2] if number) or "0 s"
