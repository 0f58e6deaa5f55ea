"""What a change of one client's records must not do, whatever its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from leaver.desired import desired
from leaver.limits import wording
from leaver.limits.binding import binding
from leaver.limits.judge import Fault
from leaver.limits.loss import Loss
from leaver.limits.protection import of_records
from leaver.limits.rename import emptied, unnamed_renames
from leaver.limits.unnamed import unnamed
from leaver.model import Client

Homes = Mapping[str, str]
"""The file of each person's record, inside the client's folder."""


def faults(
    before: Client,
    after: Client,
    lost: Iterable[Loss],
    now: datetime,
    homes: tuple[Homes, Homes] = ({}, {}),
) -> tuple[Fault, ...]:
    """Everything but numbers that speaks against the change, sorted.

    `lost` is what it takes away at `now`; `homes` are where the records stood before and stand after.
    """
    found = {
        *of_records(binding(before, after), desired(before, now), desired(after, now), lost),
        *emptied(after, before.people),
        *unnamed_renames(before, after),
        *unnamed(before, after, now),
        *emptied_files(before, after, homes),
    }
    return tuple(sorted(found))


def emptied_files(before: Client, after: Client, homes: tuple[Homes, Homes]) -> Iterator[Fault]:
    """That a file which held several people holds nobody any more, and they are nowhere else.

    A file that is lost in a merge, or renamed to what Leaver does not read, looks like that; the limits would let a
    small one pass. All of a client's people at once are told by `emptied`.
    """
    here = {*after.people, *(person.was for person in after.people.values())}
    if not here & before.people.keys():
        return
    old, new = homes
    for file in sorted(set(old.values()) - set(new.values())):
        gone = sorted(key for key, home in old.items() if home == file and key not in here)
        if len(gone) > 1:
            yield Fault(
                file,
                f"holds nobody any more, and {wording.listed(gone)} have no record elsewhere",
                "Put the file back; to let people go, give them departures or `disabled: true`.",
                overridable=True,
            )
