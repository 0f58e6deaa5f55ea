"""Renamed people and clients: what the last state calls them, and renames that no record tells of (invariant 4)."""

from __future__ import annotations

from collections.abc import Mapping

from leaver.actions import Account
from leaver.actions.live import Live
from leaver.desired import Desired
from leaver.limits import Who, suspects, who
from leaver.model import Client
from leaver.program.plan import PlanError
from leaver.source.state import ENTRA_GROUP, OKTA_GROUP, StackState, renamed_resource


def last_name(last: StackState, name: tuple[str, str], keys: Mapping[str, str]) -> tuple[str, str]:
    """Type and logical name by which the last state has a resource: who is renamed has the old one there.

    `keys` has the new keys by the old ones.
    """
    old = (name[0], renamed_resource(name, {new: old for old, new in keys.items()}))
    return old if old in last.ids else name


def refuse_new_stack(client: Client, state: StackState) -> None:
    """A client's folder that was renamed: what the last run looked after is in the stack of the old name.

    Raises:
        PlanError: says how to take that stack over.
    """
    was = client.settings.was
    if was is not None and not state.ids:
        raise PlanError(
            [
                f'{client.key}: was "{was}", and its own stack is new: what is looked after is in the stack {was}. '
                f"Take that one over: pulumi stack rm {client.key} --yes && "
                f"pulumi stack rename {client.key} --stack {was}"
            ]
        )


def refuse_unnamed_renames(client: Client, wanted: Desired, live: Live, state: StackState) -> None:
    """Somebody new who has the username of somebody whose record is gone, or the name of one who just went.

    Raises:
        PlanError: names each of them, and what to write.
    """
    gone: dict[str, Who] = {}
    for (person, directory), account in wanted.accounts.items():
        remembered = state.memory.accounts.get((person, directory))
        if person in client.people or remembered is None:
            continue
        shown = live[directory].accounts.get(remembered.id)
        if shown is None:
            continue
        before = gone.get(person, Who(frozenset()))
        names = {f"{name} in {directory}".lower() for name in (account.username, shown.username)}
        fresh = _display_name(shown) if remembered.removed is None else None
        gone[person] = Who(before.usernames | names, before.name or fresh)
    known = {person for person, _ in state.memory.accounts}
    new = {
        key: who(client, key)
        for key, person in client.people.items()
        if gone and key not in known and person.was is None
    }
    faults = list(suspects(gone, new))
    if faults:
        raise PlanError([f"{client.key}: {fault}" for fault in faults])


def refuse_renamed_groups(client: Client, live: Live, state: StackState) -> None:
    """A group under another key: deleted as the one that is gone, it would take everybody out of the other.

    Raises:
        PlanError: names each of them, and the key to keep.
    """
    reasons = []
    for (type_, name), id_ in sorted(state.ids.items()):
        old = name.removeprefix("group/")
        if type_ not in (ENTRA_GROUP, OKTA_GROUP) or old in client.groups:
            continue
        for key, group in sorted(client.groups.items()):
            found = live[group.directory].groups.get(id_.removeprefix("/groups/"))
            if found is not None and found.name == group.name:
                reasons.append(
                    f'{client.key}: group "{key}": is "{group.name}" in {group.directory}, which the last run knew '
                    f'as group "{old}". Keep the key {old}; the name may change.'
                )
    if reasons:
        raise PlanError(reasons)


def _display_name(shown: Account) -> str | None:
    name = shown.attributes.get("displayName")
    return name if isinstance(name, str) else None
