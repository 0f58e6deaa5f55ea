"""Ownership of groups and applications: handed over, so that nothing is left without anybody to answer for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.actions.call import segment
from leaver.runbook.entra.base import (
    COLLEAGUE,
    READ_USERS,
    EntraStep,
    colleague,
    colleague_ask,
    kind_of,
    needed,
    rows,
    title,
    user_path,
)
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

_OWNED = "owned-objects"
_OBJECT = "https://graph.microsoft.com/v1.0/directoryObjects/"
# Type in the list -> collection, and what people call it. Other types (devices) have steps of their own.
_KINDS = {
    "group": ("groups", "group"),
    "application": ("applications", "application"),
    "servicePrincipal": ("servicePrincipals", "enterprise application"),
}
_USER = "user"


class Ownership(EntraStep):
    """The colleague becomes an owner, and then the leaver is none any more: the last owner cannot be removed.

    Without a colleague the leaver goes where somebody else is an owner, and stays the owner of the rest.
    learn.microsoft.com/graph/api/user-list-ownedobjects, /group-post-owners, /group-delete-owners,
    /application-post-owners
    """

    name = "ownership"
    title = "hand over the groups and applications"
    after = ("revoke-sessions",)
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("Group.ReadWrite.All", "hand over the ownership of groups"),
        Permission("Application.ReadWrite.All", "hand over the ownership of applications"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        asks = [
            Ask(_OWNED, f"{user_path(case)}/ownedObjects?$select=id,displayName", paged=True, fine=(404,))
        ]
        if case.handover:
            asks.append(colleague_ask(case))
        if _OWNED in seen:
            asks += [
                Ask(_owners_key(row), f"{_path(row)}/owners?$select=id", paged=True, fine=(404,))
                for row in _owned(seen)
            ]
        return asks

    def why_not(self, case: Case, seen: Seen) -> str | None:
        heir, why = colleague(case, seen)
        if heir is None and not case.handover and _owned(seen) and not self.remaining(case, seen):
            names = ", ".join(_name(row) for row in _owned(seen))
            return f"{why}, and nobody else owns {names}"
        return None

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        heir, why = colleague(case, seen)
        found: list[Item] = []
        for row in _owned(seen):
            if heir is not None or _others(case, seen, row):
                found.append(Item(row["id"], _name(row)))
            elif case.handover:
                found.append(
                    Item(row["id"], _name(row), f"Nobody else owns it, and {why}. Name another colleague.")
                )
        return found

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        wanted = {item.key for item in left if not item.why}
        heir, _ = colleague(case, seen)
        asks: list[Ask] = []
        for row in _owned(seen):
            if row["id"] not in wanted:
                continue
            first: tuple[str, ...] = ()
            if heir is not None and heir["id"] not in _owners(seen, row):
                first = (f"{row['id']}:add",)
                body = {"@odata.id": f"{_OBJECT}{segment(needed(heir, COLLEAGUE, 'id'))}"}
                asks.append(Ask(first[0], f"{_path(row)}/owners/$ref", "POST", json=body))
            path = f"{_path(row)}/owners/{segment(case.account)}/$ref"
            asks.append(Ask(row["id"], path, "DELETE", fine=(404,), after=first))
        return asks

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        if case.handover:
            return []
        return [
            f"{_name(row)}: stays theirs, because no colleague is named to hand over to and nobody else owns it"
            for row in _owned(seen)
            if not _others(case, seen, row)
        ]

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        return {"owned": [{"id": row["id"], "name": _name(row)} for row in _owned(seen)]}


def _owned(seen: Seen) -> list[Mapping[str, Any]]:
    return [row for row in rows(seen, _OWNED) if kind_of(row) in _KINDS]


def _owners_key(row: Mapping[str, Any]) -> str:
    return f"owners:{row['id']}"


def _owners(seen: Seen, row: Mapping[str, Any]) -> list[str]:
    return [needed(owner, _owners_key(row), "id") for owner in rows(seen, _owners_key(row))]


def _others(case: Case, seen: Seen, row: Mapping[str, Any]) -> bool:
    """Whether a person beside the leaver owns it: the last user among the owners cannot be removed."""
    return any(
        owner["id"].lower() != case.account.lower() and kind_of(owner) in ("", _USER)
        for owner in rows(seen, _owners_key(row))
    )


def _path(row: Mapping[str, Any]) -> str:
    return f"/v1.0/{_KINDS[kind_of(row)][0]}/{segment(row['id'])}"


def _name(row: Mapping[str, Any]) -> str:
    return f"{_KINDS[kind_of(row)][1]} {title(row)}"
