"""Who has left, and which steps of the client's runbook are for them.

Everybody who left gets every step, and so does the account of a record that is gone. A record that only says
`disabled` keeps what it has: there the sign-in and the sessions end, and nothing is taken that would not come back.
A departure that is agreed and not on hold is announced in the directory ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from leaver.desired import DesiredAccount
from leaver.lifecycle import Phase, effective_end
from leaver.model import Client
from leaver.runbook.book import Runbook
from leaver.runbook.choice import choose
from leaver.runbook.order import ENDING
from leaver.runbook.step import Case

_LICENCES = "licences"


@dataclass(frozen=True, slots=True)
class Left:
    """Since when somebody's access is to be ended in a directory, and how far the runbook goes.

    `departure`: there is one, else the record was disabled, removed or reached its end. `ahead`: the moment is still
    to come. `only_ending`: no more than sign-in and sessions. `ended`: at the moment that the record states.
    """

    cut: datetime
    departure: bool
    retained_until: datetime | None
    ahead: bool = False
    only_ending: bool = False
    ended: bool = False


def left(
    client: Client, account: DesiredAccount, now: datetime, known: datetime | None = None
) -> Left | None:
    """How the person has left; None for somebody who stays. `known` is what the last run took for the cut."""
    if account.removal is not None:
        return Left(account.removal.since, departure=False, retained_until=account.removal.until)
    record = client.people[account.person]
    end = effective_end(record)
    if end is not None and now >= end:
        until = client.settings.retain.after(end, client.zone)
        return Left(end, departure=record.departure is not None, retained_until=until, ended=True)
    if account.phase is Phase.DISABLED:
        # What was announced ahead has its moment still to come: nothing can be newer than that.
        first = known if known is not None and known <= now else now
        return Left(first, departure=False, retained_until=None, only_ending=True)
    if end is not None and record.departure is not None:
        return Left(end, departure=True, retained_until=None, ahead=True)
    return None


def book_for(client: Client, directory: str, gone: Left) -> Runbook:
    """The steps for an account of somebody who has left that way, with their settings."""
    also = ("deactivate",) if gone.ended and client.deactivates(directory) == "last" else ()
    kind = client.settings.directories[directory].kind
    book = choose(client.settings.runbook, kind, ahead=gone.ahead, also=also)
    steps = tuple(step for step in book.steps if not gone.only_ending or step.name in ENDING)
    names = {step.name for step in steps}
    return replace(
        book,
        steps=steps,
        settings={name: _plain(own) for name, own in book.settings.items() if name in names},
    )


def leaves_licence(client: Client, account: DesiredAccount, now: datetime, name: str) -> bool:
    """Whether a licence (its part number) of somebody without access is the runbook's to take, or to leave.

    Who left loses it by the step `licences`, after what needs it. A record that only says `disabled` loses it with
    its groups, but for what that step would keep: a mailbox does not outlive its licence for long.
    """
    gone = left(client, account, now)
    if gone is None or gone.ahead:
        return False
    if not gone.only_ending:
        return any(step.name == _LICENCES for step in book_for(client, account.directory, gone).steps)
    book = choose(client.settings.runbook, "entra")
    own = book.settings.get(_LICENCES, {}) if any(step.name == _LICENCES for step in book.steps) else {}
    return name in (own.get("keep") or ()) or own.get("mailbox") == "shared"


def colleague(client: Client, person: str, directory: str) -> str | None:
    """The username, in this directory, of the colleague who takes over; None where nobody does."""
    record = client.people.get(person)
    key = record.departure.handover if record is not None and record.departure is not None else None
    if key is None or directory not in client.accounts(key):
        return None
    return client.username(key, directory)


def case_for(client: Client, account: DesiredAccount, id_: str, gone: Left, now: datetime) -> Case:
    """The case of an account of somebody who has left."""
    return Case(
        client=client.key,
        person=account.person,
        directory=account.directory,
        account=id_,
        username=account.username,
        cut=gone.cut,
        now=now,
        handover=colleague(client, account.person, account.directory),
        departure=gone.departure,
        retained_until=gone.retained_until,
    )


def _plain(own: Mapping[str, Any]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in own.items()}
