"""`leaver sandbox`: the loopback directories of the example clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from leaver.cli.command import group
from leaver.cli.local_state import forget, make_state_folder
from leaver.cli.output import columns, count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS, UsageError
from leaver.escape import terminal

if TYPE_CHECKING:
    from leaver.sandbox.endpoint import Endpoint

KINDS = ("latency", "throttle", "error", "forbidden", "drop_before", "drop_after", "stale")


@group(short_help="The loopback directories of the example clients.")
def sandbox() -> None:
    """The loopback directories of the example clients: Microsoft Graph and Okta, without a tenant.

    \b
    Examples:
      leaver sandbox start
      leaver sandbox log --client acme --method PATCH
      leaver sandbox faults add throttle --path '*/users/*' --count 3 --retry-after 2
    """


def running(session: Session) -> Endpoint:
    """The sandbox that runs; raises UsageError when none does."""
    from leaver.sandbox.server import status as find

    found = find(session.sandbox_home)
    if found is None:
        raise UsageError("sandbox: does not run. Start it with `leaver sandbox start`.")
    return found


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

    endpoint = running(session)
    estate = session.estate([client] if client else ())
    emptied = endpoint.admin("POST", "/reset", {"client": client} if client else {})["emptied"]
    prepare(endpoint, estate, registrations(estate))
    for each in sorted({tenant["client"] for tenant in emptied}):
        forget(session, each)
    say(f"sandbox: {count(len(emptied), 'directory', 'directories')} reset")


@sandbox.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
@with_session
def faults(session: Session, context: click.Context, as_json: bool) -> None:
    """List the faults on order; `add` orders one, `clear` withdraws.

    \b
    Examples:
      leaver sandbox faults
      leaver sandbox faults add latency --seconds 2 --count 0
      leaver sandbox faults clear
    """
    if context.invoked_subcommand is not None:
        return
    listed = running(session).admin("GET", "/faults")["faults"]
    if as_json:
        say_json(listed)
    elif not listed:
        say("sandbox: no faults on order")
    rows: list[tuple[str, ...]] = [
        (f"#{each['id']}", each["kind"], each["method"], each["path"], _whose(each), _how_often(each))
        for each in listed
    ]
    for line in [] if as_json else columns(rows):
        say(line)


def _whose(fault: dict[str, Any]) -> str:
    return "/".join(filter(None, [fault["client"], fault["directory"]])) or "all clients"


def _how_often(fault: dict[str, Any]) -> str:
    left = "every call" if fault["count"] is None else f"{fault['count']} left"
    return f"{left}, hit {fault['hits']}"


@faults.command("add")
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--method", default="*", metavar="METHOD", help="Only calls of this method.")
@click.option("--path", default="*", metavar="GLOB", help="Only calls to these paths, such as '*/users/*'.")
@click.option("--client", metavar="CLIENT", help="Only calls for this client.")
@click.option("--directory", metavar="KEY", help="Only calls to this directory of the client.")
@click.option(
    "--count",
    "calls",
    type=click.IntRange(0),
    default=1,
    show_default=True,
    help="How many calls it hits; 0: all.",
)
@click.option("--skip", type=click.IntRange(0), default=0, help="How many calls pass before that.")
@click.option("--share", type=click.FloatRange(0, 1, min_open=True), default=1.0, help="The part it hits.")
@click.option("--seed", type=int, default=0, help="Which calls make that part.")
@click.option(
    "--seconds",
    type=click.FloatRange(0),
    default=0.0,
    help="Of latency, or for how long reads are stale after a write.",
)
@click.option("--status", type=click.IntRange(400, 599), default=503, help="The answer of `error`.")
@click.option("--retry-after", type=click.IntRange(0), help="Seconds, with `throttle` or a 503.")
@with_session
def add(session: Session, kind: str, calls: int, **fields: Any) -> None:
    """Order a fault: what goes wrong, on which calls, how often.

    \b
    latency      the answer comes --seconds late
    throttle     429 with --retry-after
    error        --status instead of an answer
    forbidden    403
    drop_before  the connection breaks before the work is done
    drop_after   the work is done, the answer is lost
    stale        for --seconds after a write, reads show what was before

    \b
    Examples:
      leaver sandbox faults add throttle --path '*/users/*' --count 3 --retry-after 2
      leaver sandbox faults add drop_after --client acme --method PATCH
    """
    number = running(session).fault(kind, count=calls or None, **fields)
    say(f"sandbox: fault #{number} on order")


@faults.command()
@click.argument("number", type=int, required=False)
@with_session
def clear(session: Session, number: int | None) -> None:
    """Withdraw the fault NUMBER, or all.

    \b
    Examples:
      leaver sandbox faults clear 3
      leaver sandbox faults clear
    """
    withdrawn = running(session).admin("DELETE", "/faults", id=number)["withdrawn"]
    if number is not None and not withdrawn:
        raise UsageError(f"sandbox: no fault #{number}. See `leaver sandbox faults`.")
    say(f"sandbox: {count(withdrawn, 'fault')} withdrawn")


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
    endpoint = running(session)
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
