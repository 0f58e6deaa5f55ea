"""`leaver run`: the service that does what is due, at its moment."""

from __future__ import annotations

import json
import re
import signal

import click

from leaver.cli.command import command
from leaver.cli.output import say
from leaver.cli.serving import DATABASE, Work
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_DIRECTORY, UsageError

_URL = re.compile(r"postgres(ql(\+psycopg)?)?://.+", re.ASCII)


@command(short_help="Serve: do what is due, at its moment, by itself.")
@click.argument("clients", nargs=-1, metavar="[CLIENT]...")
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--here", is_flag=True, help="Take the records of this folder; else those of the main branch.")
@click.option(
    "--database",
    envvar=DATABASE,
    metavar="URL",
    help="postgresql://…, shared by several machines; else a file of this machine. Or set LEAVER_DATABASE_URL.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=2,
    show_default=True,
    help="How many clients Pulumi works on at a time.",
)
@click.option(
    "--hook",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="PORT",
    help="Port of the hook on loopback; 0: any free one.",
)
@click.option(
    "--log",
    "log_format",
    type=click.Choice(["human", "json"]),
    default=None,
    help="How to log; human on a terminal.",
)
@with_session
def run(
    session: Session,
    clients: tuple[str, ...],
    once: bool,
    here: bool,
    database: str | None,
    jobs: int,
    hook: int,
    log_format: str | None,
) -> int:
    """End people's access at the agreed moment, by itself, and have the rest follow.

    Follows the branch `main` of the repository: it is fetched every minute, and at once on SIGHUP or when the
    hook is called (its address and token are in .leaver/service/hook.json). Sleeps to the next moment; then ends
    access directly, most urgent first, lets Pulumi do the rest, and reads back. Keeps no truth of its own: after
    a crash, a reboot or a week off it computes what must be so, and does what is not. With --once it does the
    clients named, or all.

    \b
    LEAVER_NOTIFY_URLS        where notices go: addresses of the apprise library, apart by spaces
    LEAVER_NOTIFY_ALARM_URLS  the same, for alarms only
    LEAVER_HEARTBEAT_URL      fetched every minute while all is well

    \b
    Examples:
      leaver run
      leaver run --once --here         in cron or CI, in a fresh checkout
      leaver run --once --here acme    the same, with the credentials of one client
      leaver run --database postgresql://leaver@db.internal/leaver
    """
    if database is not None and not _URL.fullmatch(database):
        raise UsageError("--database: is not the address of a PostgreSQL database. Write postgresql://…")
    if clients and not once:
        raise UsageError("run: serves all clients. Name some with --once only.")
    work = Work.prepare(session, here, database, jobs, log_format)
    try:
        return work.once(clients) if once else work.serve(hook)
    finally:
        work.sender.close()


@command("work", hidden=True)
@click.argument("client")
@click.option("--only-differences", is_flag=True)
@with_session
def work(session: Session, client: str, only_differences: bool) -> int:
    """The work of `leaver run` on one client, in a process of its own.

    \b
    Example:
      leaver work acme --only-differences
    """
    from leaver.service.child import bring_about
    from leaver.service.lease import leases

    # An interrupt of the group is for the engine; this process reads back what came of it.
    signal.signal(signal.SIGINT, lambda *_: None)
    source = leases(session.environ.get(DATABASE), session.home / "service" / "leases")
    done = bring_about(
        session.root,
        session.home,
        client,
        session.environ,
        session.now,
        source,
        only_differences=only_differences,
    )
    say(json.dumps(done.to_json()))
    return EXIT_CLEAN if done.ok else EXIT_DIRECTORY
