"""Which permissions a client's directory must give Leaver, and for what: of every run, and of the runbook's steps."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from leaver.actions.credentials import OKTA_SCOPES
from leaver.runbook.entra import RESTORE
from leaver.runbook.registry import KINDS
from leaver.runbook.step import Permission, Step

Kind = Literal["entra", "okta"]
READING, CUT, STATE = "read the directory", "cut access", "accounts and groups"
ROLES, LICENCES, SIGN_INS, RETURNS = (
    "roles in records",
    "licences in records",
    "sign ins: true",
    "reinstate in records",
)

EVERY_RUN: Mapping[Kind, tuple[tuple[str, Permission], ...]] = {
    "entra": (
        (READING, Permission("User.Read.All", "read accounts, before and after every change")),
        (READING, Permission("GroupMember.Read.All", "read groups and their members")),
        (CUT, Permission("User.EnableDisableAccount.All", "disable an account at once")),
        (CUT, Permission("User.RevokeSessions.All", "revoke an account's sessions at once")),
        (STATE, Permission("User.ReadWrite.All", "make, change and delete accounts")),
        (STATE, Permission("Group.ReadWrite.All", "make, change and delete groups, and set their members")),
    ),
    "okta": (
        (READING, Permission("okta.users.read", "read accounts, before and after every change")),
        (READING, Permission("okta.groups.read", "read groups and their members")),
        (CUT, Permission("okta.users.manage", "suspend or deactivate an account, and end its sessions")),
        (STATE, Permission("okta.users.manage", "make, change and delete accounts")),
        (STATE, Permission("okta.groups.manage", "make, change and delete groups, and set their members")),
    ),
}
"""What every run needs, whatever the runbook says, by what needs it."""

WHERE_USED: Mapping[Kind, tuple[tuple[str, Permission], ...]] = {
    "entra": (
        (ROLES, Permission("RoleManagement.ReadWrite.Directory", "give and take directory roles")),
        (LICENCES, Permission("LicenseAssignment.ReadWrite.All", "give licences, and take them away")),
        (LICENCES, Permission("Organization.Read.All", "tell the licences by name, and how many are free")),
        (
            SIGN_INS,
            Permission("AuditLog.Read.All", "read when an account was last used (needs a P1 licence)"),
        ),
        *((RETURNS, permission) for permission in RESTORE.needs),
    ),
    "okta": (),
}
"""What runs need where the client's records say so."""

_READ = re.compile(r"\.Read(?=\.|$)")
# The permission → what gives as much (learn.microsoft.com/graph/permissions-reference). `X.ReadWrite.Y` gives
# `X.Read.Y` without being here, and so does Okta's `.manage` its `.read`.
_AS_GOOD: Mapping[str, frozenset[str]] = {
    "User.Read.All": frozenset({"Directory.Read.All", "Directory.ReadWrite.All"}),
    "GroupMember.Read.All": frozenset(
        {"Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"}
    ),
    "GroupMember.ReadWrite.All": frozenset({"Group.ReadWrite.All", "Directory.ReadWrite.All"}),
    "Application.Read.All": frozenset({"Directory.Read.All", "Directory.ReadWrite.All"}),
    "Organization.Read.All": frozenset({"Directory.Read.All", "Directory.ReadWrite.All"}),
    "LicenseAssignment.ReadWrite.All": frozenset({"User.ReadWrite.All", "Directory.ReadWrite.All"}),
    "Device.ReadWrite.All": frozenset({"Directory.ReadWrite.All"}),
    "DelegatedPermissionGrant.ReadWrite.All": frozenset({"Directory.ReadWrite.All"}),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission, its purposes, and what needs it: names of steps, or the words above."""

    permission: str
    purposes: tuple[str, ...]
    by: tuple[str, ...]

    @property
    def basic(self) -> bool:
        """Whether a run or a cut fails without it."""
        return not {READING, CUT, STATE}.isdisjoint(self.by)


def needed(kind: Kind, steps: Iterable[Step], *, uses: Collection[str] = ()) -> tuple[Need, ...]:
    """The permissions of every run and of these steps, by name; `uses` are ROLES, LICENCES, SIGN_INS and RETURNS."""
    stated = [*EVERY_RUN[kind], *(each for each in WHERE_USED[kind] if each[0] in uses)]
    stated += [(step.name, permission) for step in steps for permission in step.needs]
    by_name: dict[str, list[tuple[str, str]]] = {}
    for by, permission in stated:
        by_name.setdefault(permission.name, []).append((permission.purpose, by))
    return tuple(
        Need(
            name,
            tuple(dict.fromkeys(purpose for purpose, _ in found)),
            tuple(dict.fromkeys(by for _, by in found)),
        )
        for name, found in sorted(by_name.items())
    )


def gives(granted: Collection[str], permission: str) -> bool:
    """Whether what was granted includes a permission."""
    more = _READ.sub(".ReadWrite", permission)
    if permission.startswith("okta."):
        more = permission.removesuffix(".read") + ".manage" if permission.endswith(".read") else permission
    return not {permission, more, *_AS_GOOD.get(permission, ())}.isdisjoint(granted)


def extra_scopes(steps: Iterable[Step] = KINDS["okta"]) -> tuple[str, ...]:
    """The Okta scopes of these steps beyond those of every run, none that another one gives."""
    names = {permission.name for step in steps for permission in step.needs} - set(OKTA_SCOPES)
    return tuple(sorted(name for name in names if not gives((names | set(OKTA_SCOPES)) - {name}, name)))
