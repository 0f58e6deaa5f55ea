"""Accounts that their directory shows ended, and that no record reinstates: nothing is given to them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from leaver.desired.state import Desired, DesiredGroup


@dataclass(frozen=True, slots=True)
class StillHeld:
    """What an ended account still has: roles by display name, licences by their keys in client.yaml."""

    roles: frozenset[str] = frozenset()
    licences: frozenset[str] = frozenset()


def leave_ended(wanted: Desired, ended: Mapping[tuple[str, str], StillHeld]) -> Desired:
    """What is desired, with the groups, roles and licences of ended accounts as the directory has them.

    `ended` names the accounts that their directory shows disabled, suspended, locked or deprovisioned, and what each
    still has. Who wants one of them back writes `reinstate`; until then a departure that was cancelled, or a
    `disabled` that was taken out, brings back neither sign-in nor groups (invariant 3).
    """
    left = {
        key
        for key in ended
        if (account := wanted.accounts.get(key)) is not None and account.enabled and not account.reinstate
    }
    if not left:
        return wanted
    accounts = {
        key: replace(
            account,
            roles=tuple(role for role in account.roles if role in ended[key].roles),
            licences=tuple(name for name in account.licences if name in ended[key].licences),
        )
        if key in left
        else account
        for key, account in wanted.accounts.items()
    }
    groups = {key: _without(group, left) for key, group in wanted.groups.items()}
    return replace(wanted, accounts=accounts, groups=groups)


def _without(group: DesiredGroup, left: Collection[tuple[str, str]]) -> DesiredGroup:
    waiting = {person for person in group.members if (person, group.directory) in left}
    if not waiting:
        return group
    return replace(
        group,
        members=tuple(person for person in group.members if person not in waiting),
        undecided=tuple(sorted({*group.undecided, *waiting})),
    )
