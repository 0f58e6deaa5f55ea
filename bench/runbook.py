"""One departure's whole runbook in Entra and Okta: the time to the cut and to the end, and the requests it takes."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.shown import say, table
from leaver.evidence import Entry, open_store
from leaver.model import EntraSettings, OktaSettings
from leaver.runbook.book import Runbook
from leaver.runbook.conductor import conduct
from leaver.runbook.connection import open_transport
from leaver.runbook.order import ENDING
from leaver.runbook.registry import KINDS
from leaver.runbook.step import Case
from leaver.sandbox.embedded import running_sandbox
from leaver.sandbox.endpoint import Endpoint

BENCH = "runbook"
TARGET = 25
"""Requests for the Entra account, at most."""
TENANT = "33333333-3333-4333-8333-333333333333"
DANA = "dana.reyes@bench.example"
GROUPS, LICENCES, CONSENTS, DEVICES = 30, 5, 10, 4
SETTINGS: Mapping[str, EntraSettings | OktaSettings] = {
    "entra": EntraSettings(kind="entra", tenant=TENANT, domain="bench.example"),
    "okta": OktaSettings(kind="okta", org="bench", domain="bench.example"),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """One account's runbook: seconds to the recorded cut and to the end, requests, steps."""

    cut: float
    complete: float
    requests: int
    steps: int
    bad: tuple[str, ...]


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when the target is missed or a step is not over."""
    parser = argparse.ArgumentParser(prog="python -m bench runbook", description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS", help="of every request")
    chosen = parser.parse_args(argv)
    say(
        f"{chosen.runs} departures of somebody with {GROUPS} groups, {LICENCES} licences, {CONSENTS} consents and "
        f"{DEVICES} devices; every step that a client does not have to ask for, in Entra and Okta at the same time, "
        f"on the sandbox with {chosen.latency:g} s a request; every receipt on the disk before the next tier.\n"
    )
    runs = [_departure(chosen.latency) for _ in range(chosen.runs)]
    rows = []
    for name in SETTINGS:
        found = [run[name] for run in runs]
        rows.append(
            (
                name,
                str(found[0].steps),
                f"{statistics.median(each.cut for each in found):.2f}",
                f"{statistics.median(each.complete for each in found):.2f}",
                str(max(each.requests for each in found)),
            )
        )
    table(("directory", "steps", "cut, s", "complete, s", "requests"), rows)
    bad = sorted({text for run in runs for each in run.values() for text in each.bad})
    for text in bad:
        say(text)
    return 1 if bad or max(run["entra"].requests for run in runs) > TARGET else 0


def _departure(latency: float) -> dict[str, Taken]:
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        home = Path(folder)
        with running_sandbox(home / "sandbox", _now) as box:
            accounts = _hire(box)
            if latency:
                for path in ("/v1.0/$batch", "/beta/$batch", "/api/*"):
                    box.fault("latency", path=path, seconds=latency, count=None)
            return asyncio.run(_leave(home, accounts))


def _hire(box: Endpoint) -> dict[str, str]:
    box.register("bench", "entra", "entra", TENANT, ["bench.example"])
    box.register("bench", "okta", "okta", "bench", ["bench.example"])
    names = [f"Group {number:02}" for number in range(GROUPS)]
    box.admin("POST", "/clock", {"offset_seconds": -3600})
    entra = box.admin(
        "POST",
        "/seed",
        {
            "client": "bench",
            "directory": "entra",
            "users": [{"userPrincipalName": DANA, "displayName": "Dana Reyes", "mail": DANA}],
            "belongings": [DANA],
        },
    )
    box.admin(
        "POST",
        "/seed",
        {
            "client": "bench",
            "directory": "entra",
            "groups": [{"displayName": name, "members": [entra["users"][DANA]]} for name in names],
        },
    )
    okta = box.admin(
        "POST",
        "/seed",
        {
            "client": "bench",
            "directory": "okta",
            "users": [{"firstName": "Dana", "lastName": "Reyes", "email": DANA, "login": DANA}],
            "groups": [{"name": name} for name in names],
            "members": {name: [DANA] for name in names},
            "apps": [{"label": f"App {number}"} for number in range(CONSENTS)],
            "equip": {
                DANA: {
                    "factors": [{"factorType": "push", "provider": "OKTA"}],
                    "devices": [{"displayName": f"Device {number}"} for number in range(DEVICES)],
                    "apps": [f"Licensed {number}" for number in range(LICENCES)],
                    "grants": [f"App {number}" for number in range(CONSENTS)],
                }
            },
        },
    )
    box.admin("POST", "/clock", {"offset_seconds": 0})
    return {"entra": entra["users"][DANA], "okta": okta["users"][DANA]}


async def _leave(home: Path, accounts: Mapping[str, str]) -> dict[str, Taken]:
    found = await asyncio.gather(*(_one(home, name, accounts[name]) for name in SETTINGS))
    return dict(zip(SETTINGS, found, strict=True))


async def _one(home: Path, name: str, account: str) -> Taken:
    settings = SETTINGS[name]
    now = _now()
    case = Case("bench", "dana.reyes", name, account, DANA, now - timedelta(seconds=5), now)
    book = Runbook(steps=tuple(step for step in KINDS[settings.kind] if not step.on_request))
    transport = open_transport("bench", name, settings, sandbox=True, environ={}, home=home)
    started, cut = time.monotonic(), 0.0
    with open_store(home) as evidence:

        def record(entry: Entry) -> None:
            nonlocal cut
            evidence.append(entry)
            if entry.step in ENDING:
                cut = time.monotonic() - started

        try:
            receipts = await conduct(book, case, transport, clock=_now, record=record)
            complete = time.monotonic() - started
            bad = tuple(f"{name}: {receipt}" for receipt in receipts if not receipt.outcome.good)
            return Taken(cut, complete, transport.count, len(receipts), bad)
        finally:
            await transport.close()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a benchmark is at the top, like a command
