"""Who comes back to an account that Entra has deleted: which of the deleted items is theirs, or why none is. Pure.

A restored account has its old mail, files and rights, so it must be nobody else's: the user principal name is that of
the record, no second deleted account has it, and the object ID is one that the last state or the evidence knows as
this person's, where they know any. (docs/decisions/0028-a-deleted-account-is-restored-ahead-of-the-engine.md)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from leaver.actions import Account
from leaver.actions.answer import moment
from leaver.actions.deleted import KEPT
from leaver.actions.live import Live
from leaver.desired import Change, ChangeReport, DesiredAccount, Effect, Restored
from leaver.lifecycle import phase
from leaver.limits import renames
from leaver.model import Client, local
from leaver.source.state import StackState

_BY_HAND = "az rest --method post --url https://graph.microsoft.com/v1.0/directory/deletedItems/ID/restore"


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of accounts that were, where somebody comes back.

    `deleted` has the deleted accounts by directory and ID; `owners` the person key that the evidence knows for an
    account, by (directory, account ID); `faults` says, by directory, why that could not be read.
    """

    deleted: Mapping[str, Mapping[str, Account]] = field(default_factory=dict)
    owners: Mapping[tuple[str, str], str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    def owned(self, client: Client, wanted: DesiredAccount, id_: str) -> bool:
        """Whether the evidence knows the account as one of the person who comes back."""
        owner = self.owners.get((wanted.directory, id_))
        return wanted.reinstate and owner is not None and owner in _keys(client, wanted.person)


@dataclass(frozen=True, slots=True)
class WayBack:
    """What becomes of somebody's account that is not there: `account` is to be restored, else `text` says why not.

    `until`: then Entra purges it; None where it does not say when it was deleted. `lost`: it is gone for good.
    """

    text: str
    account: Account | None = None
    until: datetime | None = None
    lost: bool = False


def directories_of(client: Client, now: datetime, live: Live, state: StackState) -> tuple[str, ...]:
    """The Entra directories where somebody comes back to an account that is not there, or that no state knows."""
    state = state.renamed(renames(client, state.memory))
    return tuple(sorted(set(_awaited(client, now, live, state))))


def _awaited(client: Client, now: datetime, live: Live, state: StackState) -> Iterator[str]:
    for key, person in client.people.items():
        if not person.reinstate or not phase(person, now).has_access:
            continue
        for name in client.accounts(key):
            remembered = state.memory.accounts.get((key, name))
            there = remembered is not None and remembered.id in live[name].accounts
            if client.settings.directories[name].kind == "entra" and not there:
                yield name


def way_back(
    client: Client, wanted: DesiredAccount, now: datetime, live: Live, state: StackState, past: Past
) -> WayBack | None:
    """The way back to an account that its directory does not show; None for one of which nobody knows that it was."""
    if not (wanted.enabled and wanted.reinstate) or (
        client.settings.directories[wanted.directory].kind != "entra"
    ):
        return None
    username, zone = wanted.username.casefold(), client.zone
    known = _known(client, wanted, state, past)
    if fault := past.faults.get(wanted.directory):
        return WayBack(f"the account is not there, and whether it can be restored is not known: {fault}")
    deleted = past.deleted.get(wanted.directory, {})
    named = [each for each in deleted.values() if each.username.casefold() == username]
    if not named:
        return _without(wanted, known, deleted, client)
    if len(named) > 1:
        listed = ", ".join(f"{each.id} ({_said(each, zone)})" for each in sorted(named, key=lambda a: a.id))
        return WayBack(
            f"{len(named)} deleted accounts were {wanted.username}: {listed}. "
            f"Restore the right one by hand: {_BY_HAND}"
        )
    (found,) = named
    owner = past.owners.get((wanted.directory, found.id))
    if (known and found.id not in known) or (owner and owner not in _keys(client, wanted.person)):
        whose = f'"{owner}"' if owner else "somebody else"
        return WayBack(
            f"the deleted account {found.id} was {wanted.username}, but that of {whose}: it is left alone. "
            f"{_new_one(client, wanted)}"
        )
    if any(each.username.casefold() == username for each in live[wanted.directory].accounts.values()):
        return WayBack(
            f"the deleted account {found.id} cannot be restored, as another account is {wanted.username} now. "
            "Give that one another username"
        )
    gone = _deleted_at(found)
    until = gone + KEPT if gone is not None else None
    if until is not None and until <= now:
        return WayBack(f"{_lost(found, zone)}. {_new_one(client, wanted)}", lost=True)
    return WayBack(
        f"the account was deleted, and this run does not restore it: leaver apply {client.key} does"
        f"{_by(until, zone)}",
        found,
        until,
    )


def _known(client: Client, wanted: DesiredAccount, state: StackState, past: Past) -> frozenset[str]:
    """The IDs of the accounts that were the person's, by the last state; else by the evidence."""
    key = (wanted.person, wanted.directory)
    remembered = state.memory.accounts.get(key)
    last = remembered.id if remembered is not None else state.lost.get(key)
    if last is not None:
        return frozenset({last})
    keys = _keys(client, wanted.person)
    return frozenset(
        id_ for (name, id_), owner in past.owners.items() if name == wanted.directory and owner in keys
    )


def _without(
    wanted: DesiredAccount, known: frozenset[str], deleted: Mapping[str, Account], client: Client
) -> WayBack | None:
    """No deleted account has the name."""
    if not known:
        return None
    for id_ in sorted(known & deleted.keys()):
        return WayBack(
            f"the deleted account {id_} was {deleted[id_].username}, and the record says {wanted.username}: "
            "write its own username into the record to have it restored"
        )
    return WayBack(f"the account is gone for good. {_new_one(client, wanted)}", lost=True)


def _keys(client: Client, person: str) -> frozenset[str]:
    """The person's key, and the one that they had before."""
    record = client.people.get(person)
    return frozenset(key for key in (person, record.was if record else None) if key is not None)


def _new_one(client: Client, wanted: DesiredAccount) -> str:
    return (
        "For a new account make one by hand and write `adopt: true` in the record, or have a new record proposed: "
        f"leaver reinstate {client.key} {wanted.person} --as KEY"
    )


def _deleted_at(account: Account) -> datetime | None:
    return moment(account.attributes.get("deletedDateTime"))


def _said(account: Account, zone: str) -> str:
    at = _deleted_at(account)
    return f"deleted {local(at, zone)[:10]}" if at is not None else "nobody says since when"


def _lost(account: Account, zone: str) -> str:
    return f"the account was {_said(account, zone)}, and Entra keeps one for 30 days: by then it is gone for good"


def _by(until: datetime | None, zone: str) -> str:
    return f", until {local(until, zone)}, when Entra purges it" if until is not None else ""


@dataclass(frozen=True, slots=True)
class Restore:
    """A deleted account that is to be restored before the engine runs."""

    person: str
    directory: str
    account: Account
    until: datetime | None


def as_restored(live: Live, past: Past, restores: tuple[Restore, ...]) -> tuple[Live, Past]:
    """The directories as they will be: the accounts are back, disabled, and known as the persons' own."""
    shown, owners = dict(live), dict(past.owners)
    for each in restores:
        account = replace(each.account, enabled=False, status="disabled")
        directory = shown[each.directory]
        shown[each.directory] = replace(directory, accounts={**directory.accounts, account.id: account})
        owners[each.directory, account.id] = each.person
    return shown, replace(past, owners=owners)


def with_restores(told: ChangeReport, restores: tuple[Restore, ...]) -> ChangeReport:
    """The report of the run that restores first. What changes of an account is told when it can be read whole."""
    keys = {(each.person, each.directory) for each in restores}
    found = [
        each
        for each in told.changes
        if each.effect is not Effect.CHANGED or (each.subject, each.directory) not in keys
    ]
    found += [
        Change(
            each.person,
            each.directory,
            Effect.RESTORED,
            f"{each.account.username}, object {each.account.id},",
            f"until {local(each.until, told.zone)}, then Entra purges it" if each.until else "",
        )
        for each in restores
    ]
    return replace(
        told,
        changes=tuple(sorted(found, key=lambda change: change.order)),
        restores=tuple(
            Restored(each.person, each.directory, each.account.username, each.account.id) for each in restores
        ),
    )
