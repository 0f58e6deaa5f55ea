"""`leaver evidence letter`: what somebody signed, and what of it goes on after they left."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.evidence import database_option, opened
from leaver.cli.evidence_facts import one_departure
from leaver.cli.evidence_paper import form_of, output_option, put
from leaver.cli.output import complain, say, say_json
from leaver.cli.recording import operator_of
from leaver.cli.session import Session, with_session
from leaver.cli.words import tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, RecordsError, UsageError
from leaver.escape import line, terminal

if TYPE_CHECKING:
    from leaver.evidence import Entry
    from leaver.evidence.report.letter import Letter


@command("letter", short_help="The exit letter: what was signed, what goes on, and until when.")
@click.argument("client", required=False)
@click.argument("person", required=False)
@click.option(
    "--format", "form", type=click.Choice(["html", "pdf"]), help="Else that of the file's name, else html."
)
@output_option
@click.option(
    "--text", "show_text", is_flag=True, help="Print the text without its values, to write an own one."
)
@click.option("--operator", metavar="NAME", help="Who writes it; else git's user.name and user.email.")
@database_option
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@with_session
def letter(
    session: Session,
    client: str | None,
    person: str | None,
    form: str | None,
    output: Path | None,
    show_text: bool,
    operator: str | None,
    database: str | None,
    as_json: bool,
) -> int:
    """Write the letter to PERSON who leaves CLIENT: what they signed (`nda` of their record), what of it goes on and
    until when, and what to give back.

    A client may have a text of its own, identities/CLIENT/letters/exit.txt: plain text, with named fields in braces
    and nothing else in it that does anything. Ends with 1 when the record has no `nda`; the letter says so, too.

    The evidence gets an entry: who wrote it and when, and the SHA-256 of the file; not what is in it.

    \b
    Examples:
      leaver evidence letter acme dana.reyes
      leaver evidence letter acme dana.reyes --output dana-exit.pdf
      leaver evidence letter --text > identities/acme/letters/exit.txt
    """
    from leaver.evidence.keep import keep
    from leaver.evidence.report import letter as letters
    from leaver.evidence.store import DATABASE
    from leaver.source.letter import exit_text, letter_file

    own = exit_text(session.root, client) if client is not None and client in _folders(session) else None
    text = letters.default_text() if own is None else own
    if show_text:
        say(text.rstrip("\n"))
        for name, what in letters.FIELDS.items():
            complain(f"{{{name}}}: {what}")
        return EXIT_CLEAN
    if client is None or person is None:
        raise UsageError("letter: whose? Name CLIENT and PERSON.")
    if own is not None and (problems := letters.problems_of(own, letter_file(client))):
        raise RecordsError(problems)
    with opened(session, database) as store:
        known = one_departure(session, store, client, person)
    made = letters.letter(known.facts, known.ended, session.now(), text)
    chosen = form or form_of(output)
    if chosen == "json":
        raise UsageError(f"{output}: a letter is html or pdf. Name another file, or add --json.")
    data = letters.letter_pdf(made) if chosen == "pdf" else letters.letter_html(made).encode()
    file = put(data, output, f"exit-letter-{client}-{person}.{chosen}")
    entry = _entry(client, person, made, data, file, str(operator_of(session, operator)))
    environ = {**session.environ, **({DATABASE: database} if database else {})}
    kept = keep([entry], session.home, environ)
    if as_json and file is not None:
        said = {"file": file, "sha256": sha256(data).hexdigest(), "made": made.made.isoformat()}
        say_json({**made.to_view(), **said, "evidence": kept.to_json()})
    elif file is not None:
        say(terminal(f"{known.facts.name} at {known.facts.client_name}: {file}"))
    tell_evidence(kept, quiet=True)
    if made.missing is not None:
        complain(made.missing)
    return EXIT_CLEAN if made.missing is None and kept.ok else EXIT_PROBLEMS


def _entry(client: str, person: str, made: Letter, data: bytes, file: str | None, by: str) -> Entry:
    """What the evidence tells of a letter; `file` is None for the standard output."""
    from leaver.evidence import Entry, Kind, Outcome

    return Entry(
        kind=Kind.LETTER,
        client=client,
        at=made.made,
        person=person,
        outcome=Outcome.DONE,
        why=made.missing or "",
        asked_by=by,
        seen={
            "file": line(Path(file).name) if file is not None else "standard output",
            "sha256": sha256(data).hexdigest(),
        },
    )


def _folders(session: Session) -> tuple[str, ...]:
    from leaver.source import client_keys

    return client_keys(session.root)
