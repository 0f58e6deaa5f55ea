"""Hold losses against the limits: what is used of each, what is refused, and what would allow it.

The same judgement serves a comparison of records, a live plan, and all clients of a run together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from leaver.errors import LeaverError
from leaver.limits import wording
from leaver.limits.ledger import Ledger
from leaver.limits.loss import Loss, Size, digest
from leaver.limits.use import ALL_CLIENTS, Use, of_all, of_client
from leaver.model import AllLimits, Client, Override


class LimitExceeded(LeaverError):
    """A run would take away more than the limits allow, or what is protected."""


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something that is refused for another reason than a number: a protected account, a last holder.

    `overridable` says whether an override allows it.
    """

    subject: str
    fault: str
    remedy: str
    overridable: bool = False

    def __str__(self) -> str:
        return f"{self.subject}: {self.fault}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the limits say of a run. `client` is None for all clients together.

    `hash` stands for the losses that would need an override, `counted` are those that none covers, `override`
    is the one that this run uses, and `ledger` what is to be remembered when the run begins. `refusals` are
    lines for people, the remedy last.
    """

    client: str | None
    uses: tuple[Use, ...]
    refusals: tuple[str, ...]
    hash: str
    counted: tuple[Loss, ...] = ()
    override: Override | None = None
    ledger: Ledger = field(default_factory=Ledger)

    @property
    def overridden(self) -> tuple[Loss, ...]:
        """What the override allows."""
        return tuple(sorted(self.ledger.used[self.override.name].left)) if self.override else ()

    @property
    def allowed(self) -> bool:
        """Whether the run may go on."""
        return not self.refusals

    def enforce(self) -> None:
        """Raise LimitExceeded with every refusal, unless the run may go on."""
        if self.refusals:
            raise LimitExceeded("\n".join(self.refusals))

    def to_json(self) -> dict[str, Any]:
        """Plain data, ready for JSON."""
        return {
            "client": self.client,
            "allowed": self.allowed,
            "hash": self.hash,
            "override": self.override.name if self.override else None,
            "uses": [use.to_json() for use in self.uses],
            "refusals": list(self.refusals),
            "counted": [loss.to_json() for loss in self.counted],
            "ledger": self.ledger.to_json(),
        }

    @classmethod
    def from_json(cls, client: Client, data: Mapping[str, Any]) -> Judgement:
        """The reverse of `to_json`, of one client's judgement."""
        used = [each for each in client.overrides if each.name == data["override"]]
        return cls(
            client.key,
            tuple(Use.from_json(each) for each in data["uses"]),
            tuple(data["refusals"]),
            data["hash"],
            tuple(Loss.from_json(client.key, each) for each in data["counted"]),
            used[0] if used else None,
            Ledger.from_json(client.key, data["ledger"]),
        )


def judge(
    client: Client,
    lost: Iterable[Loss],
    size: Size,
    now: datetime,
    ledger: Ledger | None = None,
    faults: Iterable[Fault] = (),
    plan: str | None = None,
) -> Judgement:
    """Judge what one run takes away at `client`.

    `size` is what there was before. `ledger` is what the stack remembers, and nothing where only records are
    compared; `faults` are other reasons to refuse. `plan` is the approval of the plan that has the losses, None
    where none is known: then overrides are held to their losses alone.
    """
    known = ledger or Ledger()
    left = frozenset(lost) - _still_allowed(client, known, now)
    name = digest(left)
    override = _override(client, name, known, now, plan) if left else None
    counted = frozenset() if override else left
    uses = of_client(client.key, client.settings.limits, counted, known.since(now), size)
    exceeded = _exceeded(uses, counted)
    standing = [each for each in sorted(set(faults)) if not (each.overridable and override)]
    refusals = [wording.too_much(client, use, counted, known.since(now)) for use in exceeded]
    refusals += [f"{client.key}: {each}" for each in standing]
    if exceeded or any(each.overridable for each in standing):
        refusals += wording.voided(client, name, known, now, plan)
        refusals.append(f"{client.key}: {wording.how_to_allow(client, name, now, plan)}")
    after = known.taking(counted, now)
    if override is not None:
        after = after.using(override.name, left, now)
    return Judgement(client.key, uses, tuple(refusals), name, tuple(sorted(counted)), override, after)


@dataclass(frozen=True, slots=True)
class Part:
    """One client of a run over several, and the judgement of it alone; `plan` is as for `judge`."""

    client: Client
    judgement: Judgement
    plan: str | None = None


def judge_all(
    parts: Sequence[Part],
    limits: AllLimits,
    size: Size,
    now: datetime,
    earlier: Iterable[Loss] = (),
) -> Judgement:
    """Judge a run over several clients together, before the first of them is changed.

    `size` is that of all clients there are, also those that the run does not touch; `earlier` what any of them
    lost in the 24 hours before. A client that is refused by itself takes nothing away, and does not count.
    """
    going = [part for part in parts if part.judgement.allowed]
    counted = frozenset(loss for part in going for loss in part.judgement.counted)
    uses = of_all(limits, counted, frozenset(earlier), size)
    exceeded = _exceeded(uses, counted)
    refusals = [wording.too_much_of_all(use, counted) for use in exceeded]
    if exceeded:
        refusals.append(f"{ALL_CLIENTS}: {wording.NOWHERE}")
        most = sorted(going, key=lambda part: (-len(part.judgement.counted), part.client.key))
        refusals += [
            f"{part.client.key}: {wording.how_to_allow(part.client, part.judgement.hash, now, part.plan)}"
            for part in most[: wording.SHOWN]
            if part.judgement.counted
        ]
    return Judgement(None, uses, tuple(refusals), digest(counted), tuple(sorted(counted)))


def _exceeded(uses: Iterable[Use], counted: frozenset[Loss]) -> list[Use]:
    """The limits that this run exceeds: not the day's where the run's says the same.

    What was lost before is no reason to refuse a run that takes nothing of the kind.
    """
    found: dict[tuple[str, str], Use] = {}
    for use in uses:
        if use.exceeded and wording.causes(use, counted):
            found.setdefault((use.scope, use.what), use)
    return list(found.values())


def _still_allowed(client: Client, ledger: Ledger, now: datetime) -> frozenset[Loss]:
    """What a used override allows until it expires: a run that failed half-way must be able to go on."""
    return frozenset(
        loss
        for override in client.overrides
        if now < override.expires and override.name in ledger.used
        for loss in ledger.used[override.name].left
    )


def _override(client: Client, name: str, ledger: Ledger, now: datetime, plan: str | None) -> Override | None:
    for override in client.overrides:
        if override.name not in ledger.used and override.allows(name, plan, now):
            return override
    return None
