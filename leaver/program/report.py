"""Say what a plan does, of people: the plan held against what the directories show."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.actions import attributes
from leaver.actions.live import Live
from leaver.desired import Change, ChangeReport, Desired, DesiredAccount, Effect
from leaver.desired.change import SEPARATOR
from leaver.model import Client, local
from leaver.program.plan import NewAccount, Plan, PlannedAccount, PlannedGroup, slug
from leaver.program.reasons import Reasons
from leaver.source.state import (
    ENTRA_GROUP,
    ENTRA_MEMBER,
    ENTRA_ROLE,
    LICENCE_TYPE,
    OKTA_GROUP,
    OKTA_MEMBERS,
    StackState,
)

_STATUS = ("account_enabled", "status", "force_password_change", "user_principal_name", "login", "manager_id")


def report(client: Client, wanted: Desired, plan: Plan, live: Live, state: StackState) -> ChangeReport:
    """The change report of one plan."""
    return _Reporter(client, wanted, plan, live, state).report()


class _Reporter:
    def __init__(self, client: Client, wanted: Desired, plan: Plan, live: Live, state: StackState) -> None:
        self._client = client
        self._wanted = wanted
        self._plan = plan
        self._live = live
        self._last = state
        self._state = state = state.renamed({old: new for new, old in plan.renamed.items()})
        self._reasons = Reasons(client, wanted, plan, live, state)

    def report(self) -> ChangeReport:
        wanted, client = self._wanted, self._client
        found = [*self._accounts(), *self._renames(), *self._deletions(), *self._groups()]
        found += [*self._dropped(), *self._single(), *self._roles(), *self._licences()]
        found += self._departures()
        return ChangeReport(
            client=client.key,
            name=client.settings.name,
            zone=client.zone,
            now=wanted.now.isoformat(),
            next_change=wanted.next_change.isoformat() if wanted.next_change else None,
            people=len(client.people),
            accounts=len(self._plan.accounts),
            groups=len(self._plan.groups),
            changes=tuple(sorted(found, key=lambda change: change.order)),
            notices=tuple(str(notice) for notice in self._plan.notices),
            stale=tuple(f"{type_} {name}" for type_, name in self._plan.stale),
        )

    def _accounts(self) -> Iterator[Change]:
        for account in self._plan.accounts:
            wanted = self._wanted.accounts[account.person, account.directory]
            if account.gone and (
                wanted.removal is not None or not wanted.reinstate or account.kind == "entra"
            ):
                continue
            if account.id is None:
                yield Change(
                    account.person,
                    account.directory,
                    Effect.CREATED,
                    wanted.username,
                    self._reasons.start(wanted),
                )
                continue
            shown = self._live[account.directory].accounts[account.id]
            if not account.known:
                yield Change(account.person, account.directory, Effect.ADOPTED, shown.username)
            if shown.enabled and not _enabled(account):
                yield Change(
                    account.person,
                    account.directory,
                    Effect.DISABLED,
                    shown.username,
                    self._reasons.why(wanted),
                    agreed=wanted.phase.left,
                    gone=wanted.removal is not None,
                )
            elif not shown.enabled and _enabled(account):
                why = "the record says `reinstate`"
                yield Change(account.person, account.directory, Effect.ENABLED, shown.username, why)
            yield from self._attributes(account, wanted)

    def _attributes(self, account: PlannedAccount, wanted: DesiredAccount) -> Iterator[Change]:
        if account.id is None or account.ignore == ("*",):
            return
        shown = self._live[account.directory].accounts[account.id]
        if account.kind == "entra":
            now = attributes.entra_inputs(shown.attributes)
            stated = attributes.managed(wanted.attributes, attributes.ENTRA_FIELDS)
        else:
            now = attributes.okta_inputs(shown.attributes)
            stated = attributes.managed(wanted.attributes, attributes.OKTA_FIELDS)
        if account.kind == "entra" and wanted.manager is not None and account.manager != shown.manager:
            boss = self._reasons.name(account.directory, shown.manager) if shown.manager else "nobody"
            what = f"manager: {boss} → {wanted.manager}"
            yield Change(account.person, account.directory, Effect.CHANGED, what)
        if shown.username.casefold() != wanted.username.casefold():
            what = f"username: {shown.username} → {wanted.username}"
            yield Change(account.person, account.directory, Effect.CHANGED, what)
        for argument, value in stated.items():
            before = now.get(argument)
            if before != value and argument not in _STATUS:
                what = f"{argument.replace('_', ' ')}: {before or 'nothing'} → {value}"
                yield Change(account.person, account.directory, Effect.CHANGED, what)

    def _renames(self) -> Iterator[Change]:
        for account in self._plan.accounts:
            old = self._plan.renamed.get(account.person)
            if old is not None and (old, account.directory) in self._last.memory.accounts:
                yield Change(
                    account.person, account.directory, Effect.RENAMED, f"person {old} → {account.person}"
                )

    def _deletions(self) -> Iterator[Change]:
        for (person, directory), account in self._wanted.accounts.items():
            if account.removal is not None and account.removal.delete:
                why = f"its record is gone since {local(account.removal.since, self._client.zone)}"
                remembered = self._state.memory.accounts.get((person, directory))
                shown = self._live[directory].accounts.get(remembered.id) if remembered else None
                # Whoever was disabled for the whole of `retain` lost the account then.
                lost = shown is not None and shown.enabled
                yield Change(
                    person, directory, Effect.DELETED, account.username, why, agreed=not lost, gone=True
                )

    def _groups(self) -> Iterator[Change]:
        for group in self._plan.groups:
            shown = self._live[group.directory].members.get(group.id or "", frozenset())
            what = f"group {self._client.groups[group.key].name}"
            if group.id is None:
                yield Change(what, group.directory, Effect.CREATED, _members(len(group.members or ())))
            elif group.declared and not group.known:
                yield Change(what, group.directory, Effect.ADOPTED, _members(len(shown)))
            elif group.declared:
                yield from self._profile(what, group)
            if group.members is None:
                continue
            planned = {str(member) for member in group.members if not isinstance(member, NewAccount)}
            joining = [member.person for member in group.members if isinstance(member, NewAccount)]
            joining += [self._reasons.name(group.directory, id_) for id_ in planned - shown]
            leaving = shown - planned if group.exact else shown & self._ours(group) - planned
            for subject in joining:
                yield Change(subject, group.directory, Effect.ADDED, what)
            for id_ in leaving:
                yield Change(
                    self._reasons.name(group.directory, id_),
                    group.directory,
                    Effect.REMOVED,
                    what,
                    self._reasons.leaves(group, id_),
                    agreed=self._reasons.follows(group.directory, id_, group.key),
                )

    def _profile(self, what: str, group: PlannedGroup) -> Iterator[Change]:
        """Name and description, where the directory has others."""
        shown = self._live[group.directory].groups[group.id or ""]
        name = self._client.groups[group.key].name
        for label, before, after in (
            ("name", shown.name, name),
            ("description", shown.description, group.inputs.get("description")),
        ):
            if (before or "") != (after or ""):
                text = f"{label}: {before or 'nothing'} → {after or 'nothing'}"
                yield Change(what, group.directory, Effect.CHANGED, text)

    def _dropped(self) -> Iterator[Change]:
        """The groups that are no longer declared and go from their directory, and who is in them."""
        planned = {group.name for group in self._plan.groups}
        for key, id_ in self._state.ids.items():
            type_, name = key
            if type_ not in (ENTRA_GROUP, OKTA_GROUP) or name in planned or key in self._state.retained:
                continue
            group = id_.removeprefix("/groups/")
            for directory, shown in self._live.items():
                if group not in shown.groups:
                    continue
                what = f"group {shown.groups[group].name}"
                members = self._members_of(name, shown.members.get(group, frozenset()))
                yield Change(what, directory, Effect.DELETED, _members(len(members)), gone=True)
                for member in sorted(members):
                    yield Change(
                        self._reasons.name(directory, member),
                        directory,
                        Effect.REMOVED,
                        what,
                        "the group is deleted",
                        agreed=self._reasons.follows(directory, member, ""),
                    )

    def _members_of(self, name: str, shown: frozenset[str]) -> frozenset[str]:
        """The members of a group whose own are not read any more, as far as the last state knows them."""
        entra = self._state.inputs.get((ENTRA_GROUP, name), {}).get("members") or ()
        okta = self._state.inputs.get((OKTA_MEMBERS, f"{name}/members"), {}).get("users") or ()
        return shown | frozenset(entra) | frozenset(okta)

    def _ours(self, group: PlannedGroup) -> frozenset[str]:
        """The members whom the last run declared in an additive group of Okta."""
        return frozenset(
            self._state.inputs.get((OKTA_MEMBERS, f"{group.name}/members"), {}).get("users") or ()
        )

    def _single(self) -> Iterator[Change]:
        planned = {membership.name: membership for membership in self._plan.memberships}
        for membership in planned.values():
            if not membership.exists:
                what = f"group {self._client.groups[membership.group].name}"
                yield Change(membership.person, membership.directory, Effect.ADDED, what)
        for type_, name in self._state.ids:
            if type_ == ENTRA_MEMBER and name not in planned and (type_, name) not in self._state.retained:
                person, directory, group = name.rsplit("/", 2)
                known = self._client.groups.get(group)
                what = f"group {known.name if known else group}"
                why = self._reasons.because(person, directory, group)
                agreed = self._reasons.is_agreed(person, directory, group)
                yield Change(person, directory, Effect.REMOVED, what, why, agreed=agreed)

    def _roles(self) -> Iterator[Change]:
        planned = {role.name: role for role in self._plan.roles}
        for each in planned.values():
            if each.assignment is None:
                yield Change(each.person, each.directory, Effect.ADDED, f"role {each.role}")
        names = {slug(role): role for shown in self._live.values() for role in shown.roles}
        for type_, name in self._state.ids:
            if type_ == ENTRA_ROLE and name not in planned:
                person, directory, _, slugged = name.split("/", 3)
                role = names.get(slugged, slugged)
                why = self._reasons.because(person, directory, role)
                agreed = self._reasons.is_agreed(person, directory, role)
                yield Change(person, directory, Effect.REMOVED, f"role {role}", why, agreed=agreed)

    def _licences(self) -> Iterator[Change]:
        planned = {each.name: each for each in self._plan.licences}
        for each in planned.values():
            if not each.held:
                yield Change(each.person, each.directory, Effect.ADDED, f"licence {each.licence}")
        staying = {each.name for each in planned.values() if not each.left} | {
            each.was for each in planned.values()
        }
        for type_, name in self._state.ids:
            if type_ == LICENCE_TYPE and name not in staying and not self._left_before(name):
                person, directory, _, licence = name.split("/", 3)
                # No term is of a licence, so no key of a group or role stands for it.
                why = self._reasons.because(person, directory, "")
                agreed = self._reasons.is_agreed(person, directory, "")
                yield Change(person, directory, Effect.REMOVED, f"licence {licence}", why, agreed=agreed)

    def _left_before(self, name: str) -> bool:
        """Whether an earlier run left the licence to the runbook, and told so."""
        return self._state.inputs.get((LICENCE_TYPE, name), {}).get("left") is True

    def _departures(self) -> Iterator[Change]:
        for each in self._plan.departures:
            if each.to_do:
                wanted = self._wanted.accounts[each.person, each.directory]
                why = "" if wanted.enabled else self._reasons.why(wanted)
                yield Change(
                    each.person, each.directory, Effect.STEPS, SEPARATOR.join(each.to_do), why, agreed=True
                )


def _enabled(account: PlannedAccount) -> bool:
    if account.kind == "entra":
        return account.inputs.get("account_enabled") is not False
    return account.inputs.get("status") == "ACTIVE" and "status" not in account.ignore


def _members(number: int) -> str:
    return "1 member" if number == 1 else f"{number} members"
