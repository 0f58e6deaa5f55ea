"""Giving an account a licence and taking it away, by Microsoft Graph, each read back.

learn.microsoft.com/graph/api/user-assignlicense, /api/subscribedsku-list, /resources/licenseassignmentstate
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from leaver.actions.call import segment
from leaver.actions.entra_licences import direct
from leaver.actions.errors import CallFailed, Failing, Missing, Throttled, Unreachable
from leaver.providers.base.errors import ProviderError
from leaver.runbook.reading import said
from leaver.runbook.step import Ask, Reply
from leaver.runbook.transport import Answered, Sent, Transport

NEEDS = "LicenseAssignment.ReadWrite.All, User.Read.All and Organization.Read.All"
_USER, _SKUS, _ACT = "user", "skus", "act"
_SELECT = "id,usageLocation,userPrincipalName,licenseAssignmentStates"
_TRIES = 4
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_READY_SECONDS = 10.0
_CONFLICT = 409
_NO_UNITS = "available licenses"
_NO_LOCATION = "usage location"
_EXCLUSIVE = "mutually exclusive"
_DEPENDS = "depends on"


@dataclass(frozen=True, slots=True)
class Product:
    """A product of the tenant."""

    id: str
    name: str
    units: str
    """How many were bought, as a remark in brackets; how many are used changes while others get theirs."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a tenant shows of one account; None for an account that is not there."""

    user: dict[str, Any] | None
    products: Sequence[Product] = field(default_factory=tuple)

    @property
    def direct(self) -> frozenset[str]:
        """The IDs of the products that the account was given directly."""
        return direct(self.user) if self.user is not None else frozenset()

    def product(self, word: str) -> Product | None:
        """The product of this ID or part number."""
        folded = word.casefold()
        return next((each for each in self.products if folded in (each.id, each.name.casefold())), None)


async def look(transport: Transport, *, account: str, place: str) -> Seen:
    """Read the account's licences and the tenant's products. Raises ProviderError."""
    path = f"/v1.0/users/{segment(account)}?$select={_SELECT}"
    asks = [Ask(_USER, path), Ask(_SKUS, "/v1.0/subscribedSkus", paged=True)]
    answers = await transport.exchange({ask.key: Sent(ask, place, NEEDS) for ask in asks})
    user, skus = answers[_USER], answers[_SKUS]
    if isinstance(skus, CallFailed):
        raise ProviderError(f"{place}: {said(skus)}")
    if isinstance(user, Missing):
        return Seen(None, _products(skus))
    return Seen(_object(user, place), _products(skus))


