"""Say what a plan does, of people: the plan held against what the directories show."""

from __future__ import annotations

from collections.abc import Iterator

from leaver.actions import attributes
from leaver.actions.live import Live, called
from leaver.desired import Change, ChangeReport, Desired, DesiredAccount, Effect
from leaver.desired.change import SEPARATOR
from leaver.lifecycle import Phase, effective_end, ended_term
from leaver.model import Client, local
from leaver.program.plan import NewAccount, Plan, PlannedAccount, PlannedGroup, slug
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
        self._person = {
            (directory, remembered.id): person
            for (person, directory), remembered in state.memory.accounts.items()
        } | {(account.directory, account.id): account.person for account in plan.accounts if account.id}

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
                    account.person, account.directory, Effect.CREATED, wanted.username, self._start(wanted)
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
                    self._why(wanted),
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
            boss = self._name(account.directory, shown.manager) if shown.manager else "nobody"
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
            joining += [self._name(group.directory, id_) for id_ in planned - shown]
            leaving = shown - planned if group.exact else shown & self._ours(group) - planned
            for subject in joining:
                yield Change(subject, group.directory, Effect.ADDED, what)
            for id_ in leaving:
                yield Change(
                    self._name(group.directory, id_),
                    group.directory,
                    Effect.REMOVED,
                    what,
                    self._leaves(group, id_),
                    agreed=self._follows(group.directory, id_, group.key),
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
                        self._name(directory, member),
                        directory,
                        Effect.REMOVED,
                        what,
                        "the group is deleted",
                        agreed=self._follows(directory, member, ""),
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
            if type_ == ENTRA_MEMBER and name not in planned:
                person, directory, group = name.rsplit("/", 2)
                known = self._client.groups.get(group)
                what = f"group {known.name if known else group}"
                why = self._because(person, directory, group)
                agreed = self._is_agreed(person, directory, group)
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
                why = self._because(person, directory, role)
                agreed = self._is_agreed(person, directory, role)
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
                why = self._because(person, directory, "")
                agreed = self._is_agreed(person, directory, "")
                yield Change(person, directory, Effect.REMOVED, f"licence {licence}", why, agreed=agreed)

    def _left_before(self, name: str) -> bool:
        """Whether an earlier run left the licence to the runbook, and told so."""
        return self._state.inputs.get((LICENCE_TYPE, name), {}).get("left") is True

    def _departures(self) -> Iterator[Change]:
        for each in self._plan.departures:
            if each.to_do:
                wanted = self._wanted.accounts[each.person, each.directory]
                why = "" if wanted.enabled else self._why(wanted)
                yield Change(
                    each.person, each.directory, Effect.STEPS, SEPARATOR.join(each.to_do), why, agreed=True
                )

    def _name(self, directory: str, id_: str) -> str:
        person = self._person.get((directory, id_))
        if person is not None:
            return person
        return called(self._live[directory], id_)

    def _leaves(self, group: PlannedGroup, id_: str) -> str:
        person = self._person.get((group.directory, id_))
        if person is None:
            return "no record puts it there, and the group is exact"
        return self._because(person, group.directory, group.key)

    def _follows(self, directory: str, id_: str, access: str) -> bool:
        """Whether it is agreed that the account leaves a group, or it has no access that it could lose."""
        shown = self._live[directory].accounts.get(id_)
        if shown is not None and not shown.enabled:
            return True
        person = self._person.get((directory, id_))
        return person is not None and self._is_agreed(person, directory, access)

    def _is_agreed(self, person: str, directory: str, access: str) -> bool:
        """Whether losing the group (its key) or role was agreed, or follows from losing the account."""
        wanted = self._wanted.accounts.get((person, directory))
        if wanted is not None and not wanted.enabled:
            return True
        record = self._client.people.get(person)
        if access in self._client.settings.notice_groups:
            return True
        return record is not None and ended_term(record, access, self._wanted.now) is not None

    def _because(self, person: str, directory: str, access: str) -> str:
        """Why the person no longer has the group (its key) or role."""
        wanted = self._wanted.accounts.get((person, directory))
        if wanted is not None and not wanted.enabled:
            return self._why(wanted)
        record = self._client.people.get(person)
        ended = record and ended_term(record, access, self._wanted.now)
        return f"its time ended {local(ended, self._client.zone)}" if ended else ""

    def _why(self, wanted: DesiredAccount) -> str:
        zone = self._client.zone
        if wanted.removal is not None:
            return f"its record is gone; kept until {local(wanted.removal.until, zone)[:10]}, then deleted"
        person = self._client.people[wanted.person]
        end = effective_end(person)
        if wanted.phase is Phase.DEPARTED and end is not None:
            return f"departed {local(end, zone)}"
        if wanted.phase is Phase.NOT_STARTED and person.starts is not None:
            return f"starts {local(person.starts, zone)}"
        return "its record says `disabled`, from this apply on" if person.disabled else ""

    def _start(self, wanted: DesiredAccount) -> str:
        starts = self._client.people[wanted.person].starts
        return f"started {local(starts, self._client.zone)}" if starts else ""


def _enabled(account: PlannedAccount) -> bool:
    if account.kind == "entra":
        return account.inputs.get("account_enabled") is not False
    return account.inputs.get("status") == "ACTIVE" and "status" not in account.ignore


def _members(number: int) -> str:
    return "1 member" if number == 1 else f"{number} members"
