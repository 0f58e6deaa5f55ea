"""Notices in words: calm, short, with names, moments in the client's zone, and the next step."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from leaver.escape import line, terminal
from leaver.model import local
from leaver.notify.notice import Kind, Notice

_TITLES = {
    Kind.UPCOMING: "{who}: access ends at {moment}",
    Kind.HELD: "{who}: on hold, access stays until the release",
    Kind.HOLD_EXPIRED: "{who}: the hold has expired, access is still open",
    Kind.RELEASED: "{who}: released",
    Kind.CUT: "{who}: access ended",
    Kind.LATE: "{who}: access ended, {late} late",
    Kind.FAILED: "{who}: not done yet, being tried again",
    Kind.RECOVERED: "{who}: done after all",
    Kind.STOPPER: "{who}: something would stop the departure at {moment}",
    Kind.CLOCK: "The clock of this machine is wrong",
    Kind.RECORDS: "The records cannot be read",
}
_DIGESTS = {
    Kind.UPCOMING: "{count} departures come up",
    Kind.HELD: "{count} people are on hold",
    Kind.HOLD_EXPIRED: "{count} holds have expired, access is still open",
    Kind.RELEASED: "{count} people were released",
    Kind.CUT: "Access of {count} people ended",
    Kind.LATE: "Access of {count} people ended late",
    Kind.FAILED: "{count} things are not done yet, being tried again",
    Kind.RECOVERED: "{count} things are done after all",
    Kind.STOPPER: "{count} departures would be stopped",
    Kind.CLOCK: "The clock of this machine is wrong",
    Kind.RECORDS: "The records cannot be read ({count} reports)",
}


def title(notice: Notice) -> str:
    """One line, for a subject or the first line of a message."""
    who = " at ".join(line(part) for part in (notice.person, notice.client) if part) or "Leaver"
    return _TITLES[notice.kind].format(
        who=who,
        moment=_moment(notice),
        late=duration(notice.lateness or timedelta()),
    )


def body(notice: Notice) -> str:
    """The whole message below its title; what a directory or a record says cannot add a line that looks like ours."""
    lines = []
    if notice.client:
        lines.append(f"Client: {line(notice.client)}")
    if notice.person:
        lines.append(f"Person: {line(notice.person)}")
    if notice.moment is not None:
        lines.append(f"Agreed moment: {_moment(notice)}")
    if notice.cut is not None:
        lines.append(f"Access ended: {_seconds(notice)}")
    if notice.lateness is not None:
        lines.append(f"Lateness: {duration(notice.lateness)}")
    lines += [
        f"  {terminal(part)}" if at else terminal(part) for at, part in enumerate(notice.detail.splitlines())
    ]
    lines += [f"Next: {line(notice.todo)}"] if notice.todo else []
    return "\n".join(lines)


def digest(notices: Sequence[Notice]) -> tuple[str, str]:
    """Title and body for many notices of one kind, most of them a line each."""
    said = _DIGESTS[notices[0].kind].format(count=len(notices))
    lines = []
    for notice in notices:
        rest = [f"lateness {duration(notice.lateness)}"] if notice.lateness is not None else []
        rest += [line(notice.detail)] if notice.detail else []
        lines.append("; ".join([title(notice), *rest]))
    todo = sorted({line(notice.todo) for notice in notices if notice.todo})
    return said, "\n".join(lines + [f"Next: {each}" for each in todo])


def duration(span: timedelta) -> str:
    """`0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`, `6 d 4 h`; a negative one counts as none."""
    seconds = max(0.0, span.total_seconds())
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, name, part, below in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // part
            return f"{whole // size} {name}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def _moment(notice: Notice) -> str:
    return local(notice.moment, notice.zone) if notice.moment is not None else "the agreed moment"


def _seconds(notice: Notice) -> str:
    if notice.cut is None:
        return "not yet"
    minute, _, zone = local(notice.cut, notice.zone).rpartition(" ")
    return f"{minute}:{notice.cut:%S} {zone}"
