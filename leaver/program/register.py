"""Declare a plan to the engine: one component per person, their accounts and memberships beneath it.

Logical names come from record keys alone, so that a renamed person or group is changed and not replaced.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pulumi
import pulumi_azuread as azuread

from leaver.limits import Ledger
from leaver.program.plan import (
    Member,
    NewAccount,
    Plan,
    PlannedAccount,
    PlannedDeparture,
    PlannedGroup,
    PlannedLicence,
    PlannedMembership,
    PlannedRole,
    slug,
)
from leaver.program.providers import RUNBOOK, okta
from leaver.program.resources import Departure, Licence, LossesComponent, PersonComponent

_PASSWORD_ALPHABET = string.ascii_letters + string.digits + "!#$%*+-.=?@_"
PASSWORD_LENGTH = 32
# azuread holds a lock per group through each removal and its 20 s of waiting, and counts that against the timeout.
_PATIENCE = pulumi.CustomTimeouts(create="2h", delete="2h")
_KEPT_GROUP = ["mailEnabled", "mailNickname", "types", "visibility", "assignableToRole", "owners", "theme"]


def first_password() -> str:
    """A random password that satisfies both directories' rules; nobody ever sees it."""
    required = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#$%*+-.=?@_")
    body = [secrets.choice(_PASSWORD_ALPHABET) for _ in range(PASSWORD_LENGTH - len(required))]
    body += [secrets.choice(alphabet) for alphabet in required]
    secrets.SystemRandom().shuffle(body)
    return "".join(body)


