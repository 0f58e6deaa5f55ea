"""`leaver preview`, `leaver apply`, `leaver verify`: runs over clients, told in people's words."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from leaver.cli.command import command
from leaver.cli.local_state import make_state_folder
from leaver.cli.output import complain, count, say_json
from leaver.cli.reports import apply_code, tell_apply, tell_policies, tell_previews, tell_verify, verify_code
from leaver.cli.session import Session, moment_of, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, LeaverError, UsageError

if TYPE_CHECKING:
    from leaver.fleet import Fleet, PreviewReport
    from leaver.plan import Plan
    from leaver.source import Estate
    from leaver.source.judged import Judged


def _complete(context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    from leaver.source import client_keys

    session: Session = context.find_root().obj or Session()
    try:
        return [CompletionItem(key) for key in client_keys(session.root) if key.startswith(begun)]
    except LeaverError:
        return []


_clients = click.argument("clients", nargs=-1, metavar="[CLIENT]...", shell_complete=_complete)
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@contextmanager
def _fleet(session: Session, estate: Estate) -> Iterator[Fleet]:
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


@command(short_help="What would change, for whom, now or at a moment.")
@_clients
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
@_json
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
    with _fleet(session, estate) as fleet:
        reports = fleet.preview(sorted(estate.clients), now)
    broken = _policies(estate, now)
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
        with _fleet(session, estate) as fleet:
            return fleet.preview(sorted(estate.clients), now)

    return previews


def _policies(estate: Estate, now: datetime) -> list[Judged]:
    """What the records break of the policies. An apply is not refused for it: it may be somebody's departure."""
    from leaver.source.judged import judged

    return judged(estate, estate.clients, now)


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


@command(short_help="Do what a preview shows, and read it back.")
@_clients
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--approved",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Do nothing that this plan does not name: of `leaver preview --since`, or `--json`.",
)
@_json
@with_session
def apply(session: Session, clients: tuple[str, ...], yes: bool, approved: Path | None, as_json: bool) -> int:
    """Make the directories match the records, and read them back.

    Previews all the clients first, asks, and then does nothing that the preview did not name. A client counts
    as done only when its directories show it (`verified`); `partial` and `failed` end with another exit code
    than 0. A fault at one client stops no other.

    With --approved it works on the clients of that plan, refuses records that are not the plan's, and refuses a
    client at which something would be done that the plan does not name.

    \b
    Examples:
      leaver apply acme
      leaver apply --yes
      leaver apply --approved plan.json --yes
      leaver apply --yes --json | jq '.[] | {client, outcome}'
    """
    if not yes and (as_json or not _somebody_is_there()):
        raise UsageError("apply: there is nobody to ask. Add --yes, after a look at `leaver preview`.")
    plan, approval = _approved(approved, clients) if approved else (None, None)
    estate = session.estate(clients) if plan is None else _estate_of(session, plan)
    now = session.now()
    with _fleet(session, estate) as fleet:
        previews = fleet.preview(sorted(estate.clients), now)
    if plan is not None:
        from leaver.fleet.approval import held_to

        previews = held_to(plan, previews, estate.clients, now)
    if not as_json:
        tell_previews(previews, estate)
        tell_policies(_policies(estate, now))
    if not yes and not _agreed(previews):
        return EXIT_PROBLEMS
    with _fleet(session, estate) as fleet:
        reports = fleet.apply(previews, now, plan=approval) if approval else fleet.apply(previews, now)
    if as_json:
        say_json([report.to_json() for report in reports])
    else:
        told = {preview.error for preview in previews}
        for report in reports:
            tell_apply(report, estate, told)
    return max((apply_code(report) for report in reports), default=EXIT_CLEAN)


def _approved(file: Path, clients: Sequence[str]) -> tuple[Plan, str]:
    """The plan in the file, of these clients only where some are named; and the hash of all of it."""
    from leaver.plan.document import load

    plan = load(file.read_text(encoding="utf-8", errors="replace"), str(file))
    if plan.refusals:
        raise LeaverError(
            "\n".join([f"{file}: the plan was refused, and nothing is applied:", *plan.refusals])
        )
    known = {change.key for change in plan.clients}
    if unnamed := [key for key in clients if key not in known]:
        raise UsageError(
            f"{file}: the plan does not name {', '.join(unnamed)}. It names: {', '.join(sorted(known)) or 'nobody'}."
        )
    return (plan.only(clients) if clients else plan), plan.hash


def _estate_of(session: Session, plan: Plan) -> Estate:
    """The records of the plan's clients. Raises NotApproved when they are not those of the plan."""
    from leaver.fleet.approval import refuse_other_records
    from leaver.source import Estate, client_keys

    here = client_keys(session.root)
    keys = [change.key for change in plan.clients if change.key in here]
    estate = session.estate(keys) if keys else Estate({})
    refuse_other_records(plan, estate.clients)
    return estate


def _somebody_is_there() -> bool:
    return sys.stdin.isatty()


def _agreed(previews: Sequence[PreviewReport]) -> bool:
    changes = sum(len(report.changes.changes) for report in previews if report.changes)
    if not changes:
        return True
    clients = sum(1 for report in previews if report.changes and report.changes.changes)
    if click.confirm(f"Apply {count(changes, 'change')} at {count(clients, 'client')}?", err=True):
        return True
    complain("apply: nothing was changed")
    return False


@command(short_help="Read the directories back and list every difference.")
@_clients
@_json
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
    with _fleet(session, estate) as fleet:
        reports = fleet.verify(sorted(estate.clients), session.now())
    if as_json:
        say_json([report.to_json() for report in reports])
    else:
        for report in reports:
            tell_verify(report, estate)
            for fault in report.evidence.faults:
                complain(f"EVIDENCE NOT WRITTEN: {fault}")
    return max((verify_code(report) for report in reports), default=EXIT_CLEAN)
