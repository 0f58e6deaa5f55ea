"""Plan groups, memberships and roles: whom to declare as a member of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leaver.actions import DirectoryGroup
from leaver.actions.live import Live, LiveDirectory
from leaver.desired import Desired, DesiredGroup
from leaver.model import Client, Membership
from leaver.model.nearest import hint
from leaver.program.plan import Member, PlannedGroup, PlannedMembership, PlannedRole
from leaver.source.state import (
    ENTRA_GROUP,
    ENTRA_MEMBER,
    ENTRA_ROLE,
    OKTA_GROUP,
    OKTA_MEMBERS,
    StackState,
)

Members = Mapping[tuple[str, str], Member]
"""(Person key, directory key) → the account to declare as a member; without those that have no account."""


@dataclass(frozen=True, slots=True)
class GroupPlan:
    """The outcome for one group."""

    group: PlannedGroup | None = None
    memberships: tuple[PlannedMembership, ...] = ()
    stale: tuple[tuple[str, str], ...] = ()
    error: str | None = None


def plan_group(
    client: Client, wanted: DesiredGroup, live: LiveDirectory, members: Members, state: StackState
) -> GroupPlan:
    """Decide about one group of one directory."""
    kind = client.settings.directories[wanted.directory].kind
    type_ = ENTRA_GROUP if kind == "entra" else OKTA_GROUP
    name = f"group/{wanted.key}"
    subject = f'group "{wanted.key}"'
    found = _find(wanted, live, state, type_)
    known = (type_, name) in state.ids
    if isinstance(found, str):
        return GroupPlan(error=f"{subject}: {found}")
    if found is None and wanted.existing:
        return GroupPlan(
            error=f'{subject}: no group "{wanted.name}" in {wanted.directory}. '
            "Correct `name`, or remove `existing` to have it made."
        )
    if found is not None and not (wanted.existing or state.knows(type_, name)):
        return GroupPlan(
            error=f'{subject}: "{wanted.name}" exists already in {wanted.directory}. '
            "Write `existing: true` to use that group, or choose another name."
        )
    if found is not None and (fault := _unsettable(found, wanted.directory)):
        return GroupPlan(error=f"{subject}: {fault}")
    exact = wanted.membership is Membership.EXACT
    in_it = live.members.get(found.id, frozenset()) if found else frozenset()
    planned = PlannedGroup(
        key=wanted.key,
        directory=wanted.directory,
        kind=kind,
        inputs=_inputs(kind, wanted, found),
        id=found.id if found else None,
        known=known,
        declared=exact or not wanted.existing,
        members=None if kind == "entra" and not exact else _members(wanted, members, in_it, state, kind),
        exact=exact,
        import_members=exact and bool(in_it) and (OKTA_MEMBERS, f"{name}/members") not in state.ids,
        keep=wanted.existing,
    )
    renamed = _hidden_profile(planned, found, type_, state)
    if kind == "entra" and not exact:
        return GroupPlan(planned, _one_by_one(planned, wanted, members, in_it, state), renamed)
    let_go = tuple(_let_go(planned, state)) if kind == "entra" else ()
    return GroupPlan(planned, let_go, renamed + _hidden_drift(planned, in_it, state))


def _find(
    wanted: DesiredGroup, live: LiveDirectory, state: StackState, type_: str
) -> DirectoryGroup | str | None:
    """The group in the directory: the one of the last state, else the one of that name; a text is a fault."""
    id_ = state.ids.get((type_, f"group/{wanted.key}"), "").removeprefix("/groups/")
    if id_ in live.groups:
        return live.groups[id_]
    named = [group for group in live.groups.values() if group.name == wanted.name]
    if len(named) > 1:
        return (
            f'{len(named)} groups are called "{wanted.name}" in {wanted.directory}. '
            "Give the one that is meant another name there, and use it here."
        )
    return named[0] if named else None


def _unsettable(found: DirectoryGroup, directory: str) -> str | None:
    """Why no API sets the members of a group; None where it does."""
    if found.dynamic:
        return (
            f'the members of "{found.name}" follow from a rule in {directory}. '
            "Change the rule there, and take the group out of groups.yaml."
        )
    if found.mastered_elsewhere is not None:
        return (
            f'"{found.name}" comes into {directory} from elsewhere ({found.mastered_elsewhere}), which sets its '
            "members. Change them there, and take the group out of groups.yaml."
        )
    if found.kind in ("mail-security", "distribution"):
        return (
            f'"{found.name}" is a mail-enabled security group or a distribution list, whose members only Exchange '
            "sets. Change them there, and take the group out of groups.yaml."
        )
    return None


def _inputs(kind: str, wanted: DesiredGroup, found: DirectoryGroup | None) -> dict[str, Any]:
    description = wanted.description or (found.description if found else None)
    if kind == "okta":
        return {"name": wanted.name, **({"description": description} if description else {})}
    return {
        "display_name": wanted.name,
        "security_enabled": True,
        **({"mail_nickname": wanted.key} if found is None else {}),
        **({"description": description} if description else {}),
    }


def _members(
    wanted: DesiredGroup, members: Members, in_it: frozenset[str], state: StackState, kind: str
) -> tuple[Member, ...]:
    chosen = {
        members[person, wanted.directory]
        for person in wanted.members
        if (person, wanted.directory) in members
    }
    before = state.inputs.get((OKTA_MEMBERS, f"group/{wanted.key}/members"), {}).get("users", ())
    for person in wanted.undecided:
        member = members.get((person, wanted.directory))
        ours = wanted.membership is Membership.EXACT or (kind == "okta" and member in before)
        if member in in_it and ours and member is not None:
            chosen.add(member)
    return tuple(sorted(chosen, key=str))


def _one_by_one(
    group: PlannedGroup, wanted: DesiredGroup, members: Members, in_it: frozenset[str], state: StackState
) -> tuple[PlannedMembership, ...]:
    undecided = [
        person
        for person in wanted.undecided
        if (ENTRA_MEMBER, f"{person}/{wanted.directory}/{wanted.key}") in state.ids
    ]
    return tuple(
        PlannedMembership(
            person=person,
            directory=wanted.directory,
            group=wanted.key,
            group_id=group.id,
            member=members[person, wanted.directory],
            exists=members[person, wanted.directory] in in_it,
        )
        for person in sorted({*wanted.members, *undecided})
        if (person, wanted.directory) in members
    )


def _let_go(group: PlannedGroup, state: StackState) -> Iterator[PlannedMembership]:
    """The single memberships of a group that was additive until now.

    Deleted by the engine they would be ended in the directory, too; so they are marked in one run, and dropped in
    the next.
    """
    for type_, name in sorted(state.ids):
        if type_ != ENTRA_MEMBER or (type_, name) in state.retained:
            continue
        person, directory, key = name.rsplit("/", 2)
        member = state.inputs.get((type_, name), {}).get("memberObjectId")
        if (directory, key) == (group.directory, group.key) and isinstance(member, str):
            yield PlannedMembership(person, directory, key, group.id, member, exists=True, let_go=True)


def _hidden_drift(
    planned: PlannedGroup, in_it: frozenset[str], state: StackState
) -> tuple[tuple[str, str], ...]:
    """Members that the directory shows and the last state does not, or the other way round.

    The engine compares with its state only: somebody added by hand would stay, somebody removed by hand would
    not come back.
    """
    if planned.kind == "entra":
        key, field = (ENTRA_GROUP, planned.name), "members"
    else:
        key, field = (OKTA_MEMBERS, f"{planned.name}/members"), "users"
    if key not in state.inputs or planned.members is None:
        return ()
    believed = set(state.inputs[key].get(field) or ())
    missing = believed - in_it
    strangers = in_it - believed if planned.exact else frozenset()
    return (key,) if missing & set(planned.members) or strangers - set(planned.members) else ()


def _hidden_profile(
    planned: PlannedGroup, found: DirectoryGroup | None, type_: str, state: StackState
) -> tuple[tuple[str, str], ...]:
    """A name or description that somebody changed by hand: the engine compares with its state only."""
    believed = state.inputs.get((type_, planned.name))
    if found is None or believed is None or not planned.declared:
        return ()
    entra = planned.kind == "entra"
    name = planned.inputs["display_name" if entra else "name"]
    description = planned.inputs.get("description")
    pairs: list[tuple[str, str, str | None]] = [("displayName" if entra else "name", name, found.name)]
    pairs += [("description", description, found.description)] if description else []
    hidden = any(believed.get(field) == stated != shown for field, stated, shown in pairs)
    return ((type_, planned.name),) if hidden else ()


def plan_roles(
    desired: Desired, live: Live, members: Members, known: Iterable[tuple[str, str]]
) -> tuple[PlannedRole, ...]:
    """The directory roles of everybody with access (Entra); `known` are the accounts that are declared."""
    declared = set(known)
    return tuple(
        PlannedRole(
            person=person,
            directory=directory,
            role=role,
            member=members[person, directory],
            assignment=live[directory].roles.get(role, {}).get(str(members[person, directory])),
        )
        for (person, directory), account in desired.accounts.items()
        if (person, directory) in declared and (person, directory) in members
        for role in account.roles
    )


def unknown_roles(desired: Desired, live: Live) -> list[str]:
    """The roles of records that their tenant does not have; nothing where nobody asked it for its roles."""
    return [
        f'person "{person}": there is no role "{role}" in {directory}. Correct `roles`{hint(role, known)}.'
        for (person, directory), account in desired.accounts.items()
        for role in account.roles
        if (known := live[directory].roles) and role not in known
    ]


def taken_by_hand(
    memberships: Iterable[PlannedMembership], roles: Iterable[PlannedRole], state: StackState
) -> list[tuple[str, str]]:
    """Single memberships and roles that the last state has and the directory does not show.

    The engine compares with its state only, and would never give them again.
    """
    gone = [(ENTRA_MEMBER, each.name) for each in memberships if not each.exists]
    gone += [(ENTRA_ROLE, each.name) for each in roles if each.assignment is None]
    return [name for name in gone if name in state.ids]
