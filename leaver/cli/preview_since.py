"""`leaver preview --since`: what a change of the records does, told without credentials, engine or network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leaver.cli.output import complain, say, say_json, write_file
from leaver.cli.session import Session, moment_of
from leaver.errors import EXIT_PROBLEMS, RecordsError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.fleet import PreviewReport
    from leaver.plan import Plan
    from leaver.source import Estate
    from leaver.source.baseline import Baseline

    Previews = Callable[[Estate, datetime], list[PreviewReport]]

FORMATS = ("text", "markdown", "json", "html")
_COLOURS = {"takes": "red", "gives": "green", "changes": "yellow", "refuses": "red"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for beside the commit: how to show the plan, and where."""

    form: str = "text"
    output: Path | None = None
    longest: int | None = None
    whole_at: str | None = None


def preview_since(
    session: Session,
    clients: Sequence[str],
    since: str,
    moment: str | None,
    wanted: Wanted,
    previews: Previews | None = None,
) -> int:
    """Show the plan of what differs from the commit `since`; the exit code.

    `previews` asks the engine, with credentials, where that is wanted; what it says is merged in.
    """
    from leaver.cli.check import as_json_of
    from leaver.plan.making import Caches, make
    from leaver.source.baseline import baseline

    session.known(clients)
    try:
        base = baseline(session.root, since)
        now = _moment(session, base, clients, moment)
        here = session.record_cache(session.root)
        plan = make(base, now, clients, Caches(here, here.with_name("base")))
    except RecordsError as error:
        # As `leaver check` reports it: records that are not sound have no plan.
        if wanted.form == "json":
            say_json(as_json_of(None, error.problems, []))
        for problem in error.problems if wanted.form != "json" else ():
            say(terminal(str(problem)))
        complain(
            f"preview: there is no plan of records with problems. Correct them; see: leaver check --since {since}"
        )
        return EXIT_PROBLEMS
    if previews is not None:
        plan = _merged(session, plan, previews)
    _show(plan, wanted)
    return plan.exit_code


def _moment(session: Session, base: Baseline, clients: Sequence[str], text: str | None) -> datetime:
    if text is None:
        return session.now()
    chosen = [key for key in base.changed if not clients or key in clients]
    zones = {client.zone for client in session.estate(chosen).clients.values()} if chosen else {"UTC"}
    return moment_of(text, zones.pop() if len(zones) == 1 else None)


def _show(plan: Plan, wanted: Wanted) -> None:
    text = _text(plan, wanted)
    if wanted.output is None:
        click.echo(text, nl=False)
        return
    write_file(wanted.output, click.unstyle(text).encode())
    complain(f"plan {plan.short_hash} is in {wanted.output}")


def _text(plan: Plan, wanted: Wanted) -> str:
    if wanted.form == "json":
        from leaver.plan.document import dump

        return dump(plan)
    if wanted.form == "html":
        from leaver.plan.page import render

        return render(plan)
    if wanted.form == "markdown":
        from leaver.plan import markdown

        whole = wanted.whole_at or f"For the whole run: leaver preview --since {plan.since}"
        return markdown.render(plan, whole, wanted.longest or markdown.LIMIT)
    from leaver.plan.text import lines

    return "".join(f"{_styled(role.value, line)}\n" for role, line in lines(plan))


def _styled(role: str, line: str) -> str:
    if role == "title":
        return click.style(line, bold=True)
    return click.style(line, fg=_COLOURS[role]) if role in _COLOURS else line


def _merged(session: Session, plan: Plan, previews: Previews) -> Plan:
    """The plan with what the engine would do, and with the differences between the two views."""
    from leaver.fleet.approval import held_to_overrides
    from leaver.fleet.views import merged

    keys = [change.key for change in plan.clients]
    if not keys:
        return plan
    estate = session.estate(keys)
    held = held_to_overrides(plan, previews(estate, plan.now), estate.clients, plan.now)
    reports = {report.client: report for report in held}
    return replace(
        plan,
        engine={
            change.key: merged(change, estate.clients[change.key], reports[change.key], plan.now)
            for change in plan.clients
        },
    )
