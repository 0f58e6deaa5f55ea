"""What binds a change of the records: the bounds and the protection of before too, however the change has them.

Else whoever takes people away could raise the bound, or drop the protection, in the same change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from leaver.limits.use import Use
from leaver.model import Bound, Client, DayLimits, HeldRole, Limits, Protected


def binding(before: Client, after: Client) -> Client:
    """`after` with the stricter of the bounds of both states, and with what either protects."""
    settings = after.settings.model_copy(
        update={
            "limits": _limits(before.settings.limits, after.settings.limits),
            "protected": _protected(before.settings.protected, after.settings.protected),
        }
    )
    return replace(after, settings=settings)


def raised(before: Client, after: Client, uses: Iterable[Use]) -> Iterator[str]:
    """What to know where a bound that refuses the change is raised by it."""
    stricter = binding(before, after).settings.limits
    if stricter != after.settings.limits and any(use.exceeded for use in uses):
        yield (
            f"{after.key}: `limits` in identities/{after.key}/client.yaml are raised by the same change, and until "
            "it is merged those of before hold. Raise them first, in a change of its own."
        )


def _limits(one: Limits, two: Limits) -> Limits:
    day = DayLimits(
        removals=min(one.day.removals, two.day.removals),
        percent=min(one.day.percent, two.day.percent),
        memberships=_bound(one.day.memberships, two.day.memberships),
        group=_bound(one.day.group, two.day.group),
    )
    return Limits(
        removals=min(one.removals, two.removals),
        percent=min(one.percent, two.percent),
        memberships=_bound(one.memberships, two.memberships),
        group=_bound(one.group, two.group),
        day=day,
    )


def _bound(one: Bound, two: Bound) -> Bound:
    return Bound(removals=min(one.removals, two.removals), percent=min(one.percent, two.percent))


def _protected(one: Protected, two: Protected) -> Protected:
    roles: dict[str, HeldRole] = {}
    for held in (*one.roles, *two.roles):
        name = held.role.casefold()
        known = roles.get(name, held)
        roles[name] = HeldRole(
            role=held.role,
            at_least=max(known.at_least, held.at_least),
            holders=tuple(dict.fromkeys((*known.holders, *held.holders))),
        )
    accounts = tuple(dict.fromkeys((*one.accounts, *two.accounts)))
    return Protected(accounts=accounts, roles=tuple(roles.values()))
