"""`leaver verify`: what the directories show, against the records."""

from __future__ import annotations

from leaver.cli.command import command
from leaver.cli.fleet import clients_argument, json_option, open_fleet
from leaver.cli.output import complain, say_json
from leaver.cli.reports import tell_verify, verify_code
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN


@command(short_help="Read the directories back and list every difference.")
@clients_argument
@json_option
@with_session
def verify(session: Session, clients: tuple[str, ...], as_json: bool) -> int:
    """Ask the directories themselves, not Pulumi's state, and list whatever is not as the records want it.

    Changes nothing. Ends with 1 when something differs, with 3 when a directory could not be read.

    \b
    Examples:
      leaver verify
      leaver verify acme --json | jq '.[].differences'
    """
    estate = session.estate(clients)
    with open_fleet(session, estate) as fleet:
        reports = fleet.verify(sorted(estate.clients), session.now())
    if as_json:
        say_json([report.to_json() for report in reports])
    else:
        for report in reports:
            tell_verify(report, estate)
            for fault in report.evidence.faults:
                complain(f"EVIDENCE NOT WRITTEN: {fault}")
            for note in report.evidence.notes:
                complain(note)
    return max((verify_code(report) for report in reports), default=EXIT_CLEAN)
