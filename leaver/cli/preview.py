"""`leaver preview`: what would change, told in people's words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.fleet import clients_argument, json_option, open_fleet, policies_of
from leaver.cli.output import say_json
from leaver.cli.reports import tell_policies, tell_previews
from leaver.cli.session import Session, moment_of, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, UsageError

if TYPE_CHECKING:
    from leaver.fleet import PreviewReport
    from leaver.source import Estate
    from leaver.source.judged import Judged


@command(short_help="What would change, for whom, now or at a moment.")
@clients_argument
@click.option(
    "--at",
    "moment",
    metavar="TIME",
    help="At this moment instead of now: 2026-11-27 17:00, in the client's zone.",
)
@click.option("--since", metavar="REF", help="What the records change since this commit; no credentials.")
@click.option(
    "--with-engine", is_flag=True, help="With --since: ask the directories too, and merge both views."
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "markdown", "json", "html"]),
    help="With --since: how to show the plan.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --since: write it there.",
)
@click.option(
    "--longest",
    type=click.IntRange(2_000, 65_536),
    metavar="N",
    help="With --format markdown: at most so many characters.",
)
@click.option("--whole-at", metavar="TEXT", help="With --format markdown: where the whole is, if it is cut.")
@json_option
@with_session
def preview(
    session: Session,
    clients: tuple[str, ...],
    moment: str | None,
    since: str | None,
    with_engine: bool,
    form: str | None,
    output: Path | None,
    longest: int | None,
    whole_at: str | None,
    as_json: bool,
) -> int:
    """Show what `leaver apply` would do: who loses which access, in which directory, and why.

    Also shows what the records and the resources break of the policies then; a mandatory one ends with exit
    code 1. Changes nothing. Without CLIENT it previews all. With --at it shows what will be done at a later moment,
    as things stand today; a time without an offset is local in the client's zone.

    With --since it compares the records with those of a commit, and asks nobody: who joins, moves and leaves,
    from when, what each loses, what happens by itself, new breaks of policies, limits used. A limit that is
    exceeded and a mandatory policy end with exit code 1. The plan has a hash; `leaver apply --approved` takes
    its file (--format json) and does nothing else.

    \b
    Examples:
      leaver preview acme
      leaver preview acme --at '2026-11-27 17:00'
      leaver preview --since origin/main
      leaver preview --since origin/main --with-engine --format json --output plan.json
      leaver preview --json | jq '.[] | select(.ok | not) | .client'
    """
    if since is not None:
        from leaver.cli.preview_since import Wanted, preview_since

        wanted = Wanted("json" if as_json else form or "text", output, longest, whole_at)
        asked = _previews(session) if with_engine else None
        return preview_since(session, clients, since, moment, wanted, asked)
    if with_engine or form or output or longest or whole_at:
        raise UsageError("preview: these options are for a comparison. Add --since REF.")
    estate = session.estate(clients)
    now = _moment(session, estate, moment)
    with open_fleet(session, estate) as fleet:
        reports = fleet.preview(sorted(estate.clients), now)
    broken = policies_of(estate, now)
    if as_json:
        from leaver.plan.document import records_of

        say_json(
            [
                report.to_json()
                | {"policies": _of(report.client, broken)}
                | {"records": records_of(estate.clients[report.client])}
                for report in reports
            ]
        )
    else:
        tell_previews(reports, estate)
        tell_policies(broken)
    codes = [report.exit_code for report in reports]
    declared = [each for report in reports if report.changes for each in report.changes.policies]
    mandatory = any(each.mandatory for each in broken) or any(each.mandatory for each in declared)
    return max([*codes, EXIT_PROBLEMS if mandatory else EXIT_CLEAN])


def _previews(session: Session) -> Callable[[Estate, datetime], list[PreviewReport]]:
    def previews(estate: Estate, now: datetime) -> list[PreviewReport]:
        with open_fleet(session, estate) as fleet:
            return fleet.preview(sorted(estate.clients), now)

    return previews


def _of(client: str, broken: Sequence[Judged]) -> list[dict[str, str]]:
    return [
        {"policy": each.policy, "level": each.level.value, "text": str(each.problem)}
        for each in broken
        if each.problem.place.file.startswith(f"identities/{client}/")
    ]


def _moment(session: Session, estate: Estate, text: str | None) -> datetime:
    if text is None:
        return session.now()
    zones = {client.settings.zone for client in estate.clients.values()}
    return moment_of(text, zones.pop() if len(zones) == 1 else None)
