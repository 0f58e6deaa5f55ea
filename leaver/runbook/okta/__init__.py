"""The steps for Okta, in the order in which they are shown; what must wait for what is each step's own `after`."""

from __future__ import annotations

from leaver.runbook.okta.account import Deactivate, Delete, Sessions, Suspend
from leaver.runbook.okta.apps import Apps
from leaver.runbook.okta.consents import ClientTokens, Grants
from leaver.runbook.okta.devices import Devices
from leaver.runbook.okta.factors import Factors
from leaver.runbook.okta.groups import Groups
from leaver.runbook.okta.roles import AdminRoles
from leaver.runbook.okta.tokens import ApiTokens
from leaver.runbook.step import Step

STEPS: tuple[Step, ...] = (
    Suspend(),
    Sessions(),
    ApiTokens(),
    ClientTokens(),
    Grants(),
    AdminRoles(),
    Groups(),
    Apps(),
    Factors(),
    Devices(),
    Deactivate(),
    Delete(),
)

__all__ = ["STEPS"]
