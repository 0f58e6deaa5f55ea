"""`leaver sandbox faults`: what is to go wrong in the loopback directories."""

from __future__ import annotations

from typing import Any

import click

from leaver.cli.command import group
from leaver.cli.output import columns, count, say, say_json
from leaver.cli.session import Session, with_session
from leaver.errors import UsageError

KINDS = ("latency", "throttle", "error", "forbidden", "drop_before", "drop_after", "stale")


@group(invoke_without_command=True)
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
    listed = session.sandbox().admin("GET", "/faults")["faults"]
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
    number = session.sandbox().fault(kind, count=calls or None, **fields)
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
    withdrawn = session.sandbox().admin("DELETE", "/faults", id=number)["withdrawn"]
    if number is not None and not withdrawn:
        raise UsageError(f"sandbox: no fault #{number}. See `leaver sandbox faults`.")
    say(f"sandbox: {count(withdrawn, 'fault')} withdrawn")
