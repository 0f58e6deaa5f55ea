"""`leaver sandbox`: the loopback directories of the example clients."""

from __future__ import annotations

from typing import Any

import click

from leaver.cli.command import group
from leaver.cli.local_state import forget, make_state_folder
from leaver.cli.output import columns, count, say, say_json
from leaver.cli.sandbox_faults import faults
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS
from leaver.escape import terminal


@group(short_help="The loopback directories of the example clients.")
def sandbox() -> None:
    """The loopback directories of the example clients: Microsoft Graph and Okta, without a tenant.

    \b
    Examples:
      leaver sandbox start
      leaver sandbox log --client acme --method PATCH
      leaver sandbox faults add throttle --path '*/users/*' --count 3 --retry-after 2
    """


@sandbox.command()
@click.option(
    "--http",
    "http_port",
    type=click.IntRange(0, 65535),
    envvar="LEAVER_SANDBOX_HTTP",
    default=18480,
    show_default=True,
    metavar="PORT",
    help="Port for plain HTTP; 0: any free one.",
)
@click.option(
    "--https",
    "https_port",
    type=click.IntRange(0, 65535),
    envvar="LEAVER_SANDBOX_HTTPS",
    default=18443,
    show_default=True,
    metavar="PORT",
    help="Port for TLS; 0: any free one.",
)
@with_session
def start(session: Session, http_port: int, https_port: int) -> None:
    """Start the sandbox, with the directories of every client whose client.yaml says `sandbox: true`.

    They hold what a directory holds before Leaver: the groups marked `existing`, accounts that no record
    names, and accounts to adopt. Starting it again adds new clients and keeps what is there.

    \b
    Examples:
      leaver sandbox start
      leaver sandbox start --http 0 --https 0
    """
    from leaver.cli.seeding import prepare, registrations
    from leaver.sandbox.server import start as launch

    estate = session.estate()
    wanted = registrations(estate)
    endpoint = launch(session.sandbox_home, http_port=http_port, https_port=https_port, clients=wanted)
    prepare(endpoint, estate, wanted)
    make_state_folder(session)
    clients = {each.client for each in wanted}
    say(
        f"sandbox: {endpoint.http} and {endpoint.https}, "
        f"{count(len(clients), 'client')}, {count(len(wanted), 'directory', 'directories')}"
    )


@sandbox.command()
@with_session
def stop(session: Session) -> None:
    """Stop the sandbox; its directories stay as they are until the next start.

    \b
    Example:
      leaver sandbox stop
    """
    from leaver.sandbox.server import stop as end

    say("sandbox: stopped" if end(session.sandbox_home) else "sandbox: did not run")


@sandbox.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@with_session
def status_(session: Session, as_json: bool) -> int:
    """Tell whether the sandbox runs, where, and with which directories; ends with 1 when it does not.

    \b
    Example:
      leaver sandbox status --json
    """
    from leaver.sandbox.server import status as find

    found = find(session.sandbox_home)
    tenants: list[dict[str, Any]] = found.admin("GET", "/tenants")["tenants"] if found else []
    if as_json:
        shown = (
            {"http": found.http, "https": found.https, "ca": str(found.ca), "pid": found.pid} if found else {}
        )
        say_json({"running": found is not None, **shown, "directories": tenants})
    elif found is None:
        say("sandbox: does not run")
    else:
        say(f"sandbox: {found.http} and {found.https}, process {found.pid}")
        rows = [(f"{each['client']}/{each['directory']}", each["kind"], each["tenant"]) for each in tenants]
        for line in columns(rows):
            say(line)
    return EXIT_CLEAN if found else EXIT_PROBLEMS


@sandbox.command()
@click.option("--client", metavar="CLIENT", help="Only the directories of this client.")
@with_session
def reset(session: Session, client: str | None) -> None:
    """Empty the sandbox's directories and fill them as at the first start; forget log and faults.

    What the engine remembers of them in .leaver/ is removed with them; a shared backend is left alone.

    \b
    Examples:
      leaver sandbox reset
      leaver sandbox reset --client acme
    """
    from leaver.cli.seeding import prepare, registrations

    endpoint = session.sandbox()
    estate = session.estate([client] if client else ())
    emptied = endpoint.admin("POST", "/reset", {"client": client} if client else {})["emptied"]
    prepare(endpoint, estate, registrations(estate))
    for each in sorted({tenant["client"] for tenant in emptied}):
        forget(session, each)
    say(f"sandbox: {count(len(emptied), 'directory', 'directories')} reset")


sandbox.add_command(faults)


@sandbox.command()
@click.option("--client", metavar="CLIENT", help="Only calls for this client.")
@click.option("--method", metavar="METHOD", help="Only calls of this method.")
@click.option("--path", metavar="GLOB", help="Only calls to these paths, such as '*/members/*'.")
@click.option(
    "--since", type=click.IntRange(0), default=0, metavar="NUMBER", help="Only calls after this one."
)
@click.option("--limit", type=click.IntRange(1), default=1000, show_default=True, help="At most this many.")
@click.option("--clear", "forget", is_flag=True, help="Forget the log instead of showing it.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, with queries and bodies; secrets are not kept."
)
@with_session
def log(session: Session, forget: bool, as_json: bool, **query: Any) -> None:
    """Show the calls that the sandbox answered, oldest first.

    \b
    Examples:
      leaver sandbox log --client acme --path '*/members/*'
      leaver sandbox log --since 120 --json
      leaver sandbox log --clear
    """
    endpoint = session.sandbox()
    if forget:
        endpoint.admin("DELETE", "/log", client=query["client"])
        say("sandbox: log forgotten")
        return
    entries = endpoint.log(**query)
    if as_json:
        say_json(entries)
        return
    rows = [
        (
            str(each["seq"]),
            each["at"],
            each["client"] or "-",
            str(each["status"] or "dropped"),
            each["method"],
            terminal(each["path"] + (f"?{each['query']}" if each["query"] else "")),
        )
        for each in entries
    ]
    for line in columns(rows):
        say(line)
