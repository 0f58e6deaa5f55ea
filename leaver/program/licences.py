"""Plan the licences: which of them is declared for which account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from leaver.actions import Sku
from leaver.actions.live import Live
from leaver.desired import Desired, DesiredAccount
from leaver.model import Client
from leaver.program.plan import Member, Notice, PlannedLicence, licence_name
from leaver.runbook.departed import leaves_licence
from leaver.source.state import LICENCE_TYPE, StackState

_SHOWN = 8


@dataclass(slots=True)
class Licences:
    """Plans the licences of one run; `notices` and `stale` are filled by it."""

    client: Client
    wanted: Desired
    live: Live
    state: StackState
    members: Mapping[tuple[str, str], Member]
    notices: list[Notice] = field(default_factory=list)
    stale: list[tuple[str, str]] = field(default_factory=list)

    def plan(self, accounts: Iterable[tuple[str, str]]) -> tuple[PlannedLicence, ...]:
        """The licences of everybody with access; `accounts` are those that are declared."""
        last = self._last()
        found: list[PlannedLicence] = []
        for key in sorted(accounts):
            account, member = self.wanted.accounts[key], self.members.get(key)
            if member is not None:
                given = self._given(account, member, last.get(key, {})) if account.licences else []
                found += [*given, *self._left(account, member, last.get(key, {}))]
        self._short(found)
        return tuple(found)

    def _left(
        self, account: DesiredAccount, member: Member, last: Mapping[str, str]
    ) -> Iterator[PlannedLicence]:
        """What the last run gave to somebody without access, and the runbook takes or leaves."""
        if account.enabled:
            return
        for name, sku in last.items():
            product = self.live[account.directory].sku(sku)
            number = product.name if product is not None else sku
            if leaves_licence(self.client, account, self.wanted.now, number):
                key = name.rpartition("/")[2]
                yield PlannedLicence(
                    account.person, account.directory, key, sku, member, held=True, left=True
                )

    def _given(
        self, account: DesiredAccount, member: Member, last: Mapping[str, str]
    ) -> list[PlannedLicence]:
        person, directory = account.person, account.directory
        skus: dict[str, str] = {}
        products: dict[str, Sku] = {}
        for key in account.licences:
            name, stated = licence_name(person, directory, key), self.client.settings.licences[key].sku
            product = self.live[directory].sku(stated)
            if product is not None and product.id in skus.values():
                # One product under two keys, by its number and by its ID: one assignment is enough for both.
                continue
            if product is not None:
                skus[key], products[key] = product.id, product
                continue
            self.notices.append(self._unknown(directory, key, stated))
            if name in last:
                # Not taken away for an answer that may be short of something: as the last state has it.
                skus[key] = last[name]
        dropped = tuple(sorted(set(last.values()) - set(skus.values())))
        planned = []
        for key, sku in skus.items():
            name, product = licence_name(person, directory, key), products.get(key)
            held = product is None or member in product.holders
            if name in last and last[name] == sku and not held:
                self.stale.append((LICENCE_TYPE, name))
            others = [each for each, id_ in last.items() if id_ == sku and each != name]
            planned.append(
                PlannedLicence(
                    person,
                    directory,
                    key,
                    sku,
                    member,
                    held,
                    dropped if not held else (),
                    was=others[0] if others and name not in last else None,
                )
            )
        return planned

    def _last(self) -> dict[tuple[str, str], dict[str, str]]:
        """By account: the logical name → the product's ID of the licences in the last state."""
        found: dict[tuple[str, str], dict[str, str]] = {}
        for (type_, name), id_ in self.state.ids.items():
            if type_ == LICENCE_TYPE:
                person, directory, _ = name.split("/", 2)
                found.setdefault((person, directory), {})[name] = id_.rpartition("/")[2]
        return found

    def _unknown(self, directory: str, key: str, sku: str) -> Notice:
        names = sorted(each.name for each in self.live[directory].licences.values())
        has = f"it has {', '.join(names[:_SHOWN])}" if names else "it has none"
        more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        return Notice(
            f"licence {key}", f"the tenant of {directory} has no {sku}, so nobody is given it: {has}{more}"
        )

    def _short(self, planned: Iterable[PlannedLicence]) -> None:
        """Say where more units are to be given than the tenant has left: Entra refuses the rest."""
        wanted: dict[tuple[str, str, str], int] = {}
        for each in planned:
            if not each.held:
                key = (each.directory, each.licence, each.sku)
                wanted[key] = wanted.get(key, 0) + 1
        for (directory, licence, sku), count in wanted.items():
            free = self.live[directory].licences[sku].free
            if free is not None and count > free:
                left = "none is" if free <= 0 else f"{free} {'is' if free == 1 else 'are'}"
                self.notices.append(
                    Notice(
                        f"licence {licence}",
                        f"{count} to be given in {directory}, and {left} free: buy more, or take some away first",
                    )
                )
