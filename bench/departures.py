"""A thousand departures due in the same second, over a hundred clients: how late is each cut?"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from datetime import timedelta

from bench.served import Served, now, project, serve
from bench.shown import say, table

BENCH = "departures"
TARGET = 20.0
"""Seconds of lateness of the last cut, at most, on 2 cores."""

_TAKEN_AGAIN_WITHIN = 60.0


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when the target is missed, or a departure is lost or early."""
    parser = argparse.ArgumentParser(prog="python -m bench departures", description=__doc__)
    parser.add_argument("--clients", type=int, default=100)
    parser.add_argument("--people", type=int, default=10, help="departures at each client")
    parser.add_argument("--ahead", type=float, default=30.0, help="seconds from the records to the moment")
    chosen = parser.parse_args(argv)
    count = chosen.clients * chosen.people
    say(
        f"{count} departures over {chosen.clients} clients (Entra and Okta by turns) at one second, by `leaver run` "
        "and a sandbox in a process of its own; each cut is disabled, revoked, and both read back. Pulumi is at "
        "work on the clients all the time.\n"
    )
    rows, bad = [], False
    for label, share in (("all calls answered", 0.0), ("a tenth answered 429", 0.1)):
        cuts, enabled = _measure(chosen.clients, chosen.people, chosen.ahead, share)
        cuts.sort()
        lost, early = count - len(cuts) + enabled, sum(late < 0 for late in cuts)
        bad = bad or bool(lost or early) or cuts[-1] > TARGET
        shown = [cuts[min(len(cuts) - 1, len(cuts) * part // 100)] for part in (50, 99)]
        rows.append(
            [label, *(f"{late:.1f}" for late in (*shown, cuts[-1])), str(lost), str(early), f"≤ {TARGET:g} s"]
        )
    table(["", "lateness: p50, s", "p99", "max", "lost", "early", "target max"], rows)
    return int(bad)


def _measure(clients: int, people: int, ahead: float, share: float) -> tuple[list[float], int]:
    """The lateness of each cut in seconds, and how many accounts the directories still show enabled."""
    with project(clients, people) as made:
        at = (now() + timedelta(seconds=ahead)).replace(microsecond=0)
        made.write(at)
        if share:
            made.box.fault("throttle", count=None, share=share, retry_after=1)
        served: Served = serve(made, made.root / "service.log")
        try:
            served.wait(lambda: len(_lateness(served)) >= clients * people, ahead + 180)
            made.box.admin("DELETE", "/faults")
            # Pulumi may have been at work on a client at its moment, and have given back what was just taken.
            deadline = time.monotonic() + _TAKEN_AGAIN_WITHIN
            while (enabled := made.still_enabled()) and time.monotonic() < deadline:
                time.sleep(1)
        finally:
            served.end()
        return list(_lateness(served).values()), enabled


def _lateness(served: Served) -> dict[tuple[str, str], float]:
    """By client and person, the first time that access was read back as ended."""
    found: dict[tuple[str, str], float] = {}
    for line in served.lines("cut"):
        found.setdefault((line["client"], line["person"]), line["lateness_seconds"])
    return found
