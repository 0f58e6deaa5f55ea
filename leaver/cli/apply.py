"""`leaver apply`: does what a preview shows, and reads it back."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.fleet import clients_argument, json_option, open_fleet, policies_of
from leaver.cli.output import complain, count, say_json
from leaver.cli.reports import apply_code, tell_apply, tell_policies, tell_previews
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, LeaverError, UsageError

if TYPE_CHECKING:
    from leaver.fleet import PreviewReport
    from leaver.plan import Plan
    from leaver.source import Estate


@command(short_help="Do what a preview shows, and read it back.")
@clients_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--approved",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Do nothing that this plan does not name: of `leaver preview --since`, or `--json`.",
)
@json_option
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
    with open_fleet(session, estate) as fleet:
        previews = fleet.preview(sorted(estate.clients), now)
    if plan is not None:
        from leaver.fleet.approval import held_to, held_to_overrides

        previews = held_to_overrides(plan, previews, estate.clients, now)
        previews = held_to(plan, previews, estate.clients, now)
    if not as_json:
        tell_previews(previews, estate)
        tell_policies(policies_of(estate, now))
    if not yes and not _agreed(previews):
        return EXIT_PROBLEMS
    with open_fleet(session, estate) as fleet:
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
    if plan.obstacles:
        raise LeaverError(
            "\n".join([f"{file}: the plan was refused, and nothing is applied:", *plan.obstacles])
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
