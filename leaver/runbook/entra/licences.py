"""Licences: what is paid for somebody who is not there any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from leaver.escape import line
from leaver.runbook.entra.base import (
    ACCOUNT,
    MAILBOX,
    READ_USERS,
    EntraStep,
    account,
    fields,
    label,
    mailbox_ask,
    needed,
    objects,
    quoted,
    rows,
    text,
    title,
    user_path,
)
from leaver.runbook.entra.groups import groups_of, is_dynamic, memberships_ask
from leaver.runbook.step import Ask, Case, Item, Permission, Seen

_SKUS = "subscribed-skus"
_KEEP = "keep"
_SHARED = "shared"


class Licences(EntraStep):
    """Direct licences are taken away, after all that needs them; those of a group go with the membership.

    Settings: `keep`, part numbers that stay (a mailbox licence); `mailbox: shared`, wait until the mailbox is a
    shared one, which needs no licence.
    learn.microsoft.com/graph/api/user-assignlicense, /subscribedsku-list,
    /resources/licenseassignmentstate
    """

    name = "licences"
    title = "take the licences away"
    after = ("automatic-reply", "forwarding", "meetings", "mailbox-handover", "files-handover")
    needs: ClassVar[tuple[Permission, ...]] = (
        READ_USERS,
        Permission("LicenseAssignment.ReadWrite.All", "take direct licences away"),
        Permission("Organization.Read.All", "tell the licences by name, and how many are free"),
        Permission("GroupMember.Read.All", "tell the groups that licences come from"),
        Permission("MailboxSettings.Read", "see whether the mailbox is a shared one"),
    )

    def reads(self, case: Case, seen: Seen) -> Sequence[Ask]:
        asks = [Ask(_SKUS, "/v1.0/subscribedSkus", paged=True), memberships_ask(case)]
        return [*asks, mailbox_ask(case)] if case.settings.get("mailbox") == _SHARED else asks

    def remaining(self, case: Case, seen: Seen) -> Sequence[Item]:
        why = self._too_early(case, seen)
        return [
            Item(sku, name, why) for sku, name in self._direct(case, seen).items() if name not in _kept(case)
        ]

    def _too_early(self, case: Case, seen: Seen) -> str:
        if unknown := sorted(_kept(case) - set(_names(seen).values())):
            # A slip of the pen would cost the mailbox that it was to keep.
            return f"The runbook keeps {', '.join(unknown)}, which the tenant does not have. Correct `keep`."
        if case.settings.get("mailbox") != _SHARED:
            return ""
        box = fields(seen, MAILBOX)
        if box is None or text(box, MAILBOX, "userPurpose") == _SHARED:
            return ""
        return (
            "The mailbox is not a shared one yet, and would be lost. In Exchange Online: Set-Mailbox -Identity "
            f"{quoted(case.username)} -Type Shared"
        )

    def _direct(self, case: Case, seen: Seen) -> dict[str, str]:
        names = _names(seen)
        return {sku: names.get(sku, sku) for sku, group in _states(case, seen) if group is None}

    def act(self, case: Case, seen: Seen, left: Sequence[Item]) -> Sequence[Ask]:
        going = [item.key for item in left if not item.why]
        if not going:
            return []
        body = {"addLicenses": [], "removeLicenses": going}
        return [Ask("licences", f"{user_path(case)}/assignLicense", "POST", json=body)]

    def remarks(self, case: Case, seen: Seen) -> Sequence[str]:
        groups = {group["id"]: group for group in groups_of(seen)}
        names = _names(seen)
        found = []
        for sku, id in _states(case, seen):
            if id is None:
                continue
            group = groups.get(id)
            if group is None:
                words = "comes with a group that the account has left, and goes with it"
            elif is_dynamic(group):
                words = f"comes with the dynamic group {title(group)}, and is paid until its rule lets the account go"
            else:
                words = f"comes with the group {title(group)}, and goes with the membership"
            found.append(f"{names.get(sku, sku)}: {words}")
        found += [
            f"{name}: kept, as the runbook says"
            for name in self._direct(case, seen).values()
            if name in _kept(case)
        ]
        return found

    def picture(self, case: Case, seen: Seen) -> Mapping[str, Any]:
        """`frees`: how many units of each licence become free by this step; `units`: how many there are now."""
        names = _names(seen)
        through = {sku for sku, group in _states(case, seen) if group is not None}
        direct = self._direct(case, seen)
        held = set(direct) | through
        return {
            "direct": sorted(direct.values()),
            "inherited": [
                {"name": names.get(sku, sku), "group": group}
                for sku, group in _states(case, seen)
                if group is not None
            ],
            # A licence that also comes with a group stays paid until the membership ends.
            "frees": {
                name: int(sku not in through)
                for sku, name in sorted(direct.items())
                if name not in _kept(case)
            },
            "units": {
                names[needed(row, _SKUS, "skuId")]: _units(row)
                for row in rows(seen, _SKUS)
                if row.get("skuId") in held
            },
        }


def _kept(case: Case) -> frozenset[str]:
    wanted = case.settings.get(_KEEP)
    return frozenset(wanted) if isinstance(wanted, list | tuple) else frozenset()


def _states(case: Case, seen: Seen) -> list[tuple[str, str | None]]:
    """(SKU, group that it comes from or None), for each licence."""
    return [
        (needed(state, ACCOUNT, "skuId"), text(state, ACCOUNT, "assignedByGroup"))
        for state in objects(account(case, seen), ACCOUNT, "licenseAssignmentStates")
    ]


def _names(seen: Seen) -> dict[str, str]:
    return {
        needed(row, _SKUS, "skuId"): label(row, "skuPartNumber", 80) or line(row["skuId"], 80)
        for row in rows(seen, _SKUS)
    }


def _units(row: Mapping[str, Any]) -> Mapping[str, int]:
    prepaid = row.get("prepaidUnits")
    bought = prepaid.get("enabled") if isinstance(prepaid, dict) else None
    used = row.get("consumedUnits")
    if not isinstance(bought, int) or not isinstance(used, int):
        return {}
    return {"bought": bought, "used": used, "free": bought - used}
