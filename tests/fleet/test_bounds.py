"""All clients are judged together before the first is changed, and one machine remembers what it took."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from leaver.errors import EXIT_CLEAN, EXIT_PROBLEMS
from leaver.fleet.bounds import Bounds
from leaver.fleet.reports import PreviewReport
from leaver.limits import Kind, Loss, Size, judge
from leaver.source import Estate, load
from tests.estates import NOW

CLIENT = """\
name: {name}
directories: {{okta: {{kind: okta, org: {name}, domain: {name}.example}}}}
limits: {{removals: 50, percent: 100}}
"""
LIMITS = "{removals: 12, percent: 100, day: {removals: 15, percent: 100}}\n"
KEYS = ("acme", "blue", "kestrel")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for key in KEYS:
        folder = root / "identities" / key
        folder.mkdir(parents=True)
        people = "".join(f"  p{number:02}: {{}}\n" for number in range(40))
        (folder / "client.yaml").write_text(CLIENT.format(name=key), encoding="utf-8")
        (folder / "people.yaml").write_text(f"people:\n{people}", encoding="utf-8")
        (root / "identities" / "limits.yaml").write_text(LIMITS, encoding="utf-8")

    return root


def bounds(project: Path, *keys: str) -> Bounds:
    return Bounds(project, load(project, keys or None), project / ".leaver")


def preview(project: Path, key: str, losing: int, first: int = 0, now: datetime = NOW) -> PreviewReport:
    """A preview in which so many people of the client lose their accounts."""
    client = load(project, [key]).clients[key]
    lost = [Loss(key, f"p{first + n:02}", "okta", "account", Kind.DISABLED) for n in range(losing)]
    return PreviewReport(key, limits=judge(client, lost, Size(1000), now))


def test_what_all_clients_together_allow_goes_on(project: Path) -> None:
    reports = [preview(project, "acme", 6), preview(project, "blue", 6), preview(project, "kestrel", 0)]
    assert bounds(project).judged(reports, NOW) == reports


def test_nothing_is_taken_anywhere_when_all_together_would_take_too_much(project: Path) -> None:
    reports = [preview(project, "acme", 7), preview(project, "blue", 6), preview(project, "kestrel", 0)]
    acme, blue, kestrel = bounds(project).judged(reports, NOW)
    assert acme.error.splitlines()[0] == (
        "all clients: 13 of 120 people would lose their access (acme, blue); "
        "the limits allow 12 (removals: 12, percent: 100 in identities/limits.yaml)"
    )
    assert blue.error == "nothing is taken away here, since all clients together exceed a limit: see acme"
    assert [each.exit_code for each in (acme, blue, kestrel)] == [EXIT_PROBLEMS, EXIT_PROBLEMS, EXIT_CLEAN]
    assert kestrel.ok, "who loses nobody is not held up"


def test_the_share_is_of_all_clients_though_only_one_is_run(project: Path) -> None:
    (project / "identities" / "limits.yaml").write_text("{removals: 99, percent: 10}\n")
    (found,) = bounds(project, "acme").judged([preview(project, "acme", 12)], NOW)
    assert found.ok
    (refused,) = bounds(project, "acme").judged([preview(project, "acme", 13)], NOW)
    assert refused.error.startswith("all clients: 13 of 120 people would lose their access (acme);")


def test_another_clients_fault_stops_no_run(project: Path) -> None:
    (project / "identities" / "blue" / "people.yaml").write_text("people: {p: {unknown: 1}}\n")
    (found,) = bounds(project, "acme").judged([preview(project, "acme", 5)], NOW)
    assert found.ok


def test_runs_of_one_day_add_up_over_clients(project: Path) -> None:
    def run(key: str, losing: int, now: datetime) -> PreviewReport:
        (found,) = bounds(project, key).begun([preview(project, key, losing, now=now)], now)
        return found

    assert run("acme", 10, NOW).ok
    assert run("blue", 5, NOW + timedelta(hours=1)).ok
    refused = run("kestrel", 1, NOW + timedelta(hours=2))
    assert refused.error.splitlines()[0] == (
        "all clients: 16 of 135 people would lose their access within 24 hours (kestrel); "
        "the limits allow 15 (removals: 15, percent: 100 in identities/limits.yaml)"
    )
    assert run("kestrel", 1, NOW + timedelta(hours=25)).ok


def test_a_preview_remembers_nothing(project: Path) -> None:
    for _ in range(3):
        (found,) = bounds(project, "acme").judged([preview(project, "acme", 10)], NOW)
        assert found.ok
    assert not (project / ".leaver" / "limits").exists()


def test_two_runs_at_the_same_time_do_not_both_take_the_rest(project: Path) -> None:
    def run(key: str) -> bool:
        return bounds(project, key).begun([preview(project, key, 10)], NOW)[0].ok

    with ThreadPoolExecutor() as pool:
        assert sorted(pool.map(run, KEYS)) == [False, False, True]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"acme": 3}', '{"acme": {"taken": [{}]}}'])
def test_a_file_that_is_lost_or_broken_is_as_if_it_were_new(project: Path, content: str) -> None:
    at = bounds(project, "acme")
    at.begun([preview(project, "acme", 10)], NOW)
    (file,) = (project / ".leaver" / "limits").glob("*.json")
    file.write_text(content, encoding="utf-8")
    (found,) = bounds(project, "blue").begun([preview(project, "blue", 10)], NOW)
    assert found.ok


def test_what_the_stacks_of_the_run_remember_counts_without_the_file(project: Path) -> None:
    earlier = preview(project, "acme", 10)
    assert earlier.limits is not None
    client = load(project, ["acme"]).clients["acme"]
    lost = [Loss("acme", f"p{20 + n}", "okta", "account", Kind.DISABLED) for n in range(6)]
    later = judge(client, lost, Size(1000), NOW + timedelta(hours=1), earlier.limits.ledger)
    (refused,) = bounds(project, "acme").judged(
        [PreviewReport("acme", limits=later)], NOW + timedelta(hours=1)
    )
    assert "16 of 130 people would lose their access within 24 hours" in refused.error


def test_a_refused_preview_neither_counts_nor_changes(project: Path) -> None:
    refused = replace(preview(project, "acme", 12), error="acme: something else", exit_code=3)
    found = Bounds(project, Estate(load(project).clients, project), project / ".leaver").judged(
        [refused, preview(project, "blue", 12)], NOW
    )
    assert (found[0], found[1].ok) == (refused, True)
