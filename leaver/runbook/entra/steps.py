"""All steps for Entra ID, in the order of execution."""

from __future__ import annotations

import secrets

from leaver.runbook.entra.access import Disable, ResetPassword, RevokeSessions
from leaver.runbook.entra.apps import AppRoles, Consents
from leaver.runbook.entra.calendar import Meetings
from leaver.runbook.entra.deletion import Delete, Restore
from leaver.runbook.entra.devices import Devices, ManagedDevices
from leaver.runbook.entra.groups import Groups
from leaver.runbook.entra.handover import FilesHandover, MailboxHandover
from leaver.runbook.entra.licences import Licences
from leaver.runbook.entra.mail import AutomaticReply, Forwarding
from leaver.runbook.entra.methods import SignInMethods
from leaver.runbook.entra.ownership import Ownership
from leaver.runbook.entra.profile import AddressList, LeaveDate
from leaver.runbook.entra.roles import DirectoryRoles, GroupEligibility, RoleEligibility
from leaver.runbook.step import Step

STEPS: tuple[Step, ...] = (
    LeaveDate(),
    Disable(),
    RevokeSessions(),
    ResetPassword(lambda: secrets.token_urlsafe(32)),
    SignInMethods(),
    DirectoryRoles(),
    RoleEligibility(),
    GroupEligibility(),
    AppRoles(),
    Consents(),
    Ownership(),
    Groups(),
    Devices(),
    ManagedDevices(),
    AddressList(),
    AutomaticReply(),
    Forwarding(),
    Meetings(),
    MailboxHandover(),
    FilesHandover(),
    Licences(),
    Delete(),
)
RESTORE: Step = Restore()
"""Brings a deleted account back: for `leaver reinstate`."""
