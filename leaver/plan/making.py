"""Make a plan of what differs between a commit's records and those in the work tree.

Only the clients whose files differ are read. What limits over all clients need of the others is counted in their
files on the low side, and read only where that number alone would refuse the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from leaver import limits
from leaver.desired import desired
from leaver.errors import Place, Problem, RecordsError
from leaver.lifecycle import effective_end
from leaver.limits import Judgement, Loss, Part, Size
from leaver.limits.wording import listed
from leaver.model import Client
from leaver.model.tenants import shared
from leaver.plan.compare import compare, compare_limits
from leaver.plan.plan import FoundBreak, LimitUse, Plan, Standing
from leaver.source import Estate, load
from leaver.source.all_limits import all_limits
from leaver.source.baseline import Baseline, lost, named_before, records_at
from leaver.source.files import IDENTITIES
from leaver.source.heads import heads
from leaver.source.judged import Judged, judged
from leaver.source.load import of_limits
from leaver.source.own import judged_own


@dataclass(frozen=True, slots=True)
class Caches:
    """The folders in which records are kept from one run to the next: those here, and those of commits."""

    here: Path | None = None
    base: Path | None = None


def make(base: Baseline, now: datetime, clients: Sequence[str] = (), caches: Caches | None = None) -> Plan:
    """The plan of `clients`, or of all that differ, as seen at `now`.

    Raises:
        RecordsError: records here or there have problems, or a client's folder has vanished: there is no plan.
        LeaverError: git fails.
    """
    known = caches or Caches()
    chosen = [key for key in base.changed if not clients or key in clients]
    try:
        after = load(base.root, chosen, cache=known.here)
    except RecordsError as error:
        others = (*of_limits(base.root), *lost(base, named_before(base)))
        raise RecordsError([*error.problems, *others]) from None
    renamed = {key: was for key in chosen if (was := after.clients[key].settings.was) in base.gone}
    if problems := [*of_limits(base.root), *lost(base, renamed.values())]:
        raise RecordsError(problems)
    fresh = [key for key in chosen if key not in base.trees and key not in renamed]
    ended = [key for key in base.gone if key not in renamed.values()]
    with records_at(base, [*chosen, *renamed.values(), *ended], cache=known.base) as before:
        over = [before.clients[key] for key in ended]
        if problems := list(_moved(base, over, after, fresh)) or list(_undone(base, over, now)):
            raise RecordsError(problems)
        pairs = [(before.clients.get(renamed.get(key, key)), after.clients[key]) for key in chosen]
        changes = [compare(*pair) for pair in pairs]
        bounds = compare_limits(all_limits(before.root or base.root), all_limits(base.root))
        findings = list(_findings(before, after, chosen, renamed, now))
        homes = [(_homes(before, renamed.get(key, key)), _homes(after, key)) for key in chosen]
    plan = Plan(
        now=now,
        since=base.since,
        commit=base.commit,
        clients=tuple(changes),
        gone=tuple(key for key in base.gone if key not in renamed.values()),
        bounds=bounds,
        unchanged=len(base.unchanged),
        findings=tuple(findings),
    )
    uses, refusals = _limits(base, pairs, homes, plan, known)
    return replace(plan, limits=tuple(uses), refusals=tuple(refusals))


def _homes(estate: Estate, client: str) -> limits.Homes:
    """The file of each person, inside the client's folder: the folder itself may have been renamed."""
    people = estate.places[client].people if client in estate.places else {}
    return {key: spot[0].split("/", 2)[2] for key, spot in people.items()}


def _moved(base: Baseline, ended: Sequence[Client], after: Estate, fresh: Sequence[str]) -> Iterator[Problem]:
    """New clients with a directory of one that is ended: the same company, and nobody there left or joined."""
    for tenant, homes in shared([*ended, *(after.clients[key] for key in fresh)]):
        for old in (key for key, _ in homes if key in base.gone):
            for key, name in (home for home in homes if home[0] in fresh):
                yield Problem(
                    after.place(key, "client", "directories", name),
                    f'directory "{name}"',
                    f'is {tenant}, as was that of client "{old}", whose folder is gone since {base.commit[:10]}',
                    f"If it is the same client, write `was: {old}` in client.yaml, and its accounts are kept; "
                    f"else end {old} first, in a change of its own.",
                )


