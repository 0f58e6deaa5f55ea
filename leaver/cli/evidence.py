"""`leaver evidence`: what was done about people's access, and whether anybody changed the record of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from leaver.cli.command import group
from leaver.cli.output import complain, count, say, say_json
from leaver.cli.session import Session, moment_of, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, LeaverError, UsageError
from leaver.escape import line, terminal

if TYPE_CHECKING:
    from leaver.evidence import Entry, Evidence, Findings, Stored

as_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON; moments are UTC.")
database_option = click.option(
    "--database",
    envvar=["LEAVER_EVIDENCE_DATABASE_URL", "LEAVER_DATABASE_URL"],
    metavar="URL",
    help="postgresql://…; else the files in .leaver/evidence. Or set LEAVER_DATABASE_URL.",
)


_WIDEST = 220
"""Characters of a line of what was seen."""


@group(short_help="What was done about people's access, and that nobody changed the record of it.")
def evidence() -> None:
    """What was done about people's access: an append-only chain of entries for each client, signed where a key is
    configured.

    \b
    LEAVER_EVIDENCE_KEY_FILE      the file of the private key that signs (LEAVER_EVIDENCE_KEY: the key itself)
    LEAVER_EVIDENCE_DATABASE_URL  keep it in PostgreSQL; else LEAVER_DATABASE_URL, else files

    \b
    Examples:
      leaver evidence show acme dana.reyes
      leaver evidence verify
      leaver evidence export acme
    """


def opened(session: Session, database: str | None) -> Evidence:
    """The store of this project, to read from and to write to."""
    from leaver.evidence import key_of, open_store

    if database and not database.startswith("postgres"):
        raise UsageError("--database: is not the address of a PostgreSQL database. Write postgresql://…")
    return open_store(session.home, database=database, key=key_of(session.environ))


def heads(session: Session) -> dict[str, dict[str, Any]]:
    """How much evidence there is of each client, and the hash of the last entry. Never raises: it is only shown."""
    from leaver.evidence import configured

    found: dict[str, dict[str, Any]] = {}
    try:
        with configured(session.home, session.environ) as store:
            for client in store.clients():
                try:
                    head = store.head(client)
                except LeaverError as fault:
                    complain(str(fault))
                    continue
                if head is not None:
                    found[client] = {"entries": head.count, "head": head.sha256}
    except LeaverError as fault:
        complain(str(fault))
    return found


@evidence.command(short_help="Find any change, gap, reordering or truncation.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option(
    "--head", "anchor", metavar="HASH", help="The hash of an entry, noted earlier: still there? One CLIENT."
)
@click.option(
    "--keys",
    "keys_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The public keys that you trust; else those kept beside the evidence.",
)
@database_option
@as_json_option
@with_session
def verify(
    session: Session,
    clients: tuple[str, ...],
    anchor: str | None,
    keys_file: Path | None,
    database: str | None,
    as_json: bool,
) -> int:
    """Read the evidence of CLIENT, or of all clients, and name every entry that was changed, taken out, put in, moved
    or signed by a key that is not trusted.

    Somebody who can write the files can write an unsigned chain anew, or take the last entries away together with
    the checkpoint. So note the hash that this prints in a place of its own, and give it back later with --head; and
    keep the public keys elsewhere for --keys. Ends with 1 when anything is wrong.

    \b
    Examples:
      leaver evidence verify
      leaver evidence verify acme --keys auditor/keys --head 3f7a…
      leaver evidence verify --json | jq '.[] | {client, ok, count, head}'
    """
    from leaver.evidence.keys import read_public

    if anchor is not None and len(clients) != 1:
        raise UsageError("--head: is of one chain. Name its client.")
    keys = read_public(keys_file) if keys_file is not None else None
    with opened(session, database) as store:
        known = store.clients()
        found = [
            store.verify(each, keys=keys, anchor=anchor.strip().lower() if anchor else None)
            for each in clients or known
        ]
    missing = [each for each in clients if each not in known]
    if as_json:
        say_json([{**each.to_json(), "missing": each.client in missing} for each in found])
    else:
        for each in found:
            _tell_findings(each, each.client in missing)
        if not found:
            say("no evidence yet")
    return EXIT_PROBLEMS if missing or not all(each.ok for each in found) else EXIT_CLEAN


def _tell_findings(found: Findings, missing: bool) -> None:
    for problem in found.problems:
        complain(str(problem))
    if missing:
        complain(
            f"{found.client}: there is no evidence. Check the client's name, LEAVER_HOME and --database."
        )
        return
    said = count(found.count, "entry", "entries")
    signed = "not signed" if not found.signed else "signed by " + ", ".join(found.signed)
    if not found.ok:
        said = f"{count(len(found.problems), 'fault')} in {said}"
        say(f"{found.client}: {click.style('CHANGED', fg='red')}: {said}, {signed}")
    else:
        say(f"{found.client}: {click.style('sound', fg='green')}: {said}, {signed}; head {found.sha256}")
    for note in found.notes:
        say(f"  note: {terminal(note)}")


@evidence.command(short_help="What was done, when, and on whose word.")
@click.argument("client")
@click.argument("person", required=False)
@click.option(
    "--since", metavar="TIME", help="From this moment on, such as 2026-11-27 17:00, in the client's zone."
)
@database_option
@as_json_option
@with_session
def show(
    session: Session, client: str, person: str | None, since: str | None, database: str | None, as_json: bool
) -> None:
    """List the evidence of CLIENT, or of one PERSON there, oldest first; times are the client's and UTC.

    \b
    Examples:
      leaver evidence show acme
      leaver evidence show acme dana.reyes --since '2026-11-27 17:00'
      leaver evidence show acme --json | jq '.[] | select(.entry.outcome == "failed")'
    """
    zone = _zone(session, client)
    start = moment_of(since, zone) if since else None
    with opened(session, database) as store:
        chosen = [
            each
            for each in store.read(client)
            if (person is None or each.entry.person == person) and (start is None or each.entry.at >= start)
        ]
    if as_json:
        say_json([_as_json(each) for each in chosen])
        return
    for each in chosen:
        for told in _told(each, zone):
            say(told)
    if not chosen:
        say("no evidence" + (f" of {terminal(person)}" if person else ""))


def _zone(session: Session, client: str) -> str:
    try:
        return session.estate([client]).clients[client].settings.zone or "UTC"
    except LeaverError:
        # A client that has gone has evidence still.
        return "UTC"


def _as_json(stored: Stored) -> dict[str, Any]:
    from leaver.evidence.form import entry_to_json

    return {
        "number": stored.number,
        "entry": entry_to_json(stored.entry),
        "previous": stored.previous,
        "sha256": stored.sha256,
        "key": stored.key,
    }


def _told(stored: Stored, zone: str) -> Iterator[str]:
    entry = stored.entry
    at = entry.at.astimezone(ZoneInfo(zone))
    shown = f"{at:%Y-%m-%d %H:%M:%S %Z}" + ("" if zone == "UTC" else f" ({entry.at:%H:%M:%S} UTC)")
    who = " ".join(
        part for part in (entry.person, f"in {entry.directory}" if entry.directory else "") if part
    )
    what = " ".join(part for part in (entry.kind.value, entry.step) if part)
    outcome = f": {entry.outcome.value}" if entry.outcome else ""
    yield f"{stored.number:>5}  {shown}  {terminal(f'{who} {what}'.strip())}{outcome}"
    for detail in _details(entry, zone):
        yield f"       {terminal(detail)}"


def _details(entry: Entry, zone: str) -> Iterator[str]:
    from leaver.model import local

    if entry.why:
        yield entry.why
    yield from _seen(entry.seen)
    if entry.agreed is not None and entry.lateness is not None:
        seconds = entry.lateness.total_seconds()
        yield f"agreed {local(entry.agreed, zone)}, {abs(seconds):.3f} s {'later' if seconds >= 0 else 'before'}"
    if entry.asked_by:
        yield f"asked by {entry.asked_by}"
    if entry.approved_by:
        yield f"approved by {', '.join(entry.approved_by)}"
    if entry.commit or entry.plan:
        yield ", ".join(
            f"{name} {text}" for name, text in (("commit", entry.commit), ("plan", entry.plan)) if text
        )
    if entry.request_id or entry.directory_date:
        theirs = f"{entry.directory_date:%Y-%m-%d %H:%M:%S} UTC by its clock" if entry.directory_date else ""
        request = f"request {entry.request_id}" if entry.request_id else ""
        yield f"the directory's answer: {', '.join(part for part in (request, theirs) if part)}"


def _seen(seen: Mapping[str, Any]) -> Iterator[str]:
    """What was read back, in some lines; `--json` has all of it."""
    plain = [f"{name} {value}" for name, value in seen.items() if isinstance(value, str | int)]
    if plain:
        yield line(f"seen: {', '.join(plain)}", _WIDEST)
    for name, value in seen.items():
        if isinstance(value, Mapping):
            yield line(f"{name}: {', '.join(f'{key} {each}' for key, each in value.items())}", _WIDEST)
        elif isinstance(value, list) and value:
            rows = [_row(each) if isinstance(each, Mapping) else str(each) for each in value]
            yield line(f"{name}: {'; '.join(rows)}", _WIDEST)


def _row(found: Mapping[str, Any]) -> str:
    """One of several things: what it is first, then how it ended, then the rest."""
    names = sorted(found, key=lambda name: (name != "step", name != "result", name))
    return ", ".join(str(found[name]) for name in names)
