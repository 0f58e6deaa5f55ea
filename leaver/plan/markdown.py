"""A plan as a comment of a pull request: a marker to find it again, a table, and a folded part a client.

Everything from records is escaped. A comment has a longest length; what does not fit is left out by whole lines,
and it is said how much that is and where the rest is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leaver.escape import markdown as escaped
from leaver.limits import allowing
from leaver.plan.outline import Outline, Part, Topic, outline
from leaver.plan.plan import Plan, Standing
from leaver.plan.verbs import Verb

MARKER = "<!-- leaver:preview -->"
"""The first line, by which the next run finds the comment. GitHub does not show it."""
LIMIT = 65_000
"""Characters; GitHub takes 65,536 in a comment."""
LEAST = 2_000
"""Characters, without which nothing can be said."""
_COLUMNS = (
    ("leaves", (Verb.LEAVES, Verb.REMOVED)),
    ("on hold", (Verb.WAITS,)),
    ("joins", (Verb.JOINS, Verb.RETURNS)),
    ("stays", (Verb.STAYS,)),
    ("moves", (Verb.MOVES,)),
    ("record only", (Verb.RECORD,)),
)
_ROOM_FOR_ENDS = 700
"""Characters for what is said of the rest, and for the lines that close a part."""
_TABLE_SHARE = 3
"""The table of the clients takes at most one in so many of the characters."""
_REFUSED_SHARE = 4


def render(plan: Plan, whole: str, longest: int = LIMIT) -> str:
    """The comment, of at most `longest` characters; `whole` says where the whole of it is."""
    found = outline(plan)
    return _Comment(found, whole, max(longest, LEAST)).text()


class _Comment:
    def __init__(self, found: Outline, whole: str, longest: int) -> None:
        self._found = found
        self._whole = whole
        self._longest = longest
        self._lines: list[str] = []
        self._length = 0

    def text(self) -> str:
        for line in self._head():
            self._add(line)
        self._some(
            self._refused(), self._longest // _REFUSED_SHARE, "> … and {left} more lines of it", after=("",)
        )
        self._some(self._table(), self._longest // _TABLE_SHARE, "… and {left} more clients", after=("",))
        self._details()
        return "\n".join(self._lines) + "\n"

    def _add(self, line: str) -> None:
        self._lines.append(line)
        self._length += len(line) + 1

    def _some(self, lines: Sequence[str], most: int, left: str, after: Sequence[str]) -> None:
        """As many of the lines as go into `most` characters, and how many do not."""
        room = most
        for at, line in enumerate(lines):
            room -= len(line) + 1
            if room < 0:
                self._add("")
                self._add(left.format(left=f"{len(lines) - at:,}"))
                break
            self._add(line)
        for line in after if lines else ():
            self._add(line)

    def _head(self) -> Iterator[str]:
        plan = self._found.plan
        yield MARKER
        yield f"### Plan <code>{plan.short_hash}</code>"
        yield ""
        yield f"{escaped(self._found.title)}."
        yield ""

    def _refused(self) -> list[str]:
        if not self._found.refusals:
            return []
        lines = [line for refusal in self._found.refusals for line in refusal.splitlines()]
        return ["> [!CAUTION]", "> **Refused**", *(_refusal(line) for line in lines)]

    def _table(self) -> list[str]:
        if not self._found.parts:
            return []
        names = [name for name, _ in _COLUMNS]
        head = ["client", *names, "new findings"]
        rows = [head, ["---", *("---:" for _ in head[1:])]]
        rows += [self._row(part) for part in self._found.parts]
        return [f"| {' | '.join(row)} |" for row in rows]

    def _row(self, part: Part) -> list[str]:
        numbers = [sum(part.told.count(verb) for verb in verbs) for _, verbs in _COLUMNS]
        numbers.append(
            sum(
                1
                for each in self._found.plan.findings
                if each.client == part.change.key and each.standing is Standing.NEW
            )
        )
        return [escaped(part.name), *(f"{number:,}" if number else "" for number in numbers)]

    def _details(self) -> None:
        parts = self._found.parts
        for at, part in enumerate(parts):
            if not self._part(part):
                left = len(parts) - at - 1
                others = f", and {left:,} more client{'s' if left > 1 else ''}" if left else ""
                self._add("")
                self._add(f"**Cut off here:** the rest of this client{others}. {escaped(self._whole)}")
                break
        limits = [f"- {escaped(line)}" for line in (*self._found.gone, *self._found.limits)]
        hashed = f"<sub>sha256 {escaped(self._found.plan.hash)}</sub>"
        for line in (*limits, "", hashed):
            if self._length + len(line) + 1 <= self._longest:
                self._add(line)

    def _part(self, part: Part) -> bool:
        """Whether all of the part fits; what does not is left out, and the part is closed either way."""
        opened = "<details open>" if len(self._found.parts) == 1 else "<details>"
        lines = list(_lines(part))
        head = [
            f"<!-- leaver:client {part.change.key} -->",
            f"{opened}<summary>{escaped(part.title)}</summary>",
            "",
        ]
        room = self._longest - self._length - _ROOM_FOR_ENDS - sum(len(line) + 1 for line in head)
        if room < 0:
            return False
        for line in head:
            self._add(line)
        fits = True
        for at, line in enumerate(lines):
            room -= len(line) + 1
            if room < 0:
                self._add(f"- … {len(lines) - at:,} more lines")
                fits = False
                break
            self._add(line)
        for line in ("", "</details>", ""):
            self._add(line)
        return fits


def _refusal(line: str) -> str:
    """One refusal; what is to be copied stands by itself and as it is, in lines that are cut off together."""
    text, entry = allowing(line)
    shown = f"> - {escaped(text)}"
    return shown if entry is None else f"{shown}\n>   ```yaml\n>   {entry}\n>   ```"


def _lines(part: Part) -> Iterator[str]:
    for person in part.told.people:
        yield f"- **{escaped(person.said)}**"
        for line in person.lines:
            yield f"  - {escaped(line)}"
    for topic, block in part.blocks:
        if topic is Topic.STAYS:
            yield f"- {escaped(topic.value)}: {len(block):,}"
            continue
        yield f"- **{escaped(topic.value)}**"
        for line in block:
            yield f"  - {escaped(line)}"
