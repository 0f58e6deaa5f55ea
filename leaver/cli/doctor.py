"""`leaver doctor`: what a run would use, and what it would miss."""

from __future__ import annotations

from dataclasses import asdict

import click

from leaver.cli.checkup import checkup
from leaver.cli.command import command
from leaver.cli.output import count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS
from leaver.escape import terminal

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


@command(short_help="What a run would use here, and what is missing.")
@click.option("--offline", is_flag=True, help="Ask no directory which permissions Leaver has there.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def doctor(session: Session, offline: bool, as_json: bool) -> int:
    """Tell what a run would use here: engine, plugins, backend, sandbox, credentials, permissions.

    Signs in to every directory that there are credentials for, and changes nothing there. Ends with 1 when something
    is missing without which no run works; warnings do not count.

    \b
    Examples:
      leaver doctor
      leaver doctor --offline
      leaver doctor --json | jq '.[] | select(.level != "ok")'
    """
    findings = list(checkup(session, ask=not offline))
    failed = sum(finding.level == "fail" for finding in findings)
    if as_json:
        say_json([asdict(finding) for finding in findings])
        return EXIT_PROBLEMS if failed else EXIT_CLEAN
    for finding in findings:
        mark = click.style(f"{finding.level:<4}", fg=_COLOURS[finding.level])
        say(f"{mark}  {finding.subject}: {terminal(finding.found)}")
        if finding.remedy:
            say(f"      {terminal(finding.remedy)}")
    warned = sum(finding.level == "warn" for finding in findings)
    say(f"{count(len(findings), 'check')}: {failed} failed, {count(warned, 'warning')}")
    return EXIT_PROBLEMS if failed else EXIT_CLEAN
