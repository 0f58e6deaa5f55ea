"""Direct memberships, also those in groups that Leaver never managed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.runbook.entra.base import (
    READ_USERS,
    EntraStep,
    flag,
    kind_of,
    quoted,
    rows,
    texts,
    title,
    user_path,
)
from leaver.runbook.step import Ask, Case, Item, Permission, Seen, deletions

MEMBERSHIPS = "memberships"
_SELECT = "id,displayName,groupTypes,mailEnabled,securityEnabled,onPremisesSyncEnabled,isAssignableToRole"


def memberships_ask(case: Case) -> Ask:
    """What the account is a direct member of.

    No cast to microsoft.graph.group in the path: Graph answers casts from an index that lags behind.
    """
    return Ask(MEMBERSHIPS, f"{user_path(case)}/memberOf?$select={_SELECT}&$top=999", paged=True, fine=(404,))


def groups_of(seen: Seen) -> list[Mapping[str, Any]]:
    """The groups among the memberships; directory roles and administrative units are not."""
    return [row for row in rows(seen, MEMBERSHIPS) if kind_of(row) == "group"]


def is_dynamic(group: Mapping[str, Any]) -> bool:
    """Whether a rule decides who is in the group."""
    return "DynamicMembership" in texts(group, MEMBERSHIPS, "groupTypes")


class Groups(EntraStep):
    """Every direct membership ends; licences and app roles that come with a group go with it.

    learn.microsoft.com/graph/api/user-list-memberof, /group-delete-members
    """

    name = "groups"
    title = "take the account out of all groups"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("GroupMember.ReadWrite.All", "list the memberships and end them"),
        Permission("RoleManagement.ReadWrite.Directory", "end memberships in role-assignable groups"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return (memberships_ask(case),)

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        return [
            Item(group["id"], title(group), _why_not(case, group))
            for group in groups_of(seen)
            if not is_dynamic(group)
        ]

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        # Without /$ref this would delete the account itself, as the vendor warns.
        member = f"members/{segment(case.account)}/$ref"
        return deletions(left, lambda key: f"/v1.0/groups/{segment(key)}/{member}")

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        return [
            f"{title(group)}: a rule decides who is in it, so nobody can be taken out. Check that the rule leaves "
            "disabled accounts out."
            for group in groups_of(seen)
            if is_dynamic(group)
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {
            "groups": [
                {"id": group["id"], "name": title(group), "dynamic": is_dynamic(group)}
                for group in groups_of(seen)
            ]
        }


def _why_not(case: Case, group: Mapping[str, Any]) -> str:
    if flag(group, MEMBERSHIPS, "onPremisesSyncEnabled"):
        return "The group is mastered on-premises. Take the person out there (Remove-ADGroupMember)."
    if flag(group, MEMBERSHIPS, "mailEnabled") and "Unified" not in texts(group, MEMBERSHIPS, "groupTypes"):
        return (
            "Graph cannot change mail-enabled groups. In Exchange Online: Remove-DistributionGroupMember "
            f"-Identity {quoted(group['id'])} -Member {quoted(case.username)} "
            "-BypassSecurityGroupManagerCheck -Confirm:$false"
        )
    return ""
