"""Departures made up of a few entries: a client in New York, one leaver, two directories, a known moment."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from leaver.errors import Place, Problem
from leaver.evidence import Entry, Findings, Kind, Outcome, Stored
from leaver.evidence.chain import START, seal
from leaver.evidence.report.departure import departure_report
from leaver.evidence.report.facts import Facts, Hand
from leaver.evidence.report.period import PeriodReport, period_report
from leaver.evidence.report.values import DepartureReport
from leaver.model import Nda, Period

AGREED = datetime(2026, 11, 27, 22, 0, tzinfo=UTC)
"""17:00 in New York."""
MADE = AGREED + timedelta(days=1)
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7*7 }} {% raw %}",
    '#eval("1+1") *bold* _it_ $x^2$ `raw` @cite <label>',
    '#import "/etc/passwd"',
    "\\u{202e} \\ // comment /* more */ ~ -- --- ...",
    "O’Brien & Söhne <o@x>",
    "Łukasz Ångström Ιωάννα Дмитрий",
)
"""Names that would be code in HTML, Jinja, Typst markup or SVG."""
FACTS = Facts(
    client="acme",
    client_name="Acme Robotics",
    zone="America/New_York",
    person="dana.reyes",
    name="Dana Reyes",
    usernames={"entra": "dana.reyes@acme.example", "okta": "dana.reyes@acme.example"},
    kinds={"entra": "entra", "okta": "okta"},
    agreed=AGREED,
    due=AGREED,
    kind="involuntary",
    ticket="HD-4711",
    nda=Nda(signed=date(2024, 3, 1), document="NDA-2024-017", survives=Period(5, "year")),
    expected=(),
)


def facts(**changes: Any) -> Facts:
    """What the records say of the leaver, with some of it changed."""
    return replace(FACTS, **changes)


def after(seconds: float) -> datetime:
    """So long after the agreed moment."""
    return AGREED + timedelta(seconds=seconds)


def entry(kind: Kind, seconds: float, **fields: Any) -> Entry:
    """Something about the leaver."""
    return Entry(**{"kind": kind, "client": "acme", "person": "dana.reyes", "at": after(seconds), **fields})


def cut(directory: str, seconds: float = 2, outcome: Outcome = Outcome.DONE, **fields: Any) -> Entry:
    """The end of access in one directory."""
    given = {"agreed": AGREED, "request_id": f"req-{directory}", "directory_date": after(int(seconds))}
    return entry(Kind.CUT, seconds, directory=directory, outcome=outcome, **{**given, **fields})


def cuts() -> list[Entry]:
    """Both directories, in time."""
    return [cut("entra", 2), cut("okta", 3)]


def step(
    name: str, directory: str = "entra", seconds: float = 10, outcome: Outcome = Outcome.DONE, **fields: Any
) -> Entry:
    """One step of the runbook."""
    return entry(Kind.STEP, seconds, step=name, directory=directory, outcome=outcome, **fields)


def looked(seconds: float, outcome: Outcome = Outcome.DONE, **fields: Any) -> Entry:
    """A later look at everybody who left."""
    departed = {"departed": ["dana.reyes", "sam.okafor"], "differences": 0}
    given = {"person": None, "seen": departed, "outcome": outcome}
    return entry(Kind.VERIFICATION, seconds, **{**given, **fields})


def task(key: str, **fields: Any) -> Hand:
    """A task by hand."""
    return Hand(key=key, title=fields.pop("title", key.replace("-", " ").capitalize()), **fields)


def chain(entries: Iterable[Entry]) -> list[Stored]:
    """The entries, each in its place."""
    stored: list[Stored] = []
    for number, each in enumerate(entries, 1):
        stored.append(seal(each, number, stored[-1].sha256 if stored else START, None))
    return stored


def sound(stored: list[Stored], **fields: Any) -> Findings:
    """What a look at a chain shows that nobody changed."""
    return Findings("acme", len(stored), stored[-1].sha256 if stored else START, **fields)


def broken(stored: list[Stored]) -> Findings:
    """What it shows when somebody changed an entry."""
    fault = Problem(Place("evidence/acme.jsonl", 2, 1), "entry 2", "was changed", "Keep the file as it is.")
    return sound(stored, problems=(fault,))


def reported(
    entries: Iterable[Entry],
    known: Facts = FACTS,
    *,
    made: datetime = MADE,
    findings: Findings | None = None,
) -> DepartureReport:
    """The report of a chain with these entries, made a day after the agreed moment."""
    stored = chain(entries)
    return departure_report(stored, known, findings or sound(stored), made, "leaver evidence verify acme")


def over(reports: Sequence[DepartureReport], problems: Sequence[str] = ()) -> PeriodReport:
    """The month before the day on which the reports are made."""
    return period_report(
        reports,
        title="Acme Robotics",
        zone="America/New_York",
        since=MADE - timedelta(days=30),
        until=MADE,
        made=MADE,
        clients=["acme"],
        problems=problems,
    )
