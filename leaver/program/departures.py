"""Plan the departures: what is declared for each account whose person has left, or is about to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from leaver.desired import Desired, DesiredAccount
from leaver.model import Client
from leaver.program.plan import (
    PlannedAccount,
    PlannedDeparture,
    PlannedGroup,
    PlannedMembership,
    PlannedRole,
)
from leaver.runbook.departed import book_for, colleague, left
from leaver.source.state import (
    DEPARTURE_TYPE,
    ENTRA_GROUP,
    ENTRA_MEMBER,
    ENTRA_ROLE,
    OKTA_MEMBERS,
    StackState,
)

_HIDDEN = "address-list"


@dataclass(slots=True)
class Departures:
    """Plans the departures of one run."""

    client: Client
    wanted: Desired
    state: StackState
    memberships: Iterable[PlannedMembership]
    roles: Iterable[PlannedRole]
    groups: Iterable[PlannedGroup]
    _engine: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def plan(self, accounts: Iterable[PlannedAccount]) -> Iterator[PlannedDeparture]:
        """One departure for each account whose person has left, or has agreed to."""
        self._engine = self._taken_by_the_engine()
        for account in accounts:
            wanted = self.wanted.accounts[account.person, account.directory]
            there = account.id is not None or account.new
            if there and (found := self._one(account, wanted)) is not None:
                yield found

    def _one(self, account: PlannedAccount, wanted: DesiredAccount) -> PlannedDeparture | None:
        name = f"{account.person}/{account.directory}/departure"
        before = self.state.inputs.get((DEPARTURE_TYPE, name), {})
        known = (DEPARTURE_TYPE, name) in self.state.ids
        gone = left(self.client, wanted, self.wanted.now, _moment(before.get("cut")) if known else None)
        if gone is None:
            return None
        book = book_for(self.client, account.directory, gone)
        titles = {step.name: step.title for step in book.steps}
        if not titles:
            return None
        inputs: dict[str, Any] = {
            "person": account.person,
            "directory": account.directory,
            "account": account.id,
            "username": wanted.username,
            "cut": gone.cut.isoformat(),
            "departure": gone.departure,
            "handover": colleague(self.client, account.person, account.directory),
            "retainedUntil": gone.retained_until.isoformat() if gone.retained_until else None,
            "steps": titles,
            "settings": dict(book.settings) or None,
            "meanwhile": sorted(self._engine.get((account.person, account.directory), ())) or None,
        }
        inputs = {key: value for key, value in inputs.items() if value is not None}
        again = {*self.state.open.get(name, {}), *self.state.untrue.get(name, ())}
        same = known and all(before.get(key) == inputs.get(key) for key in _DECIDING)
        to_do = [title for step, title in titles.items() if not same or step in again]
        return PlannedDeparture(
            account.person, account.directory, inputs, tuple(to_do), tuple(self._groups_of(account))
        )

    def _taken_by_the_engine(self) -> dict[tuple[str, str], list[str]]:
        """IDs of what this very run deletes as resources of its own: groups and role assignments by account."""
        kept = {membership.name for membership in self.memberships} | {role.name for role in self.roles}
        found: dict[tuple[str, str], list[str]] = {}
        for (type_, name), id_ in self.state.ids.items():
            if type_ in (ENTRA_MEMBER, ENTRA_ROLE) and name not in kept:
                person, directory, _ = name.split("/", 2)
                group = self.state.inputs.get((type_, name), {}).get("groupObjectId")
                taken = group if type_ == ENTRA_MEMBER else id_.rpartition("/")[2]
                if isinstance(taken, str):
                    found.setdefault((person, directory), []).append(taken)
        return found

    def _groups_of(self, account: PlannedAccount) -> Iterator[str]:
        for group in self.groups:
            if group.directory != account.directory:
                continue
            name = (
                (ENTRA_GROUP, group.name)
                if account.kind == "entra"
                else (OKTA_MEMBERS, f"{group.name}/members")
            )
            before = self.state.inputs.get(name, {})
            if account.id in (before.get("members" if account.kind == "entra" else "users") or ()):
                yield group.key


_DECIDING = ("account", "username", "cut", "departure", "handover", "retainedUntil", "steps", "settings")


def hidden(
    accounts: Iterable[PlannedAccount], departures: Iterable[PlannedDeparture]
) -> list[PlannedAccount]:
    """The accounts, those that the runbook hides declared hidden: else the next run would find them changed."""
    names = {(each.person, each.directory) for each in departures if _HIDDEN in each.inputs["steps"]}
    return [
        replace(account, inputs={**account.inputs, "show_in_address_list": False})
        if (account.person, account.directory) in names and "*" not in account.ignore
        else account
        for account in accounts
    ]


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
