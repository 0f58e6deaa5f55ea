"""What no run may take away: break-glass accounts, the holders of roles, the last owner of a group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from leaver.desired import Desired
from leaver.limits.judge import Fault
from leaver.limits.loss import Loss
from leaver.model import Client
from leaver.model.protected import is_protected

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Taking:
    """Something that a run takes from one account, agreed or not: `what` completes "would"."""

    person: str
    """A record's key, or a username."""
    directory: str
    usernames: frozenset[str]
    """All by which the directory and the records know the account."""
    what: str


@dataclass(frozen=True, slots=True)
class Holders:
    """Who holds a role in one directory: people's keys, or usernames of those without a record.

    `before` and `after` the run; `taken` are those who lose it otherwise than by agreement.
    """

    directory: str
    role: str
    before: frozenset[str]
    after: frozenset[str]
    taken: frozenset[str]


def break_glass(client: Client, takings: Iterable[Taking]) -> Iterator[Fault]:
    """What would be taken from a protected account; no override allows it."""
    for taking in sorted(takings, key=lambda each: (each.person, each.directory, each.what)):
        if is_protected(client, taking.person, taking.usernames):
            yield Fault(
                f'protected account "{taking.person}"',
                f"would {taking.what} in {taking.directory}",
                "Leaver takes nothing from it: put its record back as it was, or take it out of "
                f"`protected.accounts` in identities/{client.key}/client.yaml first, in a change of its own.",
            )


def kept_roles(client: Client, held: Iterable[Holders]) -> Iterator[Fault]:
    """Roles that would be left without enough holders, otherwise than by agreed departures."""
    wanted = {each.role.casefold(): each for each in client.settings.protected.roles}
    for role in sorted(held, key=lambda each: (each.directory, each.role)):
        if not role.taken:
            continue
        subject = f"role {role.role} in {role.directory}"
        who = _listed(sorted(role.taken))
        rule = wanted.get(role.role.casefold())
        if rule is not None and len(role.after) < rule.at_least:
            yield Fault(
                subject,
                f"{who} would lose it, and {len(role.after)} would hold it; `protected.roles` wants "
                f"{rule.at_least} at least",
                "Give it to somebody else first.",
            )
        elif not role.after:
            yield Fault(
                subject,
                f"{who} would lose it, and is the last who holds it"
                if len(role.taken) == 1
                else f"{who} would lose it, and nobody would hold it",
                "Give it to somebody else first.",
                overridable=True,
            )
        for key in sorted(role.taken & set(rule.holders if rule else ())):
            yield Fault(
                subject,
                f"{key} would lose it, and is among its `holders` in `protected.roles`",
                f"Leave it to them, or change identities/{client.key}/client.yaml first.",
            )


def owners(client: Client, lost: Iterable[Loss]) -> Iterator[Fault]:
    """Groups whose one owner in the records would lose their account, otherwise than by agreement."""
    losing = {loss.person for loss in lost if loss.of_account}
    for key, group in sorted(client.groups.items()):
        if group.owner in losing:
            yield Fault(
                f'group "{key}"',
                f"its owner {group.owner} would lose their account, and is the last one",
                "Name another `owner` in groups.yaml.",
                overridable=True,
            )


def of_records(client: Client, before: Desired, after: Desired, lost: Iterable[Loss]) -> list[Fault]:
    """All of the above, of two desired states of one moment: what a comparison of records can know.

    `client` is what the records say after the change.
    """
    losing = set(lost)
    takings = [
        Taking(loss.person, loss.directory, _usernames(loss, before, after), _said(loss)) for loss in losing
    ]
    takings += [
        Taking(key, directory, frozenset({account.username}), "be disabled")
        for (key, directory), account in after.accounts.items()
        if account.phase.left and (was := before.accounts.get((key, directory))) is not None and was.enabled
    ]
    return [
        *break_glass(client, takings),
        *kept_roles(client, _holders(before, after, losing)),
        *owners(client, losing),
    ]


def _holders(before: Desired, after: Desired, lost: set[Loss]) -> Iterator[Holders]:
    old, new = _by_role(before), _by_role(after)
    ended = {(loss.person, loss.directory) for loss in lost if loss.of_account}
    left = {(loss.person, loss.directory, loss.what) for loss in lost}
    for (directory, role), people in old.items():
        now = new.get((directory, role), frozenset())
        taken = frozenset(
            person
            for person in people - now
            if (person, directory) in ended or (person, directory, f"role {role}") in left
        )
        yield Holders(directory, role, people, now, taken)


def _by_role(state: Desired) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (person, directory), account in state.accounts.items():
        for role in account.roles if account.enabled else ():
            found.setdefault((directory, role), set()).add(person)
    return {key: frozenset(people) for key, people in found.items()}


def _usernames(loss: Loss, before: Desired, after: Desired) -> frozenset[str]:
    key = (loss.person, loss.directory)
    return frozenset(state.accounts[key].username for state in (before, after) if key in state.accounts)


def _said(loss: Loss) -> str:
    if not loss.of_account:
        return f"leave {loss.what}"
    return "lose its record" if loss.kind.value == "removed" else "be disabled"


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
