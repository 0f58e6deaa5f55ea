"""Administrator roles: the account's own, and those that a group gives it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import urlsplit

from leaver.runbook.okta import groups, reply, scopes
from leaver.runbook.okta.base import OktaStep
from leaver.runbook.okta.reply import Row, segment
from leaver.runbook.step import Ask, BadReply, Case, Item, Permission, Seen

ROLES = "roles"


class AdminRoles(OktaStep):
    """Standard and custom roles. One that comes with a group goes by leaving that group.

    developer.okta.com: Role Assignments, list all user role assignments and unassign a user role; the assignment
    ID is the same for standard and custom roles. A role through a group shows the group as its assignee.
    """

    name = "admin-roles"
    title = "take the administrator roles away"
    needs: ClassVar[tuple[Permission, ...]] = (
        scopes.USERS_READ,
        scopes.ROLES_READ,
        scopes.ROLES_MANAGE,
        scopes.GROUPS_MANAGE,
    )
    lists = (ROLES,)
    what = "administrator roles"

    def first(self, case: Case) -> Sequence[Ask]:
        return [Ask(ROLES, reply.path_of(case, "roles"), paged=True, fine=(404,))]

    def then(self, case: Case, seen: Seen) -> Sequence[Ask]:
        return [groups.ask_groups(case)] if any(map(_by_group, reply.rows(seen, ROLES))) else []

    def left(self, case: Case, seen: Seen) -> Sequence[Item]:  # noqa: ARG002
        return [self._item(row, seen) for row in reply.rows(seen, ROLES)]

    def _item(self, row: Row, seen: Seen) -> Item:
        key, label = reply.identity(row, ROLES), f"role {reply.label(row, 'label', 'type')}"
        if not _by_group(row):
            return Item(key, label)
        group = _group(row)
        if group is None:
            return Item(key, label, "A group gives it, and Okta does not say which: look in the console.")
        known = next((each for each in _groups(seen) if each.get("id") == group), None)
        if known is None:
            # Left already; the list of roles may lag behind.
            return Item(key, f"{label} by a group")
        said, kind = f"{label} by group {groups.name_of(known)}", groups.kind_of(known)
        if kind == groups.BUILT_IN:
            return Item(key, said, "Everybody is in this group: take the role from the group.")
        if kind == groups.OF_AN_APPLICATION:
            return Item(
                key, said, "An application sets its members: take the account out of the group there."
            )
        return Item(key, said)

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        by_id = {row.get("id"): row for row in reply.rows(seen, ROLES)}
        asks: dict[str, Ask] = {}
        for item in left:
            group = _group(by_id[item.key])
            if item.why:
                continue
            # Two roles may come with one group.
            path = groups.leave(case, group) if group else reply.path_of(case, "roles", segment(item.key))
            asks.setdefault(path, Ask(item.key, path, "DELETE", fine=(404,)))
        return list(asks.values())

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:  # noqa: ARG002
        return {"roles": [self._item(row, seen).name for row in reply.rows(seen, ROLES)]}


def _groups(seen: Seen) -> list[Row]:
    known = seen[groups.GROUPS]
    return [] if known.status == 404 else reply.rows(seen, groups.GROUPS)


def _by_group(row: Row) -> bool:
    kind = reply.word(row, ROLES, "assignmentType")
    if kind not in ("USER", "GROUP"):
        raise BadReply(f"{ROLES}: an assignment of another type than USER and GROUP")
    return kind == "GROUP"


def _group(row: Row) -> str | None:
    """The ID of the group that gives the role; None for a role of the account's own, or where Okta is silent."""
    if not _by_group(row):
        return None
    link = reply.inner(reply.inner(row, "_links"), "assignee").get("href")
    parts = urlsplit(link).path.split("/") if isinstance(link, str) else []
    return parts[-1] if len(parts) > 1 and parts[-2] == "groups" and parts[-1] else None
