"""Hold what a run takes away against the limits, and against what is protected; by live directories."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from leaver.actions.live import Live
from leaver.desired import Change, ChangeReport, Desired, Effect
from leaver.limits import (
    Fault,
    Holders,
    Judgement,
    Loss,
    Size,
    Taking,
    break_glass,
    emptied,
    judge,
    kept_roles,
    losses_of,
    owners,
)
from leaver.model import Client
from leaver.program.compose import as_it_is
from leaver.source.state import StackState

_ROLE = "role "
_LICENCE = "licence "
_WORDS = {Effect.DISABLED: "be disabled", Effect.DELETED: "be deleted"}


def guard(
    client: Client, wanted: Desired, told: ChangeReport, live: Live, state: StackState, now: datetime
) -> Judgement:
    """Judge the plan that `told` reports; `state` is the last one, under the new keys of renamed people."""
    lost = losses_of(told)
    ledger = state.ledger.given_back(lambda loss: _holds(wanted, loss))
    faults = _faults(client, wanted, told, live, state, lost)
    return judge(client, lost, _size(client, live, state), now, ledger, faults)


def _size(client: Client, live: Live, state: StackState) -> Size:
    accounts = as_it_is(state.memory, live).accounts
    people = {person for (person, _), account in accounts.items() if account.enabled}
    groups: dict[str, int] = {}
    for name, shown in live.items():
        for id_, group in shown.groups.items():
            if id_ in shown.members:
                groups[f"group {group.name} in {name}"] = len(shown.members[id_])
        for role, holders in shown.roles.items():
            groups[f"{_ROLE}{role} in {name}"] = len(holders)
        for key, licence in client.settings.licences.items():
            sku = shown.sku(licence.sku) if client.licence_directory(key) == name else None
            if sku is not None:
                groups[f"{_LICENCE}{key} in {name}"] = len(sku.holders)
    return Size(len(people), groups)


def _faults(
    client: Client, wanted: Desired, told: ChangeReport, live: Live, state: StackState, lost: tuple[Loss, ...]
) -> Iterator[Fault]:
    yield from emptied(
        client, {person for (person, _), account in state.memory.accounts.items() if account.removed is None}
    )
    yield from break_glass(client, _takings(wanted, told, state))
    yield from _itself(told, live, state)
    yield from kept_roles(client, _holders(wanted, told, live, state))
    yield from owners(client, lost)


def _itself(told: ChangeReport, live: Live, state: StackState) -> Iterator[Fault]:
    """The user whose API token Leaver signs in with: ended, Leaver could not finish what it began."""
    for change in told.changes:
        remembered = state.memory.accounts.get((change.subject, change.directory))
        own = live[change.directory].own if change.directory in live else None
        if change.effect in _WORDS and own is not None and remembered is not None and remembered.id == own:
            yield Fault(
                f'person "{change.subject}"',
                f"would {_WORDS[change.effect]} in {change.directory}, and is the user whose API token Leaver signs "
                "in with",
                "Give Leaver a token of its own, or a service application.",
            )


def _takings(wanted: Desired, told: ChangeReport, state: StackState) -> Iterator[Taking]:
    for change in told.changes:
        if change.effect not in (*_WORDS, Effect.REMOVED) or change.subject.startswith("group "):
            continue
        key = (change.subject, change.directory)
        usernames = {change.what} if change.effect in _WORDS else set()
        if key in wanted.accounts:
            usernames.add(wanted.accounts[key].username)
        if key in state.memory.accounts:
            usernames.add(state.memory.accounts[key].username)
        verb = "lose" if change.what.startswith(_LICENCE) else "leave"
        what = _WORDS.get(change.effect, f"{verb} {change.what}")
        yield Taking(change.subject, change.directory, frozenset(usernames), what)


def _holders(wanted: Desired, told: ChangeReport, live: Live, state: StackState) -> Iterator[Holders]:
    """Who holds each role before and after the run; applications and groups that hold it are nobody."""
    names = {
        (directory, account.id): person for (person, directory), account in state.memory.accounts.items()
    }
    for directory, shown in live.items():
        for role, assigned in shown.roles.items():
            before = {
                names.get((directory, id_), shown.accounts[id_].username)
                for id_ in assigned
                if id_ in shown.accounts and shown.accounts[id_].enabled
            }
            here = [each for each in told.changes if each.directory == directory]
            going = [each for each in here if each.subject in before and _takes(each, role)]
            given = {
                each.subject
                for each in here
                if each.effect is Effect.ADDED and each.what == f"{_ROLE}{role}" and _enabled(wanted, each)
            }
            taken = frozenset(each.subject for each in going if not each.agreed)
            after = (before - {each.subject for each in going}) | given
            yield Holders(directory, role, frozenset(before), frozenset(after), taken)


def _takes(change: Change, role: str) -> bool:
    return change.effect in _WORDS or (change.effect is Effect.REMOVED and change.what == f"{_ROLE}{role}")


def _enabled(wanted: Desired, change: Change) -> bool:
    account = wanted.accounts.get((change.subject, change.directory))
    return account is not None and account.enabled


def _holds(wanted: Desired, loss: Loss) -> bool:
    """Whether the run gives back, or leaves in place, what was lost."""
    account = wanted.accounts.get((loss.person, loss.directory))
    if account is None or not account.enabled:
        return False
    if loss.of_account:
        return True
    kind, _, name = loss.what.partition(" ")
    if kind == "role":
        return name in account.roles
    if kind == "licence":
        return name in account.licences
    return any(
        group.name == name and group.directory == loss.directory and loss.person in group.members
        for group in wanted.groups.values()
    )
