"""What a refusal says: how much of what would go, who, how much may, and the line that would allow it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from leaver.limits.ledger import Ledger
from leaver.limits.loss import Loss
from leaver.limits.use import Use
from leaver.model import LONGEST_OVERRIDE, Client, Override, local

SHOWN = 10
NOWHERE = (
    "nothing is taken away at any client. If that is meant, allow it client by client, or raise the bound in "
    "identities/limits.yaml"
)
_LASTS = timedelta(days=3)


_ALLOWING = re.compile(
    r'- \{losses: "sha256:[0-9a-f]{32}", (plan: "sha256:[0-9a-f]{64}", )?reason: "…", expires: "[0-9 :+-]+"\}'
)


def allowing(line: str) -> tuple[str, str | None]:
    """A line of a refusal without the entry to copy at its end, and that entry, which has no text of a record."""
    before, mark, rest = line.rpartition(": - {")
    entry = f"- {{{rest}"
    return (f"{before}:", entry) if mark and _ALLOWING.fullmatch(entry) else (line, None)


def causes(use: Use, counted: Iterable[Loss]) -> bool:
    """Whether one of the losses of this run is of the kind that `use` counts."""
    return any(_is_of(use, loss) for loss in counted)


def too_much(client: Client, use: Use, counted: frozenset[Loss], earlier: frozenset[Loss]) -> str:
    """A bound of one client is exceeded."""
    lost = counted if use.window == "run" else counted | earlier
    who = sorted({loss.person for loss in lost if _is_of(use, loss)})
    when = "" if use.window == "run" else " within 24 hours"
    if use.what == "people":
        fault = f"{use.used} of {use.of} people would lose their access{when} ({listed(who)})"
    elif use.scope == client.key:
        fault = f"{use.used} of {use.of} memberships would be lost{when} ({listed(who)})"
    else:
        fault = f"{use.scope} would lose {use.used} of {use.of} members{when} ({listed(who)})"
    return f"{client.key}: {fault}; the limits allow {_allowed(client, use)}"


def too_much_of_all(use: Use, counted: frozenset[Loss]) -> str:
    """A bound over all clients is exceeded."""
    when = "" if use.window == "run" else " within 24 hours"
    what = "people would lose their access" if use.what == "people" else "memberships would be lost"
    clients = sorted({loss.client for loss in counted if _is_of(use, loss)})
    bound = f"removals: {use.bound.removals}, percent: {use.bound.percent}"
    return (
        f"{use.scope}: {use.used} of {use.of} {what}{when} ({listed(clients)}); "
        f"the limits allow {use.allowed} ({bound} in identities/limits.yaml)"
    )


def how_to_allow(client: Client, name: str, now: datetime, plan: str | None = None) -> str:
    """The line that allows exactly these losses, once; and with `plan`, in no other plan."""
    named = f' plan: "{plan}",' if plan else ""
    until = local((now + _LASTS).replace(second=0, microsecond=0), "UTC")[:16]
    return (
        f"If that is meant, write below `overrides:` in identities/{client.key}/overrides.yaml: "
        f'- {{losses: "{name}",{named} reason: "…", expires: "{until} +00:00"}}'
    )


def voided(client: Client, name: str, ledger: Ledger, now: datetime, plan: str | None = None) -> list[str]:
    """Why none of the client's overrides allows it, where there are some."""
    found = []
    for at, override in enumerate(client.overrides):
        place = f"identities/{client.key}/overrides.yaml: overrides[{at}]"
        if override.name in ledger.used:
            used = local(ledger.used[override.name].at, client.zone)
            found.append(f"{place}: was used {used}, and is void. Remove it")
        elif override.expires <= now:
            found.append(f"{place}: expired {local(override.expires, client.zone)}. Remove it")
        elif override.expires - now > LONGEST_OVERRIDE:
            found.append(f"{place}: expires {local(override.expires, client.zone)}; seven days are the most")
        elif override.losses != name:
            found.append(f"{place}: is for other losses ({override.losses}) than these ({name})")
        elif not override.allows(name, plan, now):
            found.append(f"{place}: {other_plan(override, plan)}")
    return found


def other_plan(override: Override, plan: str | None) -> str:
    """That an override is for another plan than that of the approval `plan`, and what to write."""
    return f'is for another plan ({override.plan}) than this ({plan}). If it is meant, write `plan: "{plan}"`'


def _is_of(use: Use, loss: Loss) -> bool:
    if use.what == "people":
        return loss.of_account
    return not loss.of_account and (use.scope == loss.group or " in " not in use.scope)


def _allowed(client: Client, use: Use) -> str:
    prefix = "limits" if use.window == "run" else "limits.day"
    if use.what == "memberships":
        prefix += ".memberships" if use.scope == client.key else ".group"
    return f"{use.allowed} (`{prefix}`: removals {use.bound.removals}, percent {use.bound.percent})"


def listed(names: list[str]) -> str:
    """The first of the names, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