@dataclass(frozen=True, slots=True)
class Assignment:
    """The licences of one account; `place` begins every message."""

    account: str
    place: str

    async def held(self, transport: Transport) -> frozenset[str]:
        """The IDs of the products that the account was given directly; none where it is gone. Raises
        ProviderError."""
        user = await self._user(transport)
        return direct(user) if user is not None else frozenset()

    def give(
        self, sku: str, instead: Sequence[str], asked: Callable[[str, str], None]
    ) -> Callable[[Transport], Awaitable[Product]]:
        """Give a product, and in the same call take those of `instead` that the account was given directly.

        `asked` is told the product's ID and name as soon as the account may have it. Raises ProviderError.
        """

        async def work(transport: Transport) -> Product:
            seen = await self._ready(transport)
            if seen.user is None:
                raise ProviderError(f"{self.place}: there is no such account. Run again, with --refresh.")
            product = seen.product(sku)
            if product is None:
                names = ", ".join(sorted(each.name for each in seen.products)) or "none"
                raise ProviderError(
                    f"{self.place}: the tenant has no {sku}, but {names}. Correct `sku` in client.yaml, or buy it."
                )
            if product.id in seen.direct:
                return product
            if not seen.user.get("usageLocation"):
                raise ProviderError(f"{self.place}: {_WITHOUT_LOCATION}")
            dropped = sorted(set(instead) & seen.direct)
            body = {"addLicenses": [{"skuId": product.id, "disabledPlans": []}], "removeLicenses": dropped}
            await self._done(
                transport,
                body,
                lambda held: product.id in held,
                lambda: asked(product.id, product.name),
                lambda fault: _remedy(fault, product),
            )
            return product

        return work

    def take(self, sku: str) -> Callable[[Transport], Awaitable[None]]:
        """Take a product (its ID) away, unless it is gone. Raises ProviderError."""

        async def work(transport: Transport) -> None:
            if sku not in await self.held(transport):
                return
            body = {"addLicenses": [], "removeLicenses": [sku]}
            await self._done(transport, body, lambda held: sku not in held, lambda: None, _taking_remedy)

        return work

    async def _ready(self, transport: Transport) -> Seen:
        """The account, once it is shown with a usage location: one that was just made may not be, everywhere."""
        deadline, pause = time.monotonic() + min(transport.settling, _READY_SECONDS), _FIRST_PAUSE
        while True:
            seen = await look(transport, account=self.account, place=self.place)
            if (seen.user or {}).get("usageLocation") or time.monotonic() + pause > deadline:
                return seen
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _done(
        self,
        transport: Transport,
        body: dict[str, Any],
        good: Callable[[frozenset[str]], bool],
        asked: Callable[[], None],
        remedy: Callable[[CallFailed], str],
    ) -> None:
        """Send a change until the directory shows it. What is refused is read, too: it may be so already."""
        pause, accepted = _FIRST_PAUSE, False
        for left in range(_TRIES - 1, -1, -1):
            ask = Ask(_ACT, f"/v1.0/users/{segment(self.account)}/assignLicense", "POST", json=body)
            answer = (await transport.exchange({_ACT: Sent(ask, self.place, NEEDS)}))[_ACT]
            error = answer if isinstance(answer, CallFailed) else None
            lost = error is None or error.maybe_done
            if lost:
                accepted = True
                asked()
            if await self._shows(transport, good, transport.settling if lost else 0.0):
                return
            # What was accepted before may be refused now because it is so, and not shown yet.
            if error is not None and not (left and (accepted or _passes(error))):
                raise ProviderError(f"{self.place}: {remedy(error)}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        raise ProviderError(
            f"{self.place}: the directory accepted the change, and after {_TRIES} times {transport.settling:g} s "
            "does not show it. Run again."
        )

    async def _shows(
        self, transport: Transport, good: Callable[[frozenset[str]], bool], seconds: float
    ) -> bool:
        deadline, pause = time.monotonic() + seconds, _FIRST_PAUSE
        while True:
            if good(await self.held(transport)):
                return True
            if time.monotonic() + pause > deadline:
                return False
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _user(self, transport: Transport) -> dict[str, Any] | None:
        ask = Ask(_USER, f"/v1.0/users/{segment(self.account)}?$select={_SELECT}")
        answer = (await transport.exchange({_USER: Sent(ask, self.place, NEEDS)}))[_USER]
        return None if isinstance(answer, Missing) else _object(answer, self.place)


def _passes(error: CallFailed) -> bool:
    """Whether the same call may do well a moment later: Graph answers two changes of one account by a conflict."""
    return isinstance(error, Failing | Throttled | Unreachable) or error.status == _CONFLICT


_WITHOUT_LOCATION = (
    "the account has no usage location, and Entra gives no licence without one. "
    "Add `usage location:` to the record, two letters such as GB."
)


def _remedy(error: CallFailed, product: Product) -> str:
    fault = error.fault.casefold()
    if _NO_UNITS in fault:
        return (
            f"no unit of {product.name} is free{product.units}. Buy one, or take one away: it is given with the "
            "next apply."
        )
    if _NO_LOCATION in fault:
        return _WITHOUT_LOCATION
    if _EXCLUSIVE in fault:
        return (
            f"{product.name} and a licence that the account has exclude each other ({error.fault}). Take the other "
            "one away first: out of the record, or by hand where it comes from elsewhere."
        )
    if _DEPENDS in fault:
        return f"{product.name} needs another licence first ({error.fault}). Add that one to the record."
    return said(error)


def _taking_remedy(error: CallFailed) -> str:
    if _DEPENDS in error.fault.casefold():
        return f"another licence of the account needs it ({error.fault}). Take that one away first, and run again."
    return said(error)


def _object(answer: Answered, place: str) -> dict[str, Any]:
    if isinstance(answer, CallFailed):
        raise ProviderError(f"{place}: {said(answer)}")
    if not isinstance(answer.data, dict) or not isinstance(answer.data.get("licenseAssignmentStates"), list):
        raise ProviderError(f"{place}: the answer has no licenseAssignmentStates. Run again.")
    return answer.data


def _products(answer: Reply) -> tuple[Product, ...]:
    rows = answer.data if isinstance(answer.data, list) else []
    return tuple(
        Product(str(row["skuId"]).lower(), str(row["skuPartNumber"]), _units(row))
        for row in rows
        if isinstance(row, dict) and row.get("skuId") and row.get("skuPartNumber")
    )


def _units(row: dict[str, Any]) -> str:
    prepaid = row.get("prepaidUnits")
    bought = prepaid.get("enabled") if isinstance(prepaid, dict) else None
    return f" ({bought} bought)" if isinstance(bought, int) else ""
