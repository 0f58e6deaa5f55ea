"""From `leaver release` to a verified cut, in clients of different sizes, while a real `pulumi up` holds the lock."""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.shown import say, table
from bench.tree import CommandFailed
from leaver import source
from leaver.fleet.environment import SANDBOX_PASSPHRASE, engine_environment
from leaver.sandbox import server
from leaver.sandbox.endpoint import Endpoint

BENCH = "release"
TARGET = 1.0
"""Seconds to the verified cut, the 99th percentile, at most; the same for every size."""
CHECKOUT = Path(__file__).resolve().parents[1]
TENANT = "33333333-3333-4333-8333-333333333333"
CLIENT = f"""\
name: Bench Ltd
zone: Europe/Berlin
sandbox: true
directories:
  entra: {{kind: entra, tenant: {TENANT}, domain: bench.example}}
  okta: {{kind: okta, org: bench, domain: bench.example}}
"""
_LOCKED_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Released:
    """One release, in seconds from the start of its process."""

    cut: float
    """To the moment at which the last directory was read back."""
    ended: float
    """To the end of the command: written, committed."""
    requests: float
    """The part of `cut` between the first request and the last answer."""
    processor: float
    """Processor time of the command, to its end, git included."""


def main(argv: Sequence[str]) -> int:
    """Exit code 1 when the target is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench release", description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=[500, 10_000])
    parser.add_argument("--runs", type=int, default=40)
    chosen = parser.parse_args(argv)
    say(
        f"{chosen.runs} releases a size, each a `leaver release` process of its own: two directories (Entra, "
        "Okta), disabled, revoked, both read back; then the record is written and committed. The stack's lock "
        "is held by a real `pulumi up`, stopped while it waits for an answer of its directory.\n"
    )
    rows, worst = [], 0.0
    for people in chosen.people:
        runs = _measure(people, chosen.runs)
        cuts = [each.cut for each in runs]
        worst = max(worst, _percentile(cuts, 99))
        rows.append(
            [
                f"{people:,}",
                *(f"{_percentile(cuts, share):.2f}" for share in (50, 99)),
                f"{max(cuts):.2f}",
                f"{statistics.median(each.requests for each in runs):.2f}",
                f"{statistics.median(each.ended for each in runs):.2f}",
                f"{statistics.median(each.processor for each in runs):.2f}",
                f"≤ {TARGET:g} s",
            ]
        )
    head = [
        "people",
        "to the cut: p50, s",
        "p99",
        "max",
        "of it, requests",
        "to the end: p50, s",
        "processor, s",
        "target p99",
    ]
    table(head, rows)
    return int(worst > TARGET)


def _percentile(figures: Sequence[float], share: int) -> float:
    """The figure that at most (100 - share) % lie above."""
    ordered = sorted(figures)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)]


def _measure(people: int, count: int) -> list[Released]:
    with tempfile.TemporaryDirectory(prefix="leaver-bench-") as folder:
        root = Path(folder) / "project"
        home = root / ".leaver"
        _project(root)
        box = server.start(home / "sandbox", http_port=0, https_port=0)
        try:
            box.register("bench", "entra", "entra", TENANT, ["bench.example"])
            box.register("bench", "okta", "okta", "bench", ["bench.example"])
            with _lock_held(root, home, box):
                _fill(box, people)
                _write(root, people)
                _git(root, "init", "-q", "-b", "main")
                _git(root, "add", "-A")
                _git(root, "commit", "-q", "-m", "records")
                # Not measured: the run that finds nothing in the caches of the file system.
                _release(root, 0)
                step = max(1, people // (count + 1))
                return [_release(root, number * step) for number in range(1, count + 1)]
        finally:
            server.stop(home / "sandbox")


def _project(root: Path) -> None:
    (root / ".leaver" / "pulumi").mkdir(parents=True)
    (root / "stacks").mkdir()
    for name in ("Pulumi.yaml", "__main__.py", SANDBOX_PASSPHRASE):
        shutil.copy(CHECKOUT / name, root / name)
    (root / ".venv").symlink_to(CHECKOUT / ".venv")
    (root / ".gitignore").write_text(".leaver/\n.venv\n", encoding="utf-8")
    # Nobody yet: the `pulumi up` that holds the lock makes a group, and waits.
    _write(root, 0)


def _key(number: int) -> str:
    return f"person.{number:05}"


def _write(root: Path, people: int) -> None:
    folder = root / "identities" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "client.yaml").write_text(CLIENT, encoding="utf-8")
    (folder / "groups.yaml").write_text(
        "groups:\n  everyone: {name: Everyone, directory: entra}\n", encoding="utf-8"
    )
    records = (
        f"  {_key(number)}:\n    name: Person {number}\n    given name: Person\n    family name: N{number}\n"
        "    title: Specialist\n    department: Finance\n    cost center: CC-100\n    employee type: employee\n"
        "    office: Floor 1\n    city: Sampleton\n    usage location: US\n    language: en-GB\n"
        "    groups: [everyone]\n    nda: {signed: 2024-03-01, document: NDA-2024-017, survives: 5 years}\n"
        for number in range(people)
    )
    (folder / "people.yaml").write_text(
        f"people:{'' if people else ' {}'}\n" + "".join(records), encoding="utf-8"
    )


def _fill(box: Endpoint, people: int) -> None:
    names = [f"{_key(number)}@bench.example" for number in range(people)]
    entra = [{"userPrincipalName": name, "displayName": name, "accountEnabled": True} for name in names]
    okta = [{"login": name, "email": name, "firstName": "Person", "lastName": "N"} for name in names]
    for directory, users in (("entra", entra), ("okta", okta)):
        box.admin("POST", "/seed", {"client": "bench", "directory": directory, "users": users}, timeout=300)


@contextmanager
def _lock_held(root: Path, home: Path, box: Endpoint) -> Iterator[None]:
    """A `pulumi up` of the client's stack that has the lock, and makes no progress for as long as the block lasts."""
    client = source.load(root).clients["bench"]
    env = engine_environment(root, home, client, os.environ)
    env["PULUMI_BACKEND_URL"] = f"file://{root}/.leaver/pulumi?metadata=skip"
    command = ["pulumi", "--stack", "bench", "--non-interactive"]
    subprocess.run([*command, "stack", "init"], cwd=root, env=env, check=True, stdout=subprocess.DEVNULL)
    box.fault("latency", method="POST", path="*/groups", count=None, seconds=3600)
    log = (root.parent / "up.log").open("wb")
    up = subprocess.Popen(
        [*command, "up", "--yes", "--skip-preview"],
        cwd=root, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    try:
        deadline = time.monotonic() + _LOCKED_WITHIN
        while not (any((root / ".leaver/pulumi").rglob("locks/**/*.json")) and _is_waiting(box)):
            if up.poll() is not None or time.monotonic() > deadline:
                raise CommandFailed(f"pulumi up took no lock: {(root.parent / 'up.log').read_text()[-2000:]}")
            time.sleep(0.2)
        # Stopped, it neither gives up waiting nor takes processor time from what is measured.
        os.killpg(up.pid, signal.SIGSTOP)
        yield
    finally:
        if up.poll() is None:
            os.killpg(up.pid, signal.SIGKILL)
        up.wait()
        log.close()


def _is_waiting(box: Endpoint) -> bool:
    return any(each["hits"] for each in box.admin("GET", "/faults")["faults"])


def _release(root: Path, number: int) -> Released:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = datetime.now(UTC)  # noqa: TID251 - the report's moments are of the same clock
    done = subprocess.run(
        [sys.executable, "-m", "leaver.cli", "release", "bench", _key(number), "--yes", "--json"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "LEAVER_HOME": str(root / ".leaver")},
        capture_output=True,
        text=True,
        check=False,
    )
    ended = datetime.now(UTC)  # noqa: TID251
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise CommandFailed(
            f"release of {_key(number)}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        )
    (client,) = json.loads(done.stdout)["clients"]
    at = datetime.fromisoformat(client["at"])
    return Released(
        cut=(at - began).total_seconds(),
        ended=(ended - began).total_seconds(),
        requests=max(each["seconds"] for each in client["directories"]),
        processor=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
    )


def _git(root: Path, *words: str) -> None:
    identity = ("-c", "user.name=Bench", "-c", "user.email=bench@msp.example")
    subprocess.run(["git", *identity, *words], cwd=root, check=True, stdout=subprocess.DEVNULL)
