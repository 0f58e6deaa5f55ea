"""All departures of a span of time: how late access ended, how long it was open, what is left to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leaver.evidence.report.values import DepartureReport, Verdict

_SECOND, _MINUTE, _HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
BINS: tuple[tuple[str, timedelta | None], ...] = (
    ("early", timedelta()),
    ("up to 5 s", 5 * _SECOND),
    ("up to 30 s", 30 * _SECOND),
    ("up to 1 min", _MINUTE),
    ("up to 5 min", 5 * _MINUTE),
    ("up to 1 h", _HOUR),
    ("up to 1 day", 24 * _HOUR),
    ("later", None),
)
"""The histogram of lateness: each bin's name, and the lateness up to which it reaches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """One bar of the histogram."""

    label: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lateness:
    """How late the departures' last cuts were; by nearest rank, so that each value is one that happened."""

    number: int
    p50: timedelta
    p95: timedelta
    worst: timedelta
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodReport:
    """The departures whose moment falls in the time from `since` (included) to `until` (excluded)."""

    title: str
    zone: str
    since: datetime
    until: datetime
    made: datetime
    clients: tuple[str, ...]
    """The keys of the clients that were looked at."""
    departures: tuple[DepartureReport, ...]
    lateness: Lateness | None
    """None when no access ended that had an agreed moment."""
    exposure: timedelta
    """All people's together."""
    problems: tuple[str, ...]
    """Clients whose evidence does not verify, or cannot be read."""

    def counted(self, verdict: Verdict) -> int:
        """How many departures came to that."""
        return sum(1 for each in self.departures if each.verdict is verdict)

    @property
    def complete(self) -> bool:
        """Whether nothing is left to do, for anybody."""
        return not self.problems and all(each.verdict is Verdict.COMPLETE for each in self.departures)


def period_report(
    reports: Iterable[DepartureReport],
    *,
    title: str,
    zone: str,
    since: datetime,
    until: datetime,
    made: datetime,
    clients: Sequence[str],
    problems: Sequence[str] = (),
) -> PeriodReport:
    """The report over those of `reports` whose departure falls in the time, oldest first."""
    inside = [each for each in reports if (at := moment_of(each)) is not None and since <= at < until]
    inside.sort(key=lambda each: (moment_of(each) or made, each.facts.client, each.facts.person))
    return PeriodReport(
        title=title,
        zone=zone,
        since=since,
        until=until,
        made=made,
        clients=tuple(clients),
        departures=tuple(inside),
        lateness=lateness_of([each.lateness for each in inside if each.lateness is not None]),
        exposure=sum((each.exposure for each in inside), timedelta()),
        problems=tuple(problems),
    )


def moment_of(report: DepartureReport) -> datetime | None:
    """The moment by which a departure is counted: that of its agreed end, else of the first thing that was done.

    That a check found somebody without access is no departure: it finds everybody who ever left, every hour.
    """
    if report.due is not None:
        return report.due
    done = [cut.at for cut in report.cuts if cut.at is not None and not cut.at_the_latest]
    done += [step.at for step in report.steps if step.at is not None]
    return min(done) if done else report.facts.agreed


def lateness_of(found: Sequence[timedelta]) -> Lateness | None:
    """The distribution of `found`; None of nothing."""
    if not found:
        return None
    ranked = sorted(found)
    numbers = [0] * len(BINS)
    for each in ranked:
        numbers[_bin(each)] += 1
    return Lateness(
        number=len(ranked),
        p50=_rank(ranked, 50),
        p95=_rank(ranked, 95),
        worst=ranked[-1],
        bins=tuple(Bin(label=label, number=number) for (label, _), number in zip(BINS, numbers, strict=True)),
    )


def _bin(lateness: timedelta) -> int:
    if lateness < timedelta():
        return 0
    return next(index for index, (_, upto) in enumerate(BINS) if index and (upto is None or lateness <= upto))


def _rank(ranked: Sequence[timedelta], percent: int) -> timedelta:
    return ranked[max(0, -(-len(ranked) * percent // 100) - 1)]
