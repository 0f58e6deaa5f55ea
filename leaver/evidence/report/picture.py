"""Where the parts of the pictures stand: plain shapes, drawn once as SVG for the HTML and the PDF.

The timeline is not to scale: a request may come weeks before the moment, and the cut seconds after it. Its points
stand evenly, with the time between them written in the gaps; below, a bar for each directory shows until when there
was access. Lengths are in units of the picture, which is 1,000 wide.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from leaver.escape import terminal
from leaver.evidence.report import words
from leaver.evidence.report.period import Lateness
from leaver.evidence.report.values import DepartureReport, Point

WIDTH = 1000.0
_LEFT, _RIGHT = 112.0, 990.0
_AXIS, _GAP = 58.0, 48.0
_LINE = 15.0
_LANE = 30.0
_CHARACTER = {"label": 8.0, "detail": 6.8}
"""The width of an average character, in the widest of the fonts that a browser may take."""
_MOST = 8
_PRIORITY = ("due", "bad", "cut", "check", "done", "word")


@dataclass(frozen=True, slots=True)
class Text:
    """`kind` is the class of its looks; `anchor` is start, middle or end."""

    x: float
    y: float
    text: str
    kind: str
    anchor: str = "middle"


@dataclass(frozen=True, slots=True)
class Box:
    x: float
    y: float
    width: float
    height: float
    kind: str


@dataclass(frozen=True, slots=True)
class Rule:
    x1: float
    y1: float
    x2: float
    y2: float
    kind: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    kind: str


@dataclass(slots=True)
class Picture:
    """Shapes; `title` and `description` say it to whoever cannot see it."""

    title: str
    description: str = ""
    height: float = 0.0
    boxes: list[Box] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)


def timeline(report: DepartureReport) -> Picture:
    """What happened, in order, and until when there was access where."""
    zone = report.facts.zone
    shown = _chosen(report.points)
    picture = Picture(f"Timeline of the departure of {report.facts.name}")
    picture.description = "; ".join(
        f"{words.short(point.at, zone)}: {point.label}{f' ({point.detail})' if point.detail else ''}"
        for point in report.points
    )
    if not shown:
        picture.description = "Nothing is known yet."
        return picture
    column = (_RIGHT - _LEFT) / len(shown)
    places = [_LEFT + column * (index + 0.5) for index in range(len(shown))]
    _axis(picture, shown, places, column, zone, report.made)
    _lanes(picture, report, shown, places)
    return picture


def _chosen(points: Sequence[Point]) -> list[Point]:
    """The points that fit, by what they are, in their order."""
    ranked = sorted(range(len(points)), key=lambda index: (_PRIORITY.index(points[index].mark), index))
    return [points[index] for index in sorted(ranked[:_MOST])]


def _axis(
    picture: Picture,
    shown: Sequence[Point],
    places: Sequence[float],
    column: float,
    zone: str,
    made: datetime,
) -> None:
    picture.rules.append(Rule(_LEFT, _AXIS, _RIGHT, _AXIS, "axis"))
    lowest = _AXIS
    day = ""
    for point, x in zip(shown, places, strict=True):
        future = " future" if point.at > made else ""
        picture.dots.append(Dot(x, _AXIS, f"{point.mark}{future}"))
        here = words.short(point.at, zone).rsplit(" ", 2)[0]
        picture.texts.append(Text(x, 16, here if here != day else "", "day"))
        picture.texts.append(Text(x, 34, words.clock(point.at, zone), "clock"))
        day = here
        y = _AXIS + 26
        for kind, text, most in (("label", point.label, 3), ("detail", point.detail, 2)):
            for line in _wrapped(text, column, kind, most):
                picture.texts.append(Text(x, y, line, kind))
                y += _LINE
        lowest = max(lowest, y)
    for before, after, left, right in zip(shown, shown[1:], places, places[1:], strict=False):
        if after.at > before.at:
            picture.texts.append(Text((left + right) / 2, _GAP + 2, words.span(after.at - before.at), "gap"))
    picture.height = lowest + 4


def _lanes(
    picture: Picture, report: DepartureReport, shown: Sequence[Point], places: Sequence[float]
) -> None:
    top = picture.height + 6
    due = next((x for point, x in zip(shown, places, strict=True) if point.mark == "due"), None)
    bottom = top + _LANE * len(report.cuts)
    passed = report.due is not None and report.due <= report.made
    if due is not None and report.cuts:
        picture.rules.append(Rule(due, top - 5, due, bottom - 5, "due"))
    for index, cut in enumerate(report.cuts):
        y = top + index * _LANE
        ended = next(
            (x for point, x in zip(shown, places, strict=True) if point.directory == cut.directory), None
        )
        if cut.absent:
            picture.texts.append(Text(_LEFT - 10, y + 15, _cropped(cut.directory, 14), "lane", "end"))
            picture.boxes.append(Box(_LEFT, y, _RIGHT - _LEFT, 20, "none"))
            picture.texts.append(Text(_RIGHT - 8, y + 14, "no account", "out", "end"))
            continue
        end = ended if cut.good and ended is not None else _RIGHT
        if due is not None and not passed and not cut.good:
            end = due
        wanted = min(end, due) if due is not None else end
        picture.texts.append(Text(_LEFT - 10, y + 15, _cropped(cut.directory, 14), "lane", "end"))
        picture.boxes.append(Box(_LEFT, y, wanted - _LEFT, 20, "access"))
        if wanted - _LEFT > 80:
            picture.texts.append(Text(_LEFT + 8, y + 14, "access", "in", "start"))
        if end > wanted:
            picture.boxes.append(Box(wanted, y, end - wanted, 20, "exposed"))
        if end < _RIGHT:
            picture.boxes.append(Box(end, y, _RIGHT - end, 20, "none"))
            said = "no access" if cut.good else "no access, as agreed"
            picture.texts.append(Text(_RIGHT - 8, y + 14, said, "out", "end"))
        elif passed:
            picture.boxes.append(Box(_RIGHT - 182, y + 2, 178, 16, "label"))
            picture.texts.append(Text(_RIGHT - 8, y + 14, "not shown to have ended", "open", "end"))
    picture.height = bottom + 2


def histogram(lateness: Lateness) -> Picture:
    """How many departures were how late."""
    picture = Picture("How long after the agreed moment access ended", height=190.0)
    picture.description = "; ".join(f"{each.label}: {each.number}" for each in lateness.bins)
    column = (WIDTH - 40) / len(lateness.bins)
    most = max(each.number for each in lateness.bins) or 1
    base = 150.0
    picture.rules.append(Rule(20, base, WIDTH - 20, base, "axis"))
    for index, each in enumerate(lateness.bins):
        x = 20 + column * index
        height = 115 * each.number / most
        if each.number:
            kind = "bar" if index < 3 else "slow" if index < 5 else "late"
            picture.boxes.append(Box(x + 12, base - height, column - 24, height, kind))
        picture.texts.append(Text(x + column / 2, base - height - 7, str(each.number), "clock"))
        picture.texts.append(Text(x + column / 2, base + 20, each.label, "detail"))
    return picture


def _wrapped(text: str, column: float, kind: str, most: int) -> list[str]:
    width = max(8, int((column - 6) / _CHARACTER[kind]))
    found = textwrap.wrap(terminal(text), width, break_long_words=True)
    if len(found) > most:
        found = [*found[: most - 1], _cropped(" ".join(found[most - 1 :]), width)]
    return found


def _cropped(text: str, longest: int) -> str:
    said = terminal(text)
    return said if len(said) <= longest else f"{said[: longest - 1]}…"