class Registrar:
    """Declares the resources of one plan, in the order of their dependencies.

    `ledger` is what the stack is to remember of losses, `losing` whether this run takes some.
    """

    def __init__(
        self,
        plan: Plan,
        providers: Mapping[str, pulumi.ProviderResource],
        ledger: Ledger | None = None,
        *,
        losing: bool = False,
    ) -> None:
        self._plan = plan
        self._ledger = ledger
        self._takes = losing
        self._losses: LossesComponent | None = None
        self._providers = providers
        self._people: dict[str, PersonComponent] = {}
        self._users: dict[tuple[str, str], pulumi.CustomResource] = {}
        self._losing: dict[str, list[pulumi.Resource]] = {}
        self._groups: dict[str, pulumi.CustomResource] = {}
        self._roles: dict[tuple[str, str], azuread.DirectoryRole] = {}
        self._members: dict[str, pulumi.Resource] = {}

    def register(self) -> None:
        """Declare everything."""
        if self._ledger is not None and self._ledger != Ledger():
            self._losses = LossesComponent(self._ledger)
        for person, removed in self._plan.people.items():
            self._people[person] = PersonComponent(
                person, self._after(dict(removed) or None), self._plan.renamed.get(person)
            )
        by_key = {(account.person, account.directory): account for account in self._plan.accounts}
        for account in self._plan.accounts:
            self._account(account, by_key)
        ids: dict[str, dict[str, pulumi.Input[str]]] = {
            person: dict(self._plan.lost.get(person, {})) for person in self._people
        }
        for account in self._plan.accounts:
            user = self._users[account.person, account.directory]
            gone = (account.gone or "").removeprefix("/users/")
            ids[account.person][account.directory] = account.id or gone or _object_id(user)
        for person, component in self._people.items():
            component.finish(ids[person])
        for group in self._plan.groups:
            self._group(group)
        for membership in self._plan.memberships:
            self._membership(membership)
        for role in self._plan.roles:
            self._role(role)
        for licence in self._plan.licences:
            self._licence(licence)
        for departure in self._plan.departures:
            self._departure(departure)

    def _after(self, value: Any) -> Any:
        """`value` once the losses of this run are remembered: no person or group is touched before.

        A local component is no dependency that the engine waits for, but its URN is there when it is written.
        """
        if self._losses is None or not self._takes:
            return value
        return self._losses.urn.apply(lambda _: value)

    def _account(
        self, account: PlannedAccount, by_key: Mapping[tuple[str, str], PlannedAccount]
    ) -> pulumi.CustomResource:
        key = (account.person, account.directory)
        if key in self._users:
            return self._users[key]
        inputs = dict(account.inputs)
        options = pulumi.ResourceOptions(
            parent=self._people[account.person],
            provider=self._providers[account.directory],
            protect=account.protect,
            ignore_changes=list(account.ignore),
            import_=_import_id(account),
        )
        if account.new:
            inputs["password"] = pulumi.Output.secret(first_password())
        if account.kind == "entra":
            if isinstance(account.manager, NewAccount):
                # Managers form a tree, so this recursion ends.
                boss = self._account(by_key[account.manager.person, account.manager.directory], by_key)
                inputs["manager_id"] = _object_id(boss)
            elif account.manager is not None:
                inputs["manager_id"] = account.manager
            user: pulumi.CustomResource = azuread.User(account.name, opts=options, **inputs)
            ends = inputs.get("account_enabled") is False
        else:
            user = okta().user.User(account.name, opts=options, **inputs)
            ends = inputs.get("status") != "ACTIVE"
        self._users[key] = user
        if ends:
            self._losing.setdefault(account.directory, []).append(user)
        return user

    def _member(self, member: Member) -> pulumi.Input[str]:
        if isinstance(member, NewAccount):
            return _object_id(self._users[member.person, member.directory])
        return member

    def _group(self, group: PlannedGroup) -> None:
        options = pulumi.ResourceOptions(
            provider=self._providers[group.directory],
            # Disable first, take groups away after (NIST SP 800-53 PS-4): a group waits for those who lose access.
            depends_on=self._losing.get(group.directory),
            import_=None if group.known or group.id is None else _group_import_id(group),
            retain_on_delete=group.keep or None,
        )
        if group.kind == "entra":
            inputs: dict[str, Any] = dict(group.inputs)
            inputs["display_name"] = self._after(inputs["display_name"])
            if group.members is not None:
                inputs["members"] = [self._member(member) for member in group.members]
            if group.id is not None:
                options.ignore_changes = [*_KEPT_GROUP, *(["securityEnabled"] if group.keep else [])]
            if group.declared:
                self._groups[group.key] = azuread.Group(group.name, opts=options, **inputs)
                self._members[group.key] = self._groups[group.key]
            return
        id_: pulumi.Input[str] | None = group.id
        if group.declared:
            self._groups[group.key] = okta().group.Group(group.name, opts=options, **group.inputs)
            id_ = group.id or self._groups[group.key].id
        if group.members or group.exact:
            self._members[group.key] = okta().GroupMemberships(
                f"{group.name}/members",
                group_id=self._after(id_ or ""),
                users=[self._member(member) for member in group.members or ()],
                track_all_users=group.exact,
                opts=pulumi.ResourceOptions(
                    provider=self._providers[group.directory],
                    depends_on=self._losing.get(group.directory),
                    import_=f"{group.id}/true" if group.import_members else None,
                ),
            )

    def _membership(self, membership: PlannedMembership) -> None:
        group_id = membership.group_id or _object_id(self._groups[membership.group])
        import_id = f"{membership.group_id}/member/{membership.member}" if membership.exists else None
        azuread.GroupMember(
            membership.name,
            group_object_id=group_id,
            member_object_id=self._member(membership.member),
            opts=pulumi.ResourceOptions(
                parent=self._people[membership.person],
                provider=self._providers[membership.directory],
                import_=import_id,
                delete_before_replace=True,
                custom_timeouts=_PATIENCE,
                retain_on_delete=membership.let_go or None,
            ),
        )

    def _role(self, role: PlannedRole) -> None:
        key = (role.directory, role.role)
        if key not in self._roles:
            self._roles[key] = azuread.DirectoryRole(
                f"role/{role.directory}/{slug(role.role)}",
                display_name=role.role,
                opts=pulumi.ResourceOptions(provider=self._providers[role.directory]),
            )
        prefix = "/roleManagement/directory/roleAssignments/"
        azuread.DirectoryRoleAssignment(
            role.name,
            role_id=self._roles[key].template_id,
            principal_object_id=self._member(role.member),
            opts=pulumi.ResourceOptions(
                parent=self._people[role.person],
                provider=self._providers[role.directory],
                import_=f"{prefix}{role.assignment}" if role.assignment else None,
            ),
        )

    def _licence(self, licence: PlannedLicence) -> None:
        user = self._users[licence.person, licence.directory]
        Licence(
            licence.name,
            {
                "account": self._member(licence.member),
                "licence": licence.licence,
                "sku": licence.sku,
                "instead": list(licence.instead) or None,
                "left": licence.left or None,
            },
            pulumi.ResourceOptions(
                parent=self._people[licence.person],
                provider=self._providers.get(f"{RUNBOOK}/{licence.directory}"),
                # Entra gives none before the account has its usage location.
                depends_on=[user],
                aliases=[pulumi.Alias(name=licence.was)] if licence.was else None,
            ),
        )

    def _departure(self, departure: PlannedDeparture) -> None:
        old = self._plan.renamed.get(departure.person)
        # The account ends first, and a group is left before the runbook asks which groups there are.
        user = self._users[departure.person, departure.directory]
        before = [user]
        Departure(
            departure.name,
            # An account that this very run makes has its ID from there.
            {"account": _object_id(user), **departure.inputs},
            pulumi.ResourceOptions(
                parent=self._people[departure.person],
                provider=self._providers.get(f"{RUNBOOK}/{departure.directory}"),
                depends_on=[
                    *before,
                    *(self._members[key] for key in departure.groups if key in self._members),
                ],
                aliases=[pulumi.Alias(name=replace(departure, person=old).name)] if old else None,
            ),
        )


def _object_id(resource: pulumi.CustomResource) -> pulumi.Output[str]:
    if isinstance(resource, azuread.User | azuread.Group):
        return resource.object_id
    return resource.id


def _import_id(account: PlannedAccount) -> str | None:
    if account.known or account.id is None:
        return account.gone
    return f"/users/{account.id}" if account.kind == "entra" else account.id


def _group_import_id(group: PlannedGroup) -> str:
    return f"/groups/{group.id}" if group.kind == "entra" else str(group.id)
