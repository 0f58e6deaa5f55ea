"""Which application permission a request needs: one of those that the documents of the operation name.

learn.microsoft.com/graph/api, each operation's table of permissions; learn.microsoft.com/graph/api/user-update for
the properties of a user that need one of their own. What is not in the table needs none here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from leaver.sandbox.faults import READS
from leaver.sandbox.graph.errors import GraphError

_READ_ALL = ("Directory.Read.All", "Directory.ReadWrite.All")
_GROUPS = ("Group.ReadWrite.All", "Directory.ReadWrite.All")
_GROUP_READERS = ("GroupMember.Read.All", "GroupMember.ReadWrite.All", "Group.Read.All", *_GROUPS, *_READ_ALL)
_USERS = ("User.ReadWrite.All", "Directory.ReadWrite.All")
# The path without its version; who may read; who may write. The first one that matches counts.
_TABLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    (r"/users/[^/]+/revokesigninsessions", (), ("User.RevokeSessions.All",)),
    (r"/users/[^/]+/assignlicense", (), ("LicenseAssignment.ReadWrite.All", *_USERS)),
    (
        r"/users/[^/]+/authentication/.*",
        ("UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All"),
        ("UserAuthenticationMethod.ReadWrite.All",),
    ),
    (
        r"/users/[^/]+/approleassignments.*",
        ("AppRoleAssignment.ReadWrite.All", *_READ_ALL),
        ("AppRoleAssignment.ReadWrite.All",),
    ),
    (
        r"(/users/[^/]+)?/oauth2permissiongrants.*",
        ("DelegatedPermissionGrant.ReadWrite.All", *_READ_ALL),
        ("DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"),
    ),
    (
        r"/users/[^/]+/mailboxsettings",
        ("MailboxSettings.Read", "MailboxSettings.ReadWrite"),
        ("MailboxSettings.ReadWrite",),
    ),
    (
        r"/users/[^/]+/mailfolders/.*",
        ("MailboxSettings.Read", "MailboxSettings.ReadWrite"),
        ("MailboxSettings.ReadWrite",),
    ),
    (
        r"/users/[^/]+/(calendarview|events).*",
        ("Calendars.Read", "Calendars.ReadWrite"),
        ("Calendars.ReadWrite",),
    ),
    (r"/users/[^/]+/drive.*", ("Files.Read.All", "Files.ReadWrite.All"), ("Files.ReadWrite.All",)),
    (
        r"(/users/[^/]+/manageddevices|/devicemanagement/.*)",
        ("DeviceManagementManagedDevices.Read.All", "DeviceManagementManagedDevices.ReadWrite.All"),
        ("DeviceManagementManagedDevices.PrivilegedOperations.All",),
    ),
    (
        r"/rolemanagement/directory/roleeligibility.*",
        ("RoleEligibilitySchedule.Read.Directory", "RoleEligibilitySchedule.ReadWrite.Directory"),
        ("RoleEligibilitySchedule.ReadWrite.Directory",),
    ),
    (
        r"/identitygovernance/privilegedaccess/group/.*",
        (
            "PrivilegedEligibilitySchedule.Read.AzureADGroup",
            "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
        ),
        ("PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",),
    ),
    (
        r"(/rolemanagement/directory|/directoryroles).*",
        ("RoleManagement.Read.Directory", "RoleManagement.ReadWrite.Directory", *_READ_ALL),
        ("RoleManagement.ReadWrite.Directory",),
    ),
    (
        r"/groups/[^/]+/members.*",
        _GROUP_READERS,
        ("GroupMember.ReadWrite.All", *_GROUPS),
    ),
    (
        r"/groups.*",
        _GROUP_READERS,
        _GROUPS,
    ),
    (r"/subscribedskus.*", ("Organization.Read.All", "Organization.ReadWrite.All", *_READ_ALL), ()),
    (
        r"/devices.*",
        ("Device.Read.All", "Device.ReadWrite.All", *_READ_ALL),
        ("Device.ReadWrite.All", *_GROUPS[1:]),
    ),
    (
        r"/(applications|serviceprincipals).*",
        ("Application.Read.All", "Application.ReadWrite.All", *_READ_ALL),
        ("Application.ReadWrite.All", "Directory.ReadWrite.All"),
    ),
    (
        r"/directory/deleteditems.*",
        ("User.Read.All", *_READ_ALL, *_USERS),
        ("User.DeleteRestore.All", *_USERS),
    ),
    (r"/users.*", ("User.Read.All", *_USERS, *_READ_ALL), _USERS),
)
_PATTERNS = tuple((re.compile(path), reads, writes) for path, reads, writes in _TABLE)
_USER = re.compile(r"/users/[^/]+")
# Properties of a user that need a permission of their own, which the one for all others does not give.
_OWN = {
    "passwordProfile": ("User-PasswordProfile.ReadWrite.All",),
    "employeeLeaveDateTime": ("User-LifeCycleInfo.ReadWrite.All",),
    "accountEnabled": ("User.EnableDisableAccount.All", *_USERS),
}


def check(method: str, path: str, body: Any, granted: Iterable[str]) -> None:
    """Refuse a request for which nothing that it needs was granted; `path` begins behind the version."""
    had = frozenset(granted)
    for choices in _needed(method, path.lower(), body):
        if had.isdisjoint(choices):
            raise GraphError(
                403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."
            )


def _needed(method: str, path: str, body: Any) -> Iterator[tuple[str, ...]]:
    """Sets of permissions, of each of which one is needed."""
    if method == "PATCH" and _USER.fullmatch(path) and isinstance(body, dict):
        yield from (_OWN.get(name, _USERS) for name in body)
        return
    for pattern, reads, writes in _PATTERNS:
        if pattern.fullmatch(path):
            choices = reads if method in READS else writes
            if choices:
                yield choices
            return
