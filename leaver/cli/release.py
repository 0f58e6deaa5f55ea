"""`leaver release`: the phone call. Access ends within seconds, and then the record says so."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import TYPE_CHECKING

import click

from leaver.cli.command import command
from leaver.cli.output import complain, say_json
from leaver.cli.release_job import ReleaseJob
from leaver.cli.release_report import exit_code, tell_cut, tell_rest, tell_trouble, to_json
from leaver.cli.session import Session, with_session
from leaver.cli.words import tell_evidence
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, LeaverError, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.actions import ReleaseReport
    from leaver.source.single import Single


@command(short_help="End somebody's access now: the phone call.")
@click.argument("client")
@click.argument("person")
@click.option("--reason", metavar="TEXT", help="Why, for the record and the commit.")
@click.option("--operator", metavar="NAME", help="Who gives the word; else git's user.name and user.email.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def release(
    session: Session,
    client: str,
    person: str,
    reason: str | None,
    operator: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Cut PERSON's access at CLIENT now, in every directory, and at every client that knows the same username.

    Goes straight to the directories, all at the same time: disables, revokes sessions and tokens, reads both
    back. It waits for no update, lock, limit or hold, and works while Pulumi or the scheduler is down. Only a
    break-glass account (`protected.accounts` in client.yaml) is refused. Doing it again does no harm. A directory
    that fails is tried again for a minute; the others are done by then.

    Then the record gets `released:`, which is committed and pushed alone. PERSON is the record's key, or the
    username of an account that no record has.

    Ends with 0 when all access is read back as ended, with 3 when a directory failed, with 1 when something
    else is left to do.

    \b
    Examples:
      leaver release acme dana.reyes
      leaver release acme dana.reyes --yes --reason 'call from HR, 16:40'
      leaver release acme old.account@acme.example --yes
      leaver release acme dana.reyes --yes --json | jq '.clients[].directories[] | {directory, result, at}'
    """
    if not yes and (as_json or not _is_terminal()):
        raise UsageError("release: there is nobody to ask. Add --yes.")
    from leaver.source.single import load_single

    first = load_single(session.root, client, person, cache=session.record_cache(session.root))
    _refuse_protected(first)
    job = ReleaseJob(session, first, operator, reason, session.now())
    if not yes and not _agreed(job):
        return EXIT_PROBLEMS
    on_cut = _say_nothing if as_json else partial(tell_cut, job)
    report, records, kept = asyncio.run(job.run(tell_trouble, on_cut, partial(tell_evidence, quiet=True)))
    if as_json:
        say_json({**to_json(job, report, records), "evidence": kept.to_json()})
    else:
        tell_rest(job, report, records)
    tell_evidence(kept, quiet=as_json)
    return max(exit_code(job, report, records), EXIT_CLEAN if kept.ok else EXIT_PROBLEMS)


def _refuse_protected(first: Single) -> None:
    """Nothing is cut, at any client, of a break-glass account of the client that was named."""
    from leaver.actions import by_hand
    from leaver.model.protected import is_protected

    client = first.client
    if not is_protected(client, first.person, first.usernames):
        return
    ways = [
        f"  {client.key}/{name}: {by_hand(settings, username)}"
        for name, settings in client.settings.directories.items()
        if (username := client.username(first.person, name)) is not None
    ]
    raise LeaverError(
        f'identities/{client.key}/client.yaml: protected account "{first.person}": a release would cut a break-glass '
        "account, and Leaver never does. Take it out of `protected.accounts`, merge that, and release it again; "
        "in wrong hands, now, by hand:\n" + "\n".join(ways)
    )


def _is_terminal() -> bool:
    return sys.stdin.isatty()


def _agreed(job: ReleaseJob) -> bool:
    client, key = job.first.client, job.first.person
    places = [f"{client.key}/{name}" for name in client.accounts(key)]
    for each in job.search()[0]:
        places += [f"{each.client.key}/{name}" for name in each.client.accounts(each.person)]
    usernames = ", ".join(sorted(job.first.usernames))
    question = f"End all access of {client.display_name(key)} ({usernames}) now, in {', '.join(places)}?"
    if click.confirm(terminal(question), err=True):
        return True
    complain("release: nothing was changed")
    return False


def _say_nothing(_: ReleaseReport) -> None:
    pass
