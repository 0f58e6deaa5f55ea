"""`leaver evidence report`: what happened to somebody's access, for people who did not see it happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from leaver.cli.command import command
from leaver.cli.due import Span
from leaver.cli.evidence import database_option, opened
from leaver.cli.evidence_facts import one_departure
from leaver.cli.evidence_paper import output_option, written
from leaver.cli.output import say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.evidence import Evidence
    from leaver.evidence.report.period import PeriodReport
    from leaver.evidence.report.values import DepartureReport

_format = click.option(
    "--format",
    "form",
    type=click.Choice(["html", "pdf", "json"]),
    help="Of the file; else that of its name, else html.",
)
_json = click.option("--json", "as_json", is_flag=True, help="Print the report as JSON; moments are UTC.")
_SHOWN = 20


@command("report", short_help="A departure, or all of a period: HTML, PDF or JSON, for people and auditors.")
@click.argument("client", required=False)
@click.argument("person", required=False)
@click.option(
    "--from", "since", metavar="DATE", help="From this day on, or this moment, in the client's zone."
)
@click.option("--to", "until", metavar="DATE", help="Up to the end of this day, or this moment; else now.")
@click.option(
    "--since", "back", type=Span(), metavar="SPAN", help="Of the time back to SPAN ago, such as 90d."
)
@_format
@output_option
@database_option
@_json
@with_session
def report(
    session: Session,
    client: str | None,
    person: str | None,
    since: str | None,
    until: str | None,
    back: timedelta | None,
    form: str | None,
    output: Path | None,
    database: str | None,
    as_json: bool,
) -> int:
    """Make the report of PERSON's departure from CLIENT; without PERSON, of all departures in a time; without
    CLIENT, at all clients.

    One page says what happened in plain words, with a timeline; then comes every step with what was read back, the
    directory's own request IDs, what the person had, the tasks by hand, the controls (CIS, NIST) with what proves
    each, and how to see that nobody changed the evidence. It reads the evidence and the records; it asks no
    directory. Ends with 1 when a departure is not complete, or the evidence does not verify.

    \b
    Examples:
      leaver evidence report acme dana.reyes
      leaver evidence report acme dana.reyes --output dana.pdf
      leaver evidence report acme --from 2026-10-01 --to 2026-12-31 --format pdf
      leaver evidence report --since 90d --json
    """
    timed = since is not None or until is not None or back is not None
    if person is not None and timed:
        raise UsageError(
            "report: a person's departure has no period. Leave PERSON out, or --from, --to, --since."
        )
    if since is not None and back is not None:
        raise UsageError("report: --from and --since both say where it begins. Give one of them.")
    with opened(session, database) as store:
        if client is not None and person is not None:
            return _of_person(session, store, client, person, form, output, as_json)
        return _of_period(session, store, client, (since, until, back), form, output, as_json)


def _of_person(
    session: Session,
    store: Evidence,
    client: str,
    person: str,
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    from leaver.evidence.report.departure_document import departure_document
    from leaver.evidence.report.json_form import departure_json

    made = one_departure(session, store, client, person)
    stem = f"departure-{client}-{person}"
    file = written(
        lambda: departure_document(made), lambda: departure_json(made), stem, form, output, as_json
    )
    if as_json:
        say_json(departure_json(made))
    elif file is not None:
        _tell(made, file)
    return EXIT_CLEAN if made.verdict == "complete" else EXIT_PROBLEMS


def _tell(made: DepartureReport, file: str) -> None:
    from leaver.evidence.report import words

    facts = made.facts
    colour = {"complete": "green", "open": "yellow"}.get(made.verdict.value, "red")
    ended = ""
    if made.ended is not None:
        ended = f": access ended {words.short(made.ended, facts.zone)}"
        if made.lateness is not None:
            ended += f", {words.against(made.lateness, made.counted_from)}"
    who = terminal(f"{facts.name} at {facts.client_name}")
    say(f"{who}: {click.style(made.verdict.value, fg=colour)}{ended}")
    _say_left([reason.text for reason in made.reasons])
    say(f"  report    {terminal(file)}")
    state = "sound" if made.findings.ok else click.style("CHANGED", fg="red")
    say(f"  evidence  {words.count(made.entries, 'entry', 'entries')}, {state}; head {made.findings.sha256}")
    say(f"  verify    {made.how_to_verify}")


def _say_left(reasons: Sequence[str]) -> None:
    for text in reasons[:_SHOWN]:
        say(f"  - {terminal(text)}")
    if len(reasons) > _SHOWN:
        say(f"  and {len(reasons) - _SHOWN} more, in the report")


def _of_period(
    session: Session,
    store: Evidence,
    client: str | None,
    span: tuple[str | None, str | None, timedelta | None],
    form: str | None,
    output: Path | None,
    as_json: bool,
) -> int:
    from leaver.cli.evidence_period import period
    from leaver.evidence.report.json_form import period_json
    from leaver.evidence.report.period_document import period_document

    made = period(session, store, client, span)
    first, last = (
        at.astimezone(ZoneInfo(made.zone)) for at in (made.since, made.until - timedelta(microseconds=1))
    )
    stem = f"departures-{client or 'all'}-{first:%Y-%m-%d}-{last:%Y-%m-%d}"
    file = written(lambda: period_document(made), lambda: period_json(made), stem, form, output, as_json)
    if as_json:
        say_json(period_json(made))
    elif file is not None:
        _tell_period(made, file)
    return EXIT_CLEAN if made.complete else EXIT_PROBLEMS


def _tell_period(made: PeriodReport, file: str) -> None:
    from leaver.evidence.report import words
    from leaver.evidence.report.values import Verdict

    done = made.counted(Verdict.COMPLETE)
    colour = "green" if made.complete else "yellow"
    said = f"{words.count(len(made.departures), 'departure')}, {done} complete"
    say(f"{terminal(made.title)}: {click.style(said, fg=colour)}")
    if made.lateness is not None:
        found = made.lateness
        say(
            f"  lateness  median {words.late(found.p50)}, 95th percentile {words.late(found.p95)}, "
            f"worst {words.late(found.worst)}; exposure {words.span(made.exposure)}"
        )
    _say_left(
        [
            *made.problems,
            *(
                f"{each.facts.client}/{each.facts.person}: {each.verdict.value}: {each.reasons[0].text}"
                for each in made.departures
                if each.reasons
            ),
        ]
    )
    say(f"  report    {terminal(file)}")
    for client, each in sorted({each.facts.client: each for each in made.departures}.items()):
        say(f"  verify    {client}: {each.how_to_verify}")
