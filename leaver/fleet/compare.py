"""Hold what the directories show against what is desired: every difference, in people's terms."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.actions import attributes
from leaver.actions.live import Live, called, ended_accounts
from leaver.desired import Desired, DesiredAccount, DesiredGroup, leave_ended
from leaver.fleet.reports import Difference
from leaver.model import Client, Membership
from leaver.runbook.departed import leaves_licence
from leaver.source.state import ENTRA_GROUP, OKTA_GROUP, StackState


def compare(client: Client, wanted: Desired, live: Live, state: StackState) -> tuple[Difference, ...]:
    """Every difference between `wanted` and `live`, sorted.

    An account that was ended in its directory (disabled, deleted) although its record wants it is a difference
    only when the record says `reinstate`: else invariant 3 leaves it ended, and preview says so.
    """
    return tuple(sorted(_Comparison(client, wanted, live, state).differences(), key=str))


class _Comparison:
    def __init__(self, client: Client, wanted: Desired, live: Live, state: StackState) -> None:
        self._client = client
        self._live = live
        self._once_there = state.memory.accounts.keys() | state.lost.keys()
        usernames = {
            directory: {account.username.casefold(): id_ for id_, account in shown.accounts.items()}
            for directory, shown in live.items()
        }
        self._ids: dict[tuple[str, str], str] = {}
        for key, account in wanted.accounts.items():
            remembered = state.memory.accounts.get(key)
            if remembered is not None and remembered.id in live[account.directory].accounts:
                self._ids[key] = remembered.id
            elif (by_name := usernames[account.directory].get(account.username.casefold())) is not None:
                self._ids[key] = by_name
        self._wanted = leave_ended(wanted, ended_accounts(client, live, self._ids))
        self._groups = {
            name.removeprefix("group/"): id_.removeprefix("/groups/")
            for (type_, name), id_ in state.ids.items()
            if type_ in (ENTRA_GROUP, OKTA_GROUP)
        }
        self._people = {(directory, id_): person for (person, directory), id_ in self._ids.items()}

    def differences(self) -> Iterator[Difference]:
        for key, account in self._wanted.accounts.items():
            yield from self._account(account, self._ids.get(key))
        for group in self._wanted.groups.values():
            yield from self._group(group)
        yield from self._roles()
        yield from self._licences()

    def _account(self, wanted: DesiredAccount, id_: str | None) -> Iterator[Difference]:
        def differs(what: str, want: str, found: str) -> Difference:
            return Difference(wanted.person, wanted.directory, what, want, found)

        if wanted.removal is not None and wanted.removal.delete:
            if id_ is not None:
                yield differs("account", "deleted", "still there")
            return
        if id_ is None:
            if wanted.enabled and not self._gone(wanted.person, wanted.directory):
                yield differs("account", wanted.username, "none")
            return
        shown = self._live[wanted.directory].accounts[id_]
        if shown.enabled and not wanted.enabled:
            yield differs("sign-in", "disabled", shown.status)
        elif wanted.enabled and not shown.enabled and wanted.reinstate:
            yield differs("sign-in", "enabled", shown.status)
        if shown.username.casefold() != wanted.username.casefold():
            yield differs("username", wanted.username, shown.username)
        if self._client.settings.directories[wanted.directory].kind == "entra":
            now = attributes.entra_inputs(shown.attributes)
            stated = attributes.managed(wanted.attributes, attributes.ENTRA_FIELDS)
            manager = self._ids.get((wanted.manager or "", wanted.directory))
            if manager is not None and shown.manager != manager:
                yield differs("manager", wanted.manager or "", self._name(wanted.directory, shown.manager))
        elif shown.status == "DEPROVISIONED":
            return
        else:
            now = attributes.okta_inputs(shown.attributes)
            stated = attributes.managed(wanted.attributes, attributes.OKTA_FIELDS)
        for argument, value in stated.items():
            if now.get(argument) != value:
                yield differs(argument.replace("_", " "), str(value), str(now.get(argument) or "nothing"))

    def _gone(self, person: str, directory: str) -> bool:
        return (person, directory) in self._once_there and not self._wanted.accounts[
            person, directory
        ].reinstate

    def _group(self, wanted: DesiredGroup) -> Iterator[Difference]:
        live = self._live[wanted.directory]
        label = f"group {wanted.name}"
        named = [group for group in live.groups.values() if group.name == wanted.name]
        if (own := live.groups.get(self._groups.get(wanted.key, ""))) is not None:
            # Others may well have its name.
            named = [own]
            if own.name != wanted.name:
                yield Difference(label, wanted.directory, "name", wanted.name, own.name)
        if not named:
            yield Difference(label, wanted.directory, "group", "there", "missing")
            return
        if len(named) > 1:
            yield Difference(label, wanted.directory, "group", "one of that name", str(len(named)))
            return
        in_it = live.members.get(named[0].id, frozenset())
        due = {
            self._ids.get((person, wanted.directory)): person
            for person in wanted.members
            if (person, wanted.directory) in self._ids or not self._gone(person, wanted.directory)
        }
        for id_, person in due.items():
            if id_ not in in_it:
                yield Difference(person, wanted.directory, label, "a member", "not a member")
        undecided = {self._ids.get((person, wanted.directory)) for person in wanted.undecided}
        for id_ in in_it - {id_ for id_ in due if id_} - {id_ for id_ in undecided if id_}:
            known = (wanted.directory, id_) in self._people
            if wanted.membership is Membership.EXACT or (known and not self._decided_elsewhere(wanted, id_)):
                yield Difference(
                    self._name(wanted.directory, id_), wanted.directory, label, "not a member", "a member"
                )

    def _decided_elsewhere(self, wanted: DesiredGroup, id_: str) -> bool:
        """Whether somebody with access is in an additive group without Leaver's doing, which is allowed."""
        account = self._wanted.accounts[self._people[wanted.directory, id_], wanted.directory]
        return account.enabled

    def _roles(self) -> Iterator[Difference]:
        for (person, directory), account in self._wanted.accounts.items():
            id_ = self._ids.get((person, directory))
            held = {role for role, holders in self._live[directory].roles.items() if id_ in holders}
            for role in account.roles:
                if role not in held:
                    yield Difference(person, directory, f"role {role}", "held", "not held")
            if not account.enabled:
                for role in sorted(held):
                    yield Difference(person, directory, f"role {role}", "not held", "held")

    def _licences(self) -> Iterator[Difference]:
        """Licences that records give and the directory does not show; of those without access, the other way round.

        What is the runbook's to take, its own step tells.
        """
        for (person, directory), account in self._wanted.accounts.items():
            id_, record = self._ids.get((person, directory)), self._client.people.get(person)
            for key in record.licences if record is not None and id_ is not None else ():
                if self._client.licence_directory(key) != directory:
                    continue
                sku = self._live[directory].sku(self._client.settings.licences[key].sku)
                held = sku is not None and id_ in sku.holders
                if key in account.licences and not held:
                    found = "not assigned" if sku is not None else "the tenant has no such licence"
                    yield Difference(person, directory, f"licence {key}", "assigned", found)
                elif held and sku is not None and not account.enabled and not self._left(account, sku.name):
                    yield Difference(person, directory, f"licence {key}", "not assigned", "assigned")

    def _left(self, account: DesiredAccount, part_number: str) -> bool:
        return leaves_licence(self._client, account, self._wanted.now, part_number)

    def _name(self, directory: str, id_: str | None) -> str:
        if id_ is None:
            return "none"
        person = self._people.get((directory, id_))
        return person or called(self._live[directory], id_)
