"""Compose the plan of a client from its desired state, its directories and its last state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from leaver.actions.live import Live, ended_accounts
from leaver.desired import Desired, DesiredAccount, Memory, desired, leave_ended
from leaver.limits import renames
from leaver.model import Client
from leaver.program.accounts import USER_TYPE, plan_account
from leaver.program.departures import Departures, hidden
from leaver.program.groups import plan_group, plan_roles, taken_by_hand, unknown_roles
from leaver.program.licences import Licences
from leaver.program.naming import (
    last_name,
    refuse_new_stack,
    refuse_renamed_groups,
    refuse_unnamed_renames,
)
from leaver.program.plan import Member, NewAccount, Notice, Plan, PlanError, PlannedAccount
from leaver.program.returning import Past, Restore, way_back
from leaver.runbook.choice import refuse_faults
from leaver.source.state import DEPARTURE_TYPE, ENTRA_GROUP, OKTA_GROUP, StackState

_NOTHING = Past()


def compose(
    client: Client, now: datetime, live: Live, state: StackState, past: Past = _NOTHING
) -> tuple[Desired, Plan]:
    """Decide everything that this run declares. `past` is what is known of accounts to come back to.

    Raises:
        PlanError: accounts or groups that exist and are not to be adopted, groups that do not, people who look
            like somebody whose record is gone, and the like.
    """
    refuse_new_stack(client, state)
    _refuse_vanished_groups(client, state)
    refuse_faults(client)
    last, keys = state, renames(client, state.memory)
    state = state.renamed(keys)
    wanted = desired(client, now, as_it_is(state.memory, live))
    refuse_unnamed_renames(client, wanted, live, state)
    refuse_renamed_groups(client, live, state)
    usernames = {
        directory: {account.username.casefold(): id_ for id_, account in shown.accounts.items()}
        for directory, shown in live.items()
    }
    found = {
        key: _find(account, live, usernames[account.directory], state.memory)
        for key, account in wanted.accounts.items()
    }
    wanted = leave_ended(wanted, ended_accounts(client, live, found))
    ways = {
        key: way
        for key, account in wanted.accounts.items()
        if found[key] is None and (way := way_back(client, account, now, live, state, past)) is not None
    }
    members: dict[tuple[str, str], Member] = {
        key: found[key] or NewAccount(*key)
        for key, account in wanted.accounts.items()
        if found[key] is not None or (account.enabled and key not in ways and not _gone(key, account, state))
    }
    errors: list[str] = []
    notices: list[Notice] = []
    stale: list[tuple[str, str]] = []
    accounts: list[PlannedAccount] = []
    lost: dict[str, dict[str, str]] = {}
    people: dict[str, dict[str, str]] = {}
    for key, account in wanted.accounts.items():
        id_ = found[key]
        outcome = plan_account(
            client,
            account,
            live[account.directory].accounts[id_] if id_ else None,
            _manager(client, wanted, account, members),
            state,
            back=ways.get(key),
            owned=id_ is not None and past.owned(client, account, id_),
        )
        notices += outcome.notices
        if outcome.error:
            errors.append(outcome.error)
        if outcome.stale:
            kind = client.settings.directories[account.directory].kind
            stale.append((USER_TYPE[kind], f"{account.person}/{account.directory}"))
        if outcome.account is None and key in state.lost:
            people.setdefault(account.person, {})
            lost.setdefault(account.person, {})[account.directory] = state.lost[key]
        if outcome.account is not None:
            accounts.append(outcome.account)
            removed = people.setdefault(account.person, {})
            if account.removal is not None:
                removed[account.directory] = (
                    f"{account.removal.since.isoformat()}/{account.removal.until.isoformat()}"
                )
    planned = [
        plan_group(client, group, live[group.directory], members, state) for group in wanted.groups.values()
    ]
    errors += [f"{group.error}" for group in planned if group.error]
    errors += unknown_roles(wanted, live)
    if errors:
        raise PlanError([f"{client.key}: {error}" for error in errors])
    memberships = tuple(
        membership
        for group in planned
        for membership in group.memberships
        if membership.person in people or not membership.let_go
    )
    groups = tuple(group.group for group in planned if group.group is not None)
    roles = plan_roles(wanted, live, members, [(account.person, account.directory) for account in accounts])
    licences = Licences(client, wanted, live, state, members, notices, stale)
    given = licences.plan((account.person, account.directory) for account in accounts)
    stale += taken_by_hand(memberships, roles, state)
    stale += [(DEPARTURE_TYPE, name) for name in state.untrue if (DEPARTURE_TYPE, name) in state.ids]
    departures = tuple(Departures(client, wanted, state, memberships, roles, groups).plan(accounts))
    return wanted, Plan(
        client=client.key,
        people=people,
        lost=lost,
        accounts=tuple(hidden(accounts, departures)),
        groups=groups,
        memberships=memberships,
        roles=roles,
        licences=given,
        departures=departures,
        notices=tuple(sorted(set(notices))),
        renamed={new: old for old, new in keys.items()},
        stale=tuple(
            sorted(
                last_name(last, key, keys)
                for key in {*stale, *(key for group in planned for key in group.stale)}
            )
        ),
        restores=tuple(
            Restore(*key, way.account, way.until) for key, way in ways.items() if way.account is not None
        ),
    )


def _refuse_vanished_groups(client: Client, state: StackState) -> None:
    """Invariant 4: a groups.yaml that is gone is no order to delete every group."""
    groups = [name for type_, name in state.ids if type_ in (ENTRA_GROUP, OKTA_GROUP)]
    if len(groups) > 1 and not client.groups:
        raise PlanError(
            [
                f"{client.key}: the records name no group, and the last run looked after {len(groups)}. "
                "Put groups.yaml back; to let groups go, remove them from it one by one."
            ]
        )


def _gone(key: tuple[str, str], account: DesiredAccount, state: StackState) -> bool:
    """Whether the account was there once, is not any more, and is not to be made anew."""
    was_there = key in state.memory.accounts or key in state.lost
    return was_there and not account.reinstate


def as_it_is(memory: Memory, live: Live) -> Memory:
    """The memory with what the directories show: who is disabled already loses nothing."""
    accounts = {}
    for (person, directory), remembered in memory.accounts.items():
        shown = live[directory].accounts.get(remembered.id) if directory in live else None
        enabled = remembered.enabled if shown is None else shown.enabled
        accounts[person, directory] = replace(remembered, enabled=enabled)
    return Memory(accounts)


def _find(account: DesiredAccount, live: Live, usernames: Mapping[str, str], memory: Memory) -> str | None:
    """The ID of the account in its directory: that of the last state while it is there, else by username."""
    remembered = memory.accounts.get((account.person, account.directory))
    if remembered is not None:
        return remembered.id if remembered.id in live[account.directory].accounts else None
    return usernames.get(account.username.casefold())


def _manager(
    client: Client, wanted: Desired, account: DesiredAccount, members: dict[tuple[str, str], Member]
) -> Member | None:
    if account.manager is None:
        return None
    key = (account.manager, account.directory)
    if client.settings.directories[account.directory].kind == "okta":
        return wanted.accounts[key].username if key in wanted.accounts else None
    return members.get(key)