def _undone(base: Baseline, ended: Iterable[Client], now: datetime) -> Iterator[Problem]:
    """Clients that end while a departure is agreed and not done: nobody would do it any more."""
    for client in ended:
        waiting = [
            key
            for key, person in sorted(client.people.items())
            if person.departure is not None and ((end := effective_end(person)) is None or end > now)
        ]
        if waiting:
            yield Problem(
                Place(f"{IDENTITIES}/{client.key}"),
                f'client "{client.key}"',
                f"the folder is gone since {base.commit[:10]}, and with it the agreed departures of "
                f"{listed(waiting)}",
                "Restore the folder from version control; to end the client, have these done or called off first.",
            )


def _findings(
    before: Estate, after: Estate, keys: Sequence[str], renamed: Mapping[str, str], now: datetime
) -> Iterator[FoundBreak]:
    old_names = {renamed.get(key, key): key for key in keys}
    there = [key for key in old_names if key in before.clients]
    # A client's own policies are code: those of the work tree run, on both states of the records.
    own_then = Estate({old_names[key]: before.clients[key] for key in there}, after.root, after.places)
    then = {
        _same(each, old_names)
        for each in (
            *judged(before, there, now),
            *judged_own(own_then, [old_names[key] for key in there], now),
        )
    }
    here = [*judged(after, keys, now), *judged_own(after, keys, now)]
    for each in here:
        standing = Standing.STAYS if _same(each, {}) in then else Standing.NEW
        yield FoundBreak(_client(each), each.policy, each.mandatory, standing, str(each.problem))
    still = {_same(each, {}) for each in here}
    for client, name, subject, fault in sorted(then - still):
        yield FoundBreak(client, name, False, Standing.GONE, f"{subject}: {fault}")


def _client(found: Judged) -> str:
    return found.problem.place.file.split("/")[1]


def _same(found: Judged, names: Mapping[str, str]) -> tuple[str, str, str, str]:
    """What makes two breaks the same one: not the line, which moves with every edit above it."""
    client = _client(found)
    return (names.get(client, client), found.policy, found.problem.subject, found.problem.fault)


def _limits(
    base: Baseline,
    pairs: Sequence[tuple[Client | None, Client]],
    homes: Sequence[tuple[limits.Homes, limits.Homes]],
    plan: Plan,
    caches: Caches,
) -> tuple[list[LimitUse], list[str]]:
    """How much of the limits `plan` uses, and what is refused."""
    now = plan.now
    parts: list[Part] = []
    sizes: list[Size] = []
    for (before, after), files, change in zip(pairs, homes, plan.clients, strict=True):
        had = desired(before, now) if before else None
        renamed = {each.renamed_from: each.key for each in change.people if each.renamed_from}
        taken: tuple[Loss, ...] = limits.losses(had, desired(after, now), renamed) if had else ()
        sizes.append(limits.size(had) if had else Size())
        faults = limits.faults(before, after, taken, now, files) if before else ()
        bound = limits.binding(before, after) if before else after
        approval = plan.approval(after.key)
        judgement = limits.judge(bound, taken, sizes[-1], now, faults=faults, plan=approval)
        if before:
            told = limits.raised(before, after, judgement.uses)
            judgement = replace(judgement, refusals=(*judgement.refusals, *told))
        parts.append(Part(after, judgement, approval))
    bounds = all_limits(base.root)
    people, memberships = heads(base.root, base.unchanged)
    everything = limits.judge_all(parts, bounds, _sum(sizes, people, memberships), now)
    about = bool(base.unchanged)
    if any(use.exceeded and use.used <= use.bound.removals for use in everything.uses):
        # Only the share refuses it, and what it is of was counted low.
        rest = load(base.root, base.unchanged, cache=caches.here).clients.values()
        sizes += [limits.size(desired(client, now)) for client in rest]
        everything = limits.judge_all(parts, bounds, _sum(sizes, 0, 0), now)
        about = False
    judgements = [*(part.judgement for part in parts), everything]
    return (
        [use for each in judgements for use in _uses(each, about)],
        [line for each in judgements for line in each.refusals],
    )


def _sum(sizes: Iterable[Size], people: int, memberships: int) -> Size:
    known = list(sizes)
    return Size(
        people + sum(each.people for each in known),
        {"all": memberships + sum(each.memberships for each in known)},
    )


def _uses(judgement: Judgement, about: bool) -> Iterator[LimitUse]:
    """The limits of one run of which something is used; what a day has used is for the stack to say."""
    for use in judgement.uses:
        if use.window == "run" and use.used:
            of_all = judgement.client is None
            yield LimitUse(
                judgement.client, use.scope, use.what, use.used, use.allowed, use.of, about and of_all
            )
