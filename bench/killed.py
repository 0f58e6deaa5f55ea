"""One departure at a moment, `leaver run` killed at a random time around it and started again: when is it done?"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bench.served import Project, Served, account_id, now, project, serve
from bench.shown import say, table
from bench.tree import CommandFailed

BENCH = "killed"
_AHEAD = 5.0
_AROUND = 1.5
"""Seconds before and after the moment between which the service is killed."""
_LONGEST_PAUSE = 1.0
_WITHIN = 90.0


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when a departure was lost or early."""
    parser = argparse.ArgumentParser(prog="python -m bench killed", description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(argv)
    say(
        f"{chosen.runs} runs: killed between {_AROUND:g} s before the moment and {_AROUND:g} s after it, started "
        f"again up to {_LONGEST_PAUSE:g} s later. By the directory's own log: the last of the calls that disable "
        "the account and revoke its sessions.\n"
    )
    chance = random.Random(chosen.seed)  # noqa: S311 - the same runs each time
    late: list[float] = []
    lost = 0
    with project(1, chosen.runs) as made:
        for number in range(chosen.runs):
            found = _run(made, number, chance.uniform(-_AROUND, _AROUND), chance.uniform(0, _LONGEST_PAUSE))
            if found is None:
                lost += 1
            else:
                late.append(found)
    late.sort()
    early = sum(each < 0 for each in late)
    shown = [f"{late[min(len(late) - 1, len(late) * part // 100)]:.1f}" for part in (50, 99)]
    table(
        ["runs", "cut", "lost", "early", "lateness: p50, s", "p99", "max"],
        [[chosen.runs, len(late), lost, early, *shown, f"{late[-1]:.1f}"]],
    )
    return int(bool(lost or early))


def _run(made: Project, number: int, kill: float, pause: float) -> float | None:
    """The lateness of the departure in seconds, negative when a call came too early; None when it was lost."""
    key, client = made.keys[number], made.clients[0]
    at = (now() + timedelta(seconds=_AHEAD + 1)).replace(microsecond=0)
    made.write(at, only=key)
    made.box.admin("DELETE", "/log")
    log = made.root / "service.log"
    log.write_text("", encoding="utf-8")
    first = serve(made, log)
    second: Served | None = None
    try:
        time.sleep(max(0.0, (at - now()).total_seconds() + kill))
        first.kill()
        time.sleep(pause)
        second = serve(made, log)
        deadline = time.monotonic() + _WITHIN
        while (calls := _calls(made, client, account_id(f"{key}@{client}.example"))) is None:
            if time.monotonic() > deadline:
                raise CommandFailed(f"{key}: access did not end: {log.read_text()[-1500:]}")
            time.sleep(0.2)
        began, ended = ((each - at).total_seconds() for each in calls)
        return began if began < 0 else ended
    except CommandFailed as error:
        say(str(error))
        return None
    finally:
        for each in (first, second):
            if each is not None:
                each.end()


def _calls(made: Project, client: str, account: str) -> tuple[datetime, datetime] | None:
    """When the account was first disabled, and when its sessions were first revoked after that."""
    log = made.box.log(client=client, path=f"*/users/{account}*")
    done = [each for each in log if each["status"] in (200, 204)]
    disabled = [_at(each) for each in done if (each["body"] or {}).get("accountEnabled") is False]
    revoked = [_at(each) for each in done if each["path"].endswith("/revokeSignInSessions")]
    if not disabled or not revoked or max(revoked) < min(disabled):
        return None
    return min(*disabled, *revoked), min(each for each in revoked if each >= min(disabled))


def _at(entry: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
